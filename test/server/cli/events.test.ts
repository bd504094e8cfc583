import { setTimeout as wait } from 'node:timers/promises';
import t from 'tap';
import { actionMatches } from '../../../server/cli/events/index.ts';
import { run } from '../../../server/cli/run.ts';
import { parseSince } from '../../../server/cli/since.ts';
import { validateEvent } from '../../../server/audit/index.ts';
import { dataFolder, type Ran, testWorld, USER } from './fixture.ts';

interface Event {
  readonly action: string;
  readonly outcome: string;
}
const lines = ({ out }: Ran): Event[] =>
  out
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as Event);

t.test('events are shown in order, filtered by action, initiator, outcome and time', async t => {
  const { kmipd } = await dataFolder(t);
  await kmipd(['vault', 'create', 'lab']);
  await kmipd(['vault', 'create', 'lab']);
  await kmipd(['vault', 'list']);
  const all = lines(await kmipd(['events', '--json']));
  t.same(
    all.map(({ action, outcome }) => `${action.replace('hs-crypto.', '')} ${outcome}`),
    ['vaults.write success', 'vaults.write success', 'vaults.write failure', 'vaults.list success'],
  );
  for (const event of all) t.equal(validateEvent(event), undefined, 'valid by the schema');

  const count = async (...argv: string[]) => lines(await kmipd(['events', '--json', ...argv])).length;
  t.equal(await count('--action', 'vaults.write'), 3);
  t.equal(await count('--action', 'write'), 3);
  t.equal(await count('--action', 'hs-crypto.vaults.list'), 1);
  t.equal(await count('--outcome', 'failure'), 1);
  t.equal(await count('--initiator', USER), 3, 'the first start was somebody else’s');
  t.equal(await count('--initiator', 'nobody'), 0);
  t.equal(await count('--limit', '2'), 2);
  t.equal(await count('--since', '10m'), 3, 'the first start was half an hour ago');
  t.equal(await count('--since', '2026-11-22T07:00:00Z'), 4);
  t.match(await kmipd(['events', '--outcome', 'perhaps']), { code: 2, err: /Allowed choices are success, failure/ });
  t.match(await kmipd(['events', '--initiator', 'nobody']), { code: 0, out: '', err: 'no events match\n' });
});

t.test('--initiator takes a client’s name, whichever of its certificates was used', async t => {
  const { kmipd, parent, open } = await dataFolder(t);
  await kmipd(['client', 'add', 'a', '--issue', '--out', `${parent}/1`]);
  await kmipd(['client', 'add', 'a', '--issue', '--out', `${parent}/2`]);
  const { store } = await open();
  const client = await store.directory.clientNamed('a');
  const unit = store.begin();
  for (const [index, { fingerprint }] of (await store.directory.certificates(client?.id ?? '')).entries()) {
    const initiator = `CertificateID-${fingerprint}`;
    const json = JSON.stringify({ message: 'Service: read kmip-key x', initiator: { id: initiator, name: 'a' } });
    const common = { action: 'hs-crypto.kmip-key.read', outcome: 'success', severity: 'normal', time: new Date(0) };
    const more = { target: '', vault: '', correlationId: '' };
    unit.record({ id: `0000000${index}-0000-4000-8000-000000000000`, ...common, ...more, initiator, json });
  }
  await unit.commit();
  t.equal(lines(await kmipd(['events', '--json', '--initiator', 'a'])).length, 2);
  t.equal(lines(await kmipd(['events', '--json', '--initiator', 'a', '--limit', '1'])).length, 1);
});

t.test('people see a line an event, in colours at a terminal unless NO_COLOR is set', async t => {
  const { kmipd } = await dataFolder(t);
  await kmipd(['client', 'remove', 'none']);
  const plain = (await kmipd(['events'])).out;
  t.match(plain, /^#1 +2026-11-22 07:30:00Z normal +success vaults\.write +tester +write vaults default\n#2 /);
  t.match(plain, /critical failure mtlscert-cert\.delete +alice .*: there is no client none -failure\n/);
  const terminal = { isTerminal: true };
  const coloured = async (env: Record<string, string>) => {
    let text = '';
    await kmipd(['events'], { env, stdout: { ...terminal, write: each => void (text += each) } });
    return text;
  };
  t.match(await coloured({}), '\u001b[31m');
  t.equal(await coloured({ NO_COLOR: '1' }), plain);
});

t.test('--follow shows what others commit, once and in order, until it is asked to end', async t => {
  const { kmipd, data } = await dataFolder(t);
  const { world, written, stop } = testWorld();
  const following = run(['events', '--follow', '--json', '--action', 'vaults.write', '--data', data], world);
  const until = async (count: number) => {
    while (written.out.split('\n').length - 1 < count) await wait(20);
  };
  await until(1);
  for (const name of ['a', 'b', 'c']) await kmipd(['vault', 'create', name]);
  await kmipd(['vault', 'list']);
  await until(4);
  stop();
  t.equal(await following, 0);
  t.same(
    written.out
      .trim()
      .split('\n')
      .map(line => (JSON.parse(line) as { target: { name: string } }).target.name),
    ['default', 'a', 'b', 'c'],
  );
});

t.test('an action is found by its end', async t => {
  t.same(actionMatches('kmip-key.create'), ['hs-crypto.kmip-key.create']);
  t.ok(actionMatches('create').includes('hs-crypto.kmip-key.create'));
  t.ok(actionMatches('create').every(name => name.endsWith('.create')));
  t.throws(() => actionMatches('crate'), { message: /^--action crate: no action ends so; did you mean create\?$/ });
});

t.test('--since takes a span or a time', async t => {
  const now = new Date('2026-11-22T08:00:00Z');
  const cases = {
    '30s': '2026-11-22T07:59:30Z',
    '10m': '2026-11-22T07:50:00Z',
    '2h': '2026-11-22T06:00:00Z',
    '1d': '2026-11-21T08:00:00Z',
  };
  for (const [text, time] of Object.entries(cases)) t.same(parseSince(text, now), new Date(time), text);
  t.same(parseSince('2026-11-22', now), new Date('2026-11-22T00:00:00Z'));
  t.same(parseSince('2026-11-22T01:02:03+01:00', now), new Date('2026-11-22T00:02:03Z'));
  for (const text of ['', 'soon', '5', '5y', '2026-13-01', '-1d'])
    t.throws(() => parseSince(text, now), { name: 'CommandError', reason: 'usage' }, text);
});
