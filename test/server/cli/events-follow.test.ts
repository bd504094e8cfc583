import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { parseRecordLine, recordHash } from '../../../server/chain/index.ts';
import { openSqliteStore } from '../../../server/store/index.ts';
import { join } from 'node:path';
import type { KmipClient } from '../kmip-client.ts';
import { createItem, getItem, identifierIn } from '../kmip/messages.ts';
import { spawnServer } from '../server-process.ts';

const MAIN = fileURLToPath(new URL('../../../dist/server/cli/main.js', import.meta.url));
const DEATHS = 6;
/** Lines that each of the killed has printed, at the least. */
const LINES_MIN = 20;

t.setTimeout(180_000);

/** `kmipd events --follow` behind an event, in a process of its own. */
class Tail {
  readonly child: ChildProcess;
  readonly #ended: Promise<unknown[]>;
  #text = '';
  #err = '';
  #wake = () => {};

  constructor(t: Test, data: string, seq: number) {
    const args = ['events', '--follow', '--after-seq', String(seq), '--format', 'record', '--data', data];
    this.child = spawn(process.execPath, [MAIN, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'] },
    });
    this.#ended = once(this.child, 'close').finally(() => this.#wake());
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.#text += text;
      this.#wake();
    });
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.#err += text));
    t.teardown(() => void this.child.kill('SIGKILL'));
  }

  /** Whole lines: what stands behind the last line end was torn by a kill. */
  get lines(): string[] {
    return this.#text.split('\n').slice(0, -1);
  }

  get lastSeq(): number {
    return parseRecordLine(this.lines.at(-1) ?? '')?.seq ?? 0;
  }

  async until(isEnough: () => boolean): Promise<void> {
    while (!isEnough()) {
      const { exitCode, signalCode } = this.child;
      if (exitCode !== null || signalCode !== null)
        throw new Error(`it ended with ${exitCode ?? signalCode}: ${this.#err}`);
      await new Promise<void>(resolve => (this.#wake = resolve));
    }
  }

  async end(signal: NodeJS.Signals) {
    this.child.kill(signal);
    const [code, by] = await this.#ended;
    return { code, signal: by, err: this.#err };
  }
}

/** Makes and reads keys until it is told to end. */
async function load(connection: KmipClient, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const identifier = identifierIn((await connection.batch([createItem()])).batchItems?.[0]);
    await connection.batch([getItem(identifier), getItem(identifier)]);
  }
}

t.test('property 20: a tail that is killed and resumed by seq misses nothing and shows nothing twice', async t => {
  const server = await spawnServer(t);
  const client = await server.addClient('web');
  let isOver = false;
  const loads = [await server.connect(client), await server.connect(client)].map(each => load(each, () => isOver));
  const seen: string[] = [];
  let seq = 0;
  for (let death = 0; death < DEATHS; death++) {
    const tail = new Tail(t, server.data, seq);
    await tail.until(() => tail.lines.length >= LINES_MIN + death);
    t.match(await tail.end('SIGKILL'), { code: null, signal: 'SIGKILL' });
    seen.push(...tail.lines);
    seq = tail.lastSeq;
  }
  isOver = true;
  await Promise.all(loads);
  await server.stop();

  const store = openSqliteStore({ path: join(server.data, 'kmipd.db') });
  t.teardown(() => store.close());
  const lastSeq = await store.events.lastSeq();
  t.ok(lastSeq > DEATHS * LINES_MIN, `${lastSeq} events`);
  const last = new Tail(t, server.data, seq);
  await last.until(() => last.lastSeq >= lastSeq);
  t.same(await last.end('SIGINT'), { code: 0, signal: null, err: '' }, 'SIGINT is how a person ends it');
  seen.push(...last.lines);

  const records = seen.map(line => parseRecordLine(line)!);
  t.same(
    records.map(({ seq }) => seq),
    Array.from({ length: lastSeq }, (_, index) => index + 1),
    'every event, once, in order',
  );
  const kept = await store.events.after(0, lastSeq);
  t.same(
    records.map(({ json }) => json),
    kept.map(({ json }) => json),
  );
  t.ok(
    records.every(
      (record, index) =>
        recordHash(record) === record.hash && record.prev === (records[index - 1]?.hash ?? record.prev),
    ),
    'what was seen is the chain',
  );
});
