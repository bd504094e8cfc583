import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import {
  checkInclusion,
  checkpointNoteIn,
  exportCheckpointLine,
  exportHeaderLine,
  inclusionProof,
  LogVerifier,
  nextRecord,
  openCheckpoint,
  parseVerifierKey,
  recordLine,
  type Verdict,
  type VerifierKey,
  verifyExports,
} from '../../../server/chain/index.ts';
import { openSqliteStore, type SequencedEvent, type Store } from '../../../server/store/index.ts';
import { newFolder } from '../byte-search.ts';
import { createItem, getItem, NOBODYS } from '../kmip/messages.ts';
import { runServer } from '../running-server.ts';

/** Properties 7, 8, 9 and 23: what can be shown of a log without its server, by the key and by what a sink has. */

interface Written {
  readonly folder: string;
  readonly key: VerifierKey;
  readonly records: readonly SequencedEvent[];
  /** Of the newest checkpoint that the file sink has. */
  readonly note: string;
  readonly store: Store;
}

/** The log of a server that has run, with a checkpoint every 20 events, and stopped. Its folder before the last requests is in `older`. */
async function written(t: Test, messages = 30): Promise<Written & { readonly older: string }> {
  const sink = join(newFolder(t), 'events.jsonl');
  const settings = { 'audit.checkpoint.events': 20, 'audit.sinks': [{ type: 'file', path: sink }] };
  const folder = newFolder(t);
  const first = await runServer(t, { settings });
  const work = async (server: Awaited<ReturnType<typeof runServer>>, name: string) => {
    const client = await server.connect(await server.addClient(name));
    for (let i = 0; i < messages; i++) await client.batch([createItem(), getItem(NOBODYS)]);
    await server.stop();
  };
  await work(first, 'a');
  const older = newFolder(t);
  cpSync(first.folder, older, { recursive: true });
  await work(await runServer(t, { settings, folder: first.folder }), 'b');
  cpSync(first.folder, folder, { recursive: true });

  const store = openSqliteStore({ path: join(folder, 'kmipd.db') });
  t.teardown(() => store.close());
  const notes = readFileSync(sink, 'utf8')
    .trim()
    .split('\n')
    .flatMap(line => checkpointNoteIn(line) ?? []);
  return {
    ...{ folder, older, store },
    key: parseVerifierKey(readFileSync(join(folder, 'audit.pub'), 'utf8').trim()),
    records: await store.events.after(0, 100_000),
    note: notes.at(-1)!,
  };
}

function verdictOn(records: readonly SequencedEvent[], key: VerifierKey, note?: string): Verdict {
  const checkpoints = note === undefined ? [] : [{ note, from: 'a sink' }];
  const start = { firstSeq: 1, firstPrev: '0'.repeat(64), subtrees: [] };
  const verifier = new LogVerifier(start, { keys: [key], checkpoints });
  for (const record of records) verifier.take(record);
  return verifier.finish();
}

t.test(
  'property 7: a checkpoint from a sink shows a cut tail, another log and an older one, without the server',
  async t => {
    const { records, key, note, older } = await written(t);
    t.match(verdictOn(records, key, note), { status: 'intact', records: records.length });
    t.equal(openCheckpoint(note, key).size, records.length - 1, 'the last one covers all but its own event');

    t.match(verdictOn(records.slice(0, -3), key, note), { status: 'altered' }, 'the tail is cut');
    let prev = '0'.repeat(64);
    const another = records.map((record, i) => {
      const json = i === 0 ? record.json.replace('"success"', '"failure"') : record.json;
      const next = { ...record, ...nextRecord(i + 1, prev, json) };
      prev = next.hash;
      return next;
    });
    t.not(another[0]!.json, records[0]!.json);
    t.match(verdictOn(another, key, note), { status: 'altered' }, 'and yet it is not the log that was signed');

    const backup = openSqliteStore({ path: join(older, 'kmipd.db') });
    t.teardown(() => backup.close());
    const earlier = await backup.events.after(0, 100_000);
    t.ok(earlier.length < records.length);
    t.match(verdictOn(earlier, key), { status: 'intact' }, 'an older backup is a good log by itself');
    t.match(verdictOn(earlier, key, note), { status: 'altered' }, 'but not the one that the sink knows');
  },
);

