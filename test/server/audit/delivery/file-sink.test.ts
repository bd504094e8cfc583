import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { type DeliveredEvent, fileSink } from '../../../../server/audit/delivery/index.ts';
import { FIRST_PREV, nextRecord } from '../../../../server/chain/index.ts';

const event = (seq: number): DeliveredEvent => ({
  ...nextRecord(seq, FIRST_PREV, `{"seq":${seq},"text":"Grüße"}`),
  id: `id-${seq}`,
});
const lines = (path: string) =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter(line => line !== '');

t.test('appends each event as one line, exactly as kept, in a file of mode 0600', async t => {
  const path = join(t.testdir(), 'events.jsonl');
  const sink = fileSink(path);
  await sink.deliver([event(1), event(2)]);
  await sink.deliver([event(3)]);
  await sink.close();
  t.equal(readFileSync(path, 'utf8'), [1, 2, 3].map(seq => `${event(seq).json}\n`).join(''));
  t.equal(statSync(path).mode & 0o777, 0o600);
});

t.test('goes on behind what is there after a restart', async t => {
  const path = join(t.testdir(), 'events.jsonl');
  for (const seq of [1, 2, 3]) {
    const sink = fileSink(path);
    await sink.deliver([event(seq)]);
    await sink.close();
  }
  t.same(
    lines(path),
    [1, 2, 3].map(seq => event(seq).json),
  );
});

t.test('ends a line torn by a crash and writes its event again, whole', async t => {
  const path = join(t.testdir(), 'events.jsonl');
  writeFileSync(path, `${event(1).json}\n${event(2).json.slice(0, 9)}`);
  const sink = fileSink(path);
  await sink.deliver([event(2)]);
  await sink.close();
  t.same(lines(path), [event(1).json, event(2).json.slice(0, 9), event(2).json]);
});

t.test('begins a new file when the old one was rotated away or removed', async t => {
  const path = join(t.testdir(), 'events.jsonl');
  const sink = fileSink(path);
  await sink.deliver([event(1)]);
  renameSync(path, `${path}.1`);
  await sink.deliver([event(2)]);
  rmSync(path);
  await sink.deliver([event(3)]);
  await sink.close();
  t.same(lines(`${path}.1`), [event(1).json]);
  t.same(lines(path), [event(3).json]);
  t.equal(statSync(path).mode & 0o777, 0o600);
});

t.test('follows a file that somebody else put in its place', async t => {
  const path = join(t.testdir(), 'events.jsonl');
  const sink = fileSink(path);
  await sink.deliver([event(1)]);
  writeFileSync(`${path}.new`, 'torn');
  renameSync(`${path}.new`, path);
  await sink.deliver([event(2)]);
  appendFileSync(path, 'more\n');
  await sink.deliver([event(3)]);
  await sink.close();
  t.same(lines(path), ['torn', event(2).json, 'more', event(3).json]);
});

t.test('says when it cannot write, and recovers', async t => {
  const folder = join(t.testdir(), 'absent');
  const sink = fileSink(join(folder, 'events.jsonl'));
  await t.rejects(sink.deliver([event(1)]), { code: 'ENOENT' });
  mkdirSync(folder);
  await sink.deliver([event(1)]);
  await sink.close();
  t.same(lines(join(folder, 'events.jsonl')), [event(1).json]);
  await t.rejects(fileSink('/dev/full').deliver([event(1)]), { code: 'ENOSPC' });
});
