import t from 'tap';
import type { TtlvItem } from '../../../kmip-codec/index.ts';
import { change, type Step, value } from './change.ts';
import { playChanged } from './played.ts';

const data: Step[] = ['BatchItem', 'ResponsePayload', 'Data'];

/** How the case ends where the answer to one exchange is changed. */
const played = (exchange: number, at: readonly Step[], to: (item: TtlvItem) => TtlvItem) =>
  playChanged('single/OWN-M-6-14', (answer, index) => (index === exchange ? change(answer, at, to) : answer));

t.test('what OAEP has mixed with a seed may differ, but not in length (RFC 8017 §7.1.1)', async t => {
  const other = await played(1, data, value(Buffer.alloc(4)));
  t.match(other, { status: 'passed', tolerances: ['cryptographic-output'] }, JSON.stringify(other.failure));
  t.match(await played(1, data, value(Buffer.alloc(5))), { status: 'failed', failure: { exchange: 1 } });
});

t.test('what a registered key encrypts without a seed is determined', async t => {
  t.match(await played(2, data, value(Buffer.alloc(4))), { status: 'failed', failure: { exchange: 2 } });
});
