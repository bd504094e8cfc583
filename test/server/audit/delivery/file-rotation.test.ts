import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import fsPromises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { type DeliveredEvent, fileSink } from '../../../../server/audit/delivery/index.ts';
import { FIRST_PREV, nextRecord } from '../../../../server/chain/index.ts';

const event = (seq: number, more = ''): DeliveredEvent => ({
  id: `id-${seq}`,
  ...nextRecord(seq, FIRST_PREV, `{"seq":${seq},"text":"Grüße${more}"}`),
});
const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1);
const seqs = (text: string) =>
  text
    .split('\n')
    .slice(0, -1)
    .map(line => (JSON.parse(line) as { seq: number }).seq);
/** Every file of the sink, in the order in which names sort, the one of the plain name last. */
const files = (folder: string) => {
  const names = readdirSync(folder).sort();
  return [...names.filter(name => name !== 'events'), ...names.filter(name => name === 'events')];
};
const allSeqs = (folder: string) => files(folder).flatMap(name => seqs(readFileSync(join(folder, name), 'utf8')));

function folderOf(t: Test): { folder: string; path: string } {
  const folder = mkdtempSync(join(tmpdir(), 'kmipd-rotation-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return { folder, path: join(folder, 'events') };
}

t.test(
  'a file that has grown beyond rotateBytes is put away, with whole records, named after its last one',
  async t => {
    const { folder, path } = folderOf(t);
    const now = () => new Date('2026-11-22T07:33:07.990Z');
    const sink = fileSink(path, { rotateBytes: 100, now });
    for (const seq of upTo(9)) await sink.deliver([event(seq)]);
    await sink.close();
    t.same(files(folder), ['events.000000000004-20261122T073307Z', 'events.000000000008-20261122T073307Z', 'events']);
    t.same(allSeqs(folder), upTo(9));
    for (const name of files(folder)) t.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name);
  },
);

t.test('a file whose first record is older than rotateSeconds is put away before the next one', async t => {
  const { folder, path } = folderOf(t);
  let at = Date.UTC(2026, 10, 22);
  const sink = fileSink(path, { rotateSeconds: 60, now: () => new Date(at) });
  await sink.deliver([event(1)]);
  at += 59_999;
  await sink.deliver([event(2)]);
  at += 1;
  await sink.deliver([event(3), event(4)]);
  at -= 3_600_000; // an hour back: nothing is old, nothing fails
  await sink.deliver([event(5)]);
  await sink.close();
  t.same(files(folder), ['events.000000000002-20261122T000100Z', 'events']);
  t.same(allSeqs(folder), upTo(5));
});

t.test('after a restart the age goes on from when the file was made', async t => {
  const { folder, path } = folderOf(t);
  const first = fileSink(path, { rotateSeconds: 60, now: () => new Date() });
  await first.deliver([event(1)]);
  await first.close();
  const later = new Date(Date.now() + 61_000);
  const second = fileSink(path, { rotateSeconds: 60, now: () => later });
  await second.deliver([event(2)]);
  await second.close();
  t.equal(files(folder).length, 2);
  t.same(allSeqs(folder), [1, 2]);
});

t.test('an empty file is never put away, and a torn line is ended before its file is', async t => {
  const { folder, path } = folderOf(t);
  writeFileSync(path, '');
  const sink = fileSink(path, { rotateSeconds: 1, now: () => new Date(Date.now() + 1e9) });
  await sink.deliver([event(1)]);
  await sink.close();
  t.same(files(folder), ['events']);
  writeFileSync(path, `${event(1).json}\n${event(2).json.slice(0, 9)}`);
  const again = fileSink(path, { rotateBytes: 10, now: () => new Date(0) });
  await again.deliver([event(2)]);
  await again.close();
  const [old = '', current = ''] = files(folder);
  t.equal(readFileSync(join(folder, old), 'utf8'), `${event(1).json}\n${event(2).json.slice(0, 9)}\n`);
  t.equal(readFileSync(join(folder, current), 'utf8'), `${event(2).json}\n`);
});

t.test('beyond `keep` the oldest are removed, when one is put away and only of our naming', async t => {
  const { folder, path } = folderOf(t);
  const others = [
    'events.1',
    'events.gz',
    'events.000000000001-20261122T000000Z.gz',
    'eventsx',
    'other.000000000001-20261122T000000Z',
  ];
  for (const name of others) writeFileSync(join(folder, name), '');
  const withoutKeep = fileSink(path, { rotateBytes: 10, now: () => new Date(0) });
  for (const seq of upTo(6)) await withoutKeep.deliver([event(seq)]);
  await withoutKeep.close();
  t.equal(files(folder).length, others.length + 6);
  const sink = fileSink(path, { rotateBytes: 10, keep: 2, now: () => new Date(0) });
  await sink.deliver([event(7)]);
  await sink.close();
  const left = files(folder).filter(name => !others.includes(name));
  t.same(left, ['events.000000000005-19700101T000000Z', 'events.000000000006-19700101T000000Z', 'events']);
  t.ok(others.every(name => existsSync(join(folder, name))));
});

t.test('a name that is taken gets a number, nothing is written over', async t => {
  const { folder, path } = folderOf(t);
  const taken = `${path}.000000000001-19700101T000000Z`;
  writeFileSync(taken, 'before\n');
  const sink = fileSink(path, { rotateBytes: 10, now: () => new Date(0) });
  await sink.deliver([event(1)]);
  await sink.deliver([event(2)]);
  await sink.close();
  t.equal(readFileSync(taken, 'utf8'), 'before\n');
  t.equal(readFileSync(`${taken}.1`, 'utf8'), `${event(1).json}\n`);
  t.equal(files(folder).length, 3);
});

t.test('a crash at any call of a rotation loses nothing', async t => {
  const calls = ['rename', 'open', 'readdir', 'rm', 'stat'] as const;
  const plan = { call: '', calledUntil: 0, isAfter: false };
  const dying = (call: (typeof calls)[number]) => {
    const original = fsPromises[call] as (...args: unknown[]) => Promise<unknown>;
    return async (...args: unknown[]) => {
      const dies = plan.call === call && --plan.calledUntil === 0;
      if (dies && !plan.isAfter) throw new Error('crash');
      const result = await original(...args);
      if (dies) throw new Error('crash');
      return result;
    };
  };
  const whole = { ...fsPromises };
  Object.assign(fsPromises, Object.fromEntries(calls.map(call => [call, dying(call)])));
  syncBuiltinESMExports();
  t.teardown(() => {
    Object.assign(fsPromises, whole);
    syncBuiltinESMExports();
  });
  const options = { rotateBytes: 20, keep: 1, now: () => new Date(0) };
  const crashes = new Map<string, number>();
  for (const call of calls) {
    for (let nth = 1; nth <= 12; nth++) {
      for (const isAfter of [false, true]) {
        const { folder, path } = folderOf(t);
        Object.assign(plan, { call, calledUntil: nth, isAfter });
        let taken = 0;
        const before = fileSink(path, options);
        try {
          for (const seq of upTo(5)) {
            await before.deliver([event(seq)]);
            taken = seq;
          }
        } catch (error) {
          if ((error as Error).message !== 'crash') throw error;
          crashes.set(call, (crashes.get(call) ?? 0) + 1);
        }
        plan.call = '';
        // Nothing is removed from here on, so that what is missing is missing because of the crash.
        const after = fileSink(path, { ...options, keep: 100 });
        for (const seq of upTo(8).slice(taken)) await after.deliver([event(seq)]);
        await Promise.all([after.close(), before.close()]);
        const found = [...new Set(allSeqs(folder))];
        t.same(found, upTo(8).slice(8 - found.length), `${call} ${nth} ${isAfter ? 'after' : 'before'}: in order`);
        t.ok(found.length >= Math.min(8, 8 - taken + 1), `${found.length} found, ${taken} taken before`);
      }
    }
  }
  t.ok(
    calls.every(call => (crashes.get(call) ?? 0) > 1),
    JSON.stringify([...crashes]),
  );
});

t.test('whatever the batches, sizes and limits: the files together are the log, in order, each line whole', async t => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.nat(200), { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 1, max: 2000 }),
      async (batches, rotateBytes) => {
        const folder = mkdtempSync(join(tmpdir(), 'kmipd-rotation-'));
        try {
          let seq = 0;
          let sink = fileSink(join(folder, 'events'), { rotateBytes, now: () => new Date(0) });
          for (const [i, batch] of batches.entries()) {
            await sink.deliver(batch.map(length => event(++seq, 'x'.repeat(length))));
            if (i % 5 < 4) continue;
            await sink.close();
            sink = fileSink(join(folder, 'events'), { rotateBytes, now: () => new Date(0) });
          }
          await sink.close();
          if (allSeqs(folder).join() !== upTo(seq).join()) throw new Error('not the log');
        } finally {
          rmSync(folder, { recursive: true, force: true });
        }
      },
    ),
    { numRuns: 100 },
  );
  t.pass('100 runs');
});
