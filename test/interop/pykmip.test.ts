import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { validateEvent, type AuditEvent } from '../../server/audit/index.ts';
import { addressesIn } from '../../server/demo/addresses.ts';
import { selfSigned } from '../certs/material.ts';
import { spawnServer } from '../server/server-process.ts';
import { hasPykmip, pykmip } from './pykmip.ts';

t.test('PyKMIP’s clients do all that they can, in every version that they have', async t => {
  if (!hasPykmip(t)) return;
  const server = await spawnServer(t);
  const checks = await pykmip(t, server, await server.addClient('pykmip'));
  for (const { version, check, ok, found } of checks)
    t.ok(ok, `KMIP ${version}: ${check}`, { diagnostic: !ok, ...(ok ? {} : { found }) });
  const count = (wanted: string) => checks.filter(({ version }) => version === wanted).length;
  t.same(['1.0', '1.1', '1.2', '1.3', '1.4', '2.0'].map(count), [60, 61, 61, 62, 62, 112], 'every check was made');

  const events = (await server.kmipd('events', '--json', '--limit', '100000')).out
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as AuditEvent);
  for (const event of events) t.equal(validateEvent(event), undefined, event.message);
  const made = events.filter(({ initiator }) => initiator.name === 'pykmip');
  const times = (action: string, outcome: string) =>
    made.filter(event => event.action === `hs-crypto.kmip-key.${action}` && event.outcome === outcome).length;
  t.ok(times('create', 'success') > 100, 'every key that was made has its event');
  t.ok(times('destroy', 'success') > 100);
  t.ok(times('destroy', 'failure') >= 6, 'once in every version a key was still Active');
  t.same(addressesIn(JSON.stringify(events)), [], 'no event holds a host address');

  t.same(await server.stop(), { code: 0, signal: null });
  t.notMatch(server.err(), /ERROR|WARN/, 'nothing of it surprised the server');
});

t.test('PyKMIP’s client gives user name and password where they are demanded', async t => {
  if (!hasPykmip(t)) return;
  const server = await spawnServer(t);
  const password = join(server.data, '..', 'password');
  writeFileSync(password, 'correct horse\n');
  const client = await server.addClient('pykmip', '--username', 'py', '--password-file', password);
  t.match(await pykmip(t, server, client, 'py', 'correct horse'), [{ check: 'one key', ok: true }]);
  const refused = [{ check: 'one key', ok: false, found: /AUTHENTICATION_NOT_SUCCESSFUL/ }];
  t.match(await pykmip(t, server, client, 'py', 'wrong'), refused);
  t.match(await pykmip(t, server, client, '', ''), refused);
});

t.test('PyKMIP’s client learns that its certificate is not known, or no longer', async t => {
  if (!hasPykmip(t)) return;
  const server = await spawnServer(t);
  const client = await server.addClient('pykmip');
  const refused = [{ check: 'one key', ok: false, found: /AUTHENTICATION_NOT_SUCCESSFUL/ }];
  const stranger = { ...(await selfSigned({ commonName: 'stranger' })), authorityPem: client.authorityPem };
  t.match(await pykmip(t, server, stranger, '', ''), refused);
  t.match(await pykmip(t, server, client, '', ''), [{ check: 'one key', ok: true }]);
  t.equal((await server.kmipd('client', 'remove', 'pykmip')).code, 0);
  t.match(await pykmip(t, server, client, '', ''), refused);
});
