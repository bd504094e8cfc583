import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import type { AuditEvent } from '../../server/audit/index.ts';
import { messagesOf, parseSyslogMessage } from './sinks/syslog-parser.ts';

/** Ids of events in the order in which somebody got them, some more than once. */
export class Received {
  readonly distinct: string[] = [];
  readonly #known = new Set<string>();
  #checked = 0;
  repeated = 0;
  /** Parts of events that a kill has left. */
  torn = 0;

  take(id: string): void {
    if (this.#known.has(id)) {
      this.repeated++;
      return;
    }
    this.#known.add(id);
    this.distinct.push(id);
  }

  /** Where what was got is not the beginning of the log; undefined where it is. */
  problem(log: readonly string[]): string | undefined {
    for (; this.#checked < this.distinct.length; this.#checked++) {
      const [got, wanted] = [this.distinct[this.#checked], log[this.#checked]];
      if (got !== wanted) return `event ${this.#checked + 1} is ${got}, the log has ${wanted}`;
    }
    return undefined;
  }
}

/** A receiver of events that outlives the server. `setting`: of its sink. */
export interface SinkReceiver {
  readonly setting: object;
  readonly received: Received;
  /** Takes what has come until now. */
  look(): void;
}

/** A file with an event's JSON a line. */
export function fileReceiver(folder: string): SinkReceiver {
  const path = join(folder, 'events.jsonl');
  const received = new Received();
  let at = 0;
  let rest = '';
  return {
    setting: { type: 'file', path },
    received,
    look() {
      const file = openSync(path, 'r');
      const chunk = Buffer.alloc(1 << 20);
      for (let read: number; (read = readSync(file, chunk, 0, chunk.length, at)) > 0; at += read)
        rest += chunk.toString('latin1', 0, read);
      closeSync(file);
      const lines = rest.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const id = idIn(Buffer.from(line, 'latin1').toString());
        if (id === undefined) received.torn++;
        else received.take(id);
      }
    },
  };
}

/** An HTTP receiver of batches, which answers each with 200. */
export async function webhookReceiver(t: Test): Promise<SinkReceiver> {
  const received = new Received();
  const server = createHttpServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('error', () => {});
    request.on('end', () => {
      for (const { id } of JSON.parse(Buffer.concat(parts).toString()) as AuditEvent[]) received.take(id);
      response.end();
    });
  });
  const port = await listening(t, server);
  return { setting: { type: 'webhook', url: `http://127.0.0.1:${port}/events` }, received, look: () => {} };
}

/** A receiver of syslog over TCP that reads all there is. */
export async function syslogReceiver(t: Test): Promise<SinkReceiver> {
  const received = new Received();
  const server = createServer({ allowHalfOpen: true }, socket => {
    let rest: Buffer = Buffer.alloc(0);
    socket.on('data', (part: Buffer) => {
      rest = Buffer.concat([rest, part]);
      const { messages, taken } = messagesOf(rest);
      rest = rest.subarray(taken);
      for (const message of messages) received.take((JSON.parse(parseSyslogMessage(message).msg) as AuditEvent).id);
    });
    socket.on('error', () => {});
    socket.on('end', () => socket.end());
    socket.on('close', () => (received.torn += rest.length > 0 ? 1 : 0));
  });
  const port = await listening(t, server);
  return { setting: { type: 'syslog', transport: 'tcp', host: '127.0.0.1', port }, received, look: () => {} };
}

async function listening(t: Test, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.close();
    if ('closeAllConnections' in server) (server.closeAllConnections as () => void)();
  });
  return (server.address() as AddressInfo).port;
}

function idIn(line: string): string | undefined {
  try {
    return (JSON.parse(line) as AuditEvent).id;
  } catch {
    return undefined;
  }
}

const FOLLOWER = fileURLToPath(new URL('kill-follower.mjs', import.meta.url));
const STORE = fileURLToPath(new URL('../../dist/server/store/index.js', import.meta.url));

/** Somebody who follows the log by seq in another process, is killed, and goes on after the last event that they have seen whole. */
export class Follower {
  readonly ids: string[] = [];
  readonly #folder: string;
  readonly #database: string;
  #seq = 0;
  #runs = 0;
  #child: ChildProcess | undefined;
  #ended: Promise<unknown> = Promise.resolve();

  constructor(t: Test, folder: string, database: string) {
    this.#folder = folder;
    this.#database = database;
    t.teardown(() => this.kill());
  }

  /** Begins, or goes on. */
  start(): void {
    const out = openSync(this.#path(++this.#runs), 'w');
    const args = [FOLLOWER, STORE, this.#database, String(this.#seq)];
    this.#child = spawn(process.execPath, args, {
      stdio: ['ignore', out, 'ignore'],
      env: { PATH: process.env['PATH'] },
    });
    closeSync(out);
    this.#ended = once(this.#child, 'close');
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    child.kill('SIGKILL');
    await this.#ended;
    for (const [seq, id] of this.#lines()) {
      this.#seq = Number(seq);
      this.ids.push(id!);
    }
  }

  /** How many events there were until now. */
  count(): number {
    return this.ids.length + (this.#child === undefined ? 0 : this.#lines().length);
  }

  /** Whole lines of the present run. */
  #lines(): string[][] {
    const lines = readFileSync(this.#path(this.#runs), 'utf8').split('\n');
    return lines.slice(0, -1).map(line => line.split(' '));
  }

  #path = (run: number) => join(this.#folder, `followed-${run}`);
}
