import t from 'tap';
import { registry, type TtlvItem } from '../../../kmip-codec/index.ts';
import { change, items, type Step, value } from './change.ts';
import { playChanged } from './played.ts';

const { RNGAlgorithm } = registry;
const payload: Step[] = ['BatchItem', 'ResponsePayload'];
const generator: Step[] = [...payload, 'Attributes', 'RandomNumberGenerator'];

/** How the case ends where the answer to one exchange is changed. */
const played = (exchange: number, at: readonly Step[], to: (item: TtlvItem) => TtlvItem) =>
  playChanged('single/OWN-M-5-21', (answer, index) => (index === exchange ? change(answer, at, to) : answer));

t.test('what a server says of its random number generator is its own (2.1 §4.46)', async t => {
  const other = await played(1, [...generator, 'RNGAlgorithm'], value(RNGAlgorithm.values.Unspecified[0]));
  t.match(other, { status: 'passed', tolerances: ['random-number-generator'] }, JSON.stringify(other.failure));
  const less = await played(
    1,
    generator,
    items(all => [all[0]!]),
  );
  t.match(less, { status: 'passed', tolerances: ['random-number-generator'] }, JSON.stringify(less.failure));
});

t.test('that it says it is not', async t => {
  const { status } = await played(
    1,
    [...payload, 'Attributes'],
    items(all => [all[0]!]),
  );
  t.equal(status, 'failed');
});

t.test('how much of a seed is used is the server’s, up to all of it (2.1 §6.1.50)', async t => {
  for (const length of [0, 3]) {
    const result = await played(2, [...payload, 'DataLength'], value(length));
    t.match(result, { status: 'passed', tolerances: ['seed-used'] }, `${length} bytes`);
  }
  for (const length of [9, -1])
    t.equal((await played(2, [...payload, 'DataLength'], value(length))).status, 'failed', `${length} bytes`);
});