t.test('property 8: an export is verified with nothing but the public key', async t => {
  const { records, key, note } = await written(t, 5);
  const lines = [
    exportHeaderLine({ origin: key.name, firstSeq: 1, firstPrev: '0'.repeat(64), subtrees: [] }),
    ...records.map(recordLine),
    exportCheckpointLine(note),
  ];
  const verdict = (text: string) => verifyExports([{ name: 'export', bytes: [Buffer.from(text)] }], { keys: [key] });
  const whole = `${lines.join('\n')}\n`;
  t.match(await verdict(whole), { status: 'intact', records: records.length });
  const at = whole.indexOf('"outcome":"success"', 2000);
  const changed = `${whole.slice(0, at)}"outcome":"failure"${whole.slice(at + 19)}`;
  t.match(await verdict(changed), { status: 'altered' });
  t.match(await verdict(whole.slice(0, -10)), { status: 'unchecked' }, 'a torn end is no tampering');
  t.match(await verdict('no export\n'), { status: 'unchecked' });
});

t.test(
  'property 9: the chain goes on over segments and their removal, which is an event with range and hash',
  async t => {
    const exportTo = newFolder(t);
    const settings = {
      'audit.checkpoint.events': 10,
      'audit.segment.events': 20,
      'audit.retention.days': 1,
      'audit.retention.exportTo': exportTo,
    };
    // Later than the certificates, which are made by the clock of the machine.
    const begin = Date.now() + 7_200_000;
    const server = await runServer(t, { settings, now: new Date(begin) });
    const client = await server.connect(await server.addClient('a'));
    for (let i = 0; i < 50; i++) await client.batch([createItem(), getItem(NOBODYS)]);
    await server.stop();
    const again = await runServer(t, { settings, folder: server.folder, now: new Date(begin + 3 * 86_400_000) });
    const { store } = again;
    for (let i = 0; i < 100 && (await store.log.start()).firstSeq === 1; i++)
      await new Promise(r => setTimeout(r, 100));
    await again.stop();

    const kept = openSqliteStore({ path: join(server.folder, 'kmipd.db') });
    t.teardown(() => kept.close());
    const start = await kept.log.start();
    t.ok(start.firstSeq > 1, 'the oldest records are gone');
    const key = parseVerifierKey(readFileSync(join(server.folder, 'audit.pub'), 'utf8').trim());
    const verifier = new LogVerifier(start, { keys: [key] });
    const records = await kept.events.after(0, 100_000);
    for (const record of records) verifier.take(record);
    t.match(verifier.finish(), { status: 'intact', firstSeq: start.firstSeq });

    const removed = (await kept.log.segments()).filter(({ removedAt }) => removedAt !== undefined);
    const told = records
      .map(({ json }) => JSON.parse(json) as { action: string; responseData: Record<string, unknown> })
      .filter(({ action }) => action === 'hs-crypto.target-keystores.delete');
    t.same(
      told.map(({ responseData: { firstSeq, lastSeq, lastHash } }) => ({ firstSeq, lastSeq, lastHash })),
      removed.map(({ firstSeq, lastSeq, lastHash }) => ({ firstSeq, lastSeq, lastHash })),
      'each removal says what it removed',
    );
  },
);

t.test('property 23: one event is proved by a few hashes and a checkpoint', async t => {
  const { records, key, note, store } = await written(t);
  const { size, root } = openCheckpoint(note, key);
  const hashes = await store.log.hashes(0, size);
  for (const seq of [1, 2, Math.floor(size / 2), size]) {
    const proof = await inclusionProof({ seq, size, hashes });
    t.ok(proof.length <= Math.ceil(Math.log2(size)), `${proof.length} hashes for one of ${size}`);
    const recordHash = Buffer.from(records[seq - 1]!.hash, 'hex');
    t.ok(checkInclusion({ seq, size, recordHash, hashes: proof, root }));
    const other = { seq, size, recordHash: Buffer.alloc(32), hashes: proof, root };
    t.notOk(checkInclusion(other), 'and of another record it proves nothing');
  }
});
