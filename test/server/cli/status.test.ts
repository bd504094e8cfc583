import t from 'tap';
import type { Expiry, ShownSink, ShownStatus } from '../../../server/admin/index.ts';
import { fakeManager } from './fake-manager.ts';
import { parsed } from './fixture.ts';

const expiry = (within: Expiry['within'], daysLeft: number, changes: Partial<Expiry> = {}): Expiry => ({
  kind: 'client',
  name: `c${daysLeft}`,
  sha256: 'ab'.repeat(32),
  subject: 'CN=vcsa',
  notAfter: '2026-12-01T00:00:00.000Z',
  daysLeft,
  within,
  ...changes,
});
const sink = (name: string, changes: Partial<ShownSink> = {}): ShownSink => ({
  ...{ sink: name, cursor: 10, lag: 0, oldestAgeSeconds: 0, failures: 0, isHanging: false, since: null },
  ...changes,
});
const status = (expiries: readonly Expiry[], changes: Partial<ShownStatus> = {}): ShownStatus => ({
  isRunning: true,
  version: '0.1.0',
  startedAt: '2026-11-22T07:00:00.000Z',
  listen: '0.0.0.0:5696',
  connections: 12,
  clients: 2,
  refused: 1,
  expiries,
  sinks: [
    sink('file:/var/log/events'),
    sink('stdout', { lag: 7, oldestAgeSeconds: 7300 }),
    sink('hook', { lag: 1, oldestAgeSeconds: 1.5, failures: 3, since: '2026-11-22T07:01:00.000Z' }),
    sink('siem', { lag: 2, oldestAgeSeconds: 65, isHanging: true, since: '2026-11-22T07:01:00.000Z' }),
  ],
  checkpoint: { size: 12, time: '2026-11-22T07:02:00.000Z' },
  storage: { stage: 'low', freeBytes: 200 * 2 ** 20 + 5 },
  ...changes,
});

t.test('the exit code is that of the narrowest end, and 5 when nothing runs', async t => {
  const far = expiry(null, 400);
  const cases: [Expiry[], number, boolean?][] = [
    [[], 0],
    [[far], 0],
    [[expiry(90, 80), far], 11],
    [[expiry(30, 20), expiry(90, 80)], 12],
    [[expiry(7, 6), expiry(30, 20), far], 13],
    [[expiry(1, 0), expiry(7, 6)], 14],
    [[expiry(0, -3), expiry(1, 0), far], 15],
    [[far], 5, false],
    [[expiry(0, -3)], 5, false],
  ];
  for (const [expiries, code, isRunning = true] of cases) {
    const { kmipd } = await fakeManager(t, { status: status(expiries, { isRunning }) });
    const title = `${expiries.map(({ within }) => within).join()} ${isRunning}`;
    t.match(await kmipd(['status']), { code, err: '' }, title);
    const json = await kmipd(['status', '--json']);
    t.match(json, { code, err: '' }, title);
    t.match(parsed(json), { isRunning, expiries });
  }
});

t.test('it says what runs, who is connected, what ends next', async t => {
  const expiries = [
    expiry(7, 6),
    expiry(null, 100, { kind: 'server', name: '' }),
    ...[200, 300, 400, 500, 600, 700].map(days => expiry(null, days)),
  ];
  const { kmipd } = await fakeManager(t, { status: status(expiries) });
  const { out } = await kmipd(['status']);
  t.match(out, /^running: kmipd 0\.1\.0 on 0\.0\.0\.0:5696, since 2026-11-22 07:00:00Z\n/);
  t.match(out, /connections +12\n {2}clients +2\n {2}refused +1 certificate; see `kmipd client refused`\n/);
  t.match(
    out,
    /sink file:\/var\/log\/events +has every event\n {2}sink stdout +7 events behind, the oldest 2 hours old\n/,
  );
  t.match(out, /sink hook +1 event behind, the oldest 1 second old; 3 failures in a row since 2026-11-22 07:01:00Z\n/);
  t.match(out, /sink siem +2 events behind, the oldest 1 minute old; hanging since 2026-11-22 07:01:00Z\n/);
  t.match(out, /checkpoint +of 12 events, 2026-11-22 07:02:00Z\n {2}storage +little room, 200 MiB free\n/);
  t.match(out, /\nclient +c6 +2026-12-01 00:00:00Z +6 days +CN=vcsa +abababababababab…\nserver +- /);
  t.match(out, /\nand 2 that end later; --json has all\n$/);
  let painted = '';
  await kmipd(['status'], { stdout: { isTerminal: true, write: text => void (painted += text) } });
  t.match(painted, /\u001b\[31mclient +c6/, 'what is urgent is red');
  t.match(painted, /\u001b\[32mserver/);
});

t.test(
  'on this machine nobody needs an administrator’s key for it, even if one is named in the environment',
  async t => {
    const { kmipd, asked } = await fakeManager(t, { status: status([]) });
    t.match(await kmipd(['status'], { env: { KMIPD_ADMIN: '/nonexistent' } }), { code: 0 });
    t.notOk(asked[0]?.headers['signature']);
    t.match(await kmipd(['status', '--admin', '/nonexistent']), { code: 3, err: /no such file/ });
  },
);

t.test('without a server it says what the database knows', async t => {
  const { kmipd } = await fakeManager(t, {
    status: status([], {
      isRunning: false,
      sinks: [sink('hook', { lag: 3, oldestAgeSeconds: 90_000 })],
      checkpoint: null,
      storage: null,
    }),
  });
  const { out } = await kmipd(['status']);
  t.match(out, /sink hook +3 events behind, the oldest 1 day old\n {2}checkpoint +none yet\n/);
  t.notMatch(out, /storage/);
});
