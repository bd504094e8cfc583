import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import t from 'tap';
import type { AuditEvent } from '../../../server/audit/index.ts';
import { checkpointNoteIn, openCheckpoint, parseVerifierKey } from '../../../server/chain/index.ts';
import { openDataFolder, useDataFolder } from '../../../server/data-folder/index.ts';
import { createItem, endings } from '../kmip/messages.ts';
import { newFolder } from '../byte-search.ts';
import { options } from '../data-folder/fixture.ts';
import { runServer, type RunningTestServer } from '../running-server.ts';

const whats = async ({ store }: Pick<RunningTestServer, 'store'>) =>
  (await store.events.after(0, 1000)).map(({ json, action }) => {
    const { initiator, responseData } = JSON.parse(json) as AuditEvent;
    return initiator.id === 'kmipd' ? String(responseData['action']) : action;
  });

t.test('the start is recorded before any request, the stop after the last; sinks get the last checkpoint', async t => {
  const path = newFolder(t);
  await (await openDataFolder(path, options)).close();
  const stdout = new PassThrough();
  const server = await runServer(t, { folder: path, stdout, settings: { 'audit.sinks': [{ type: 'stdout' }] } });
  t.same(await whats(server), ['hs-crypto.vaults.write', 'service started', 'checkpoint key made']);
  const client = await server.connect(await server.addClient('a'));
  t.same(endings(await client.batch([createItem()])), ['Success']);
  await server.stop();
  const lines = String(stdout.read()).trimEnd().split('\n');
  const delivered = lines.map(line => JSON.parse(line) as AuditEvent);
  t.same(
    delivered
      .slice(3)
      .map(({ action, initiator, responseData }) => (initiator.id === 'kmipd' ? responseData['action'] : action)),
    ['hs-crypto.kmip-key.create', 'service stopped', 'checkpoint signed'],
  );
  const note = checkpointNoteIn(delivered.at(-1))!;
  const key = parseVerifierKey(readFileSync(join(path, 'audit.pub'), 'utf8').trim());
  t.equal(openCheckpoint(note, key).size, 5, 'it covers the stop');
  t.equal(readFileSync(join(path, 'audit.checkpoint'), 'utf8'), note, 'and is kept apart from the database');

  const again = await runServer(t, { folder: path });
  t.same((await whats(again)).slice(6), ['service started', 'settings changed']);
  await again.stop();
});

t.test('a server that cannot listen says that it stopped', async t => {
  const path = newFolder(t);
  await (await openDataFolder(path, options)).close();
  const taken = await runServer(t);
  const settings = { listen: `127.0.0.1:${taken.port}` };
  await t.rejects(runServer(t, { folder: path, settings }), { code: 'EADDRINUSE' });
  const folder = await useDataFolder(path, options);
  t.same((await whats(folder)).slice(1), [
    'service started',
    'checkpoint key made',
    'service stopped',
    'checkpoint signed',
  ]);
  await folder.close();
});
