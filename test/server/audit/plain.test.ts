import t from 'tap';
import { plainBytes, toPlain } from '../../../server/audit/plain.ts';

t.test('shows a byte string by its length only', async t => {
  t.equal(plainBytes(Uint8Array.of(127, 77, 66, 55)), '[4 bytes]');
  t.equal(toPlain(Buffer.from('canary')), '[6 bytes]');
  t.notMatch(JSON.stringify(toPlain({ a: [Uint8Array.of(127, 77, 66, 55)] })), /127|7f4d/);
});

t.test('turns values of the codec into what JSON has', async t => {
  t.strictSame(
    toPlain({
      date: new Date(1_000),
      wrong: new Date(Number.NaN),
      small: 42n,
      large: 2n ** 63n,
      exact: 2n ** 52n - 1n,
      list: ['a', 1, true, null],
      absent: undefined,
      infinite: Infinity,
      fields: new Map([['State', 'Active']]),
    }),
    {
      date: '1970-01-01T00:00:01.000Z',
      wrong: null,
      small: 42,
      large: '9223372036854775808',
      exact: 4503599627370495,
      list: ['a', 1, true, null],
      infinite: null,
      fields: { State: 'Active' },
    },
  );
});

t.test('ends where a value is nested too deeply', async t => {
  let value: unknown = 'bottom';
  for (let i = 0; i < 10_000; i++) value = [value];
  t.match(JSON.stringify(toPlain(value)), /^\[{32}"\[deeper\]"\]{32}$/);
});
