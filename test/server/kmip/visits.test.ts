import t from 'tap';
import { type Initiators, Sightings, TrustWatch, Visits } from '../../../server/kmip/index.ts';
import type { SightingKeeper } from '../../../server/store/index.ts';

const log = { error() {}, warn() {}, info() {}, debug() {}, trace() {} };
const peer = (i: number) => ({
  ...{ fingerprint: String(i), initiatorId: `CertificateID-${i}`, validity: undefined },
  ...{ der: Buffer.alloc(0), issuers: [] },
});

/** Visits of clients who are let in unless they are `removed`, and the watch over them. */
function house() {
  const removed = new Set<string>();
  const identify = (who: { fingerprint: string }) =>
    Promise.resolve({ ok: !removed.has(who.fingerprint), initiator: { client: 'c', vault: 'v' }, initiatorId: '' });
  const initiators = { identify, whoIs: identify } as unknown as Initiators;
  const keeper = { note: () => Promise.resolve() } as unknown as SightingKeeper;
  const now = () => new Date();
  const sightings = new Sightings(keeper, log);
  const visits = new Visits({ initiators, sightings, now, log });
  let forgotten = 0;
  const forgetSessions = () => void forgotten++;
  const watch = new TrustWatch({ directory: { generation: () => 1 }, initiators, visits, forgetSessions, now, log });
  return { visits, watch, removed, forgotten: () => forgotten, flush: () => sightings.flush() };
}

t.test('who has gone is remembered, up to a bound; beyond it a change of trust ends every session', async t => {
  const { visits, watch, forgotten, flush } = house();
  for (let i = 0; i < 10_000; i++) await visits.leave(visits.arrive(peer(i), () => {}));
  t.equal(visits.open.length, 0);
  await watch.trustChanged();
  t.equal(forgotten(), 0, 'it is known of everybody that nothing was taken away');
  await visits.leave(visits.arrive(peer(10_000), () => {}));
  t.equal(visits.absent.length, 10_000);
  await watch.trustChanged();
  t.equal(forgotten(), 1);
  await watch.trustChanged();
  t.equal(forgotten(), 1, 'and then it is begun anew');
  await flush();
});

t.test('every connection of who is removed is cut, of many thousand, and no other', async t => {
  const { visits, watch, removed, forgotten, flush } = house();
  const cut: number[] = [];
  for (let i = 0; i < 3000; i++) visits.arrive(peer(i % 1000), () => cut.push(i % 1000));
  removed.add('7').add('999');
  t.same(await watch.trustChanged(), { connectionsCut: 6 });
  t.same(cut.sort(), [7, 7, 7, 999, 999, 999]);
  t.equal(forgotten(), 1);
  await flush();
});

t.test('a change during a sweep is swept as well', async t => {
  const { visits, watch, removed, flush } = house();
  let cuts = 0;
  for (let i = 0; i < 1000; i++) visits.arrive(peer(i), () => void cuts++);
  const first = watch.trustChanged();
  await visits.settled();
  await new Promise(resolve => setImmediate(resolve));
  removed.add('1');
  const { connectionsCut } = await watch.trustChanged();
  t.equal(connectionsCut + (await first).connectionsCut, cuts);
  t.ok(cuts >= 1);
  await flush();
});
