import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { KmipClient, type ClientIdentity } from './kmip-client.ts';

/** What `npm run build` makes; `make test` builds before it tests. */
const MAIN = fileURLToPath(new URL('../../dist/server/cli/main.js', import.meta.url));
/** A first start makes keys; on a busy machine that takes its time. */
const READY_MS = 60_000;
/** What no server needs after it was told to end. */
const STOP_MS = 12_000;

const WITHOUT_RESERVE = ['--set', 'audit.storage.reserveBytes=0'];

export interface ProcessOptions {
  /** A data folder that exists already; a new one in a temporary folder unless said. */
  readonly data?: string;
  /** Further flags of `kmipd serve`. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Where server and commands run. */
  readonly cwd?: string;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Ran extends Exit {
  readonly out: string;
  readonly err: string;
}

export interface ServerProcess {
  readonly host: string;
  readonly port: number;
  readonly data: string;
  readonly child: ChildProcess;
  readonly exited: Promise<Exit>;
  /** What it has written so far. */
  out(): string;
  err(): string;
  /** Runs `kmipd` with these arguments on the same data folder. */
  kmipd(...args: string[]): Promise<Ran>;
  /** Adds a client by `kmipd client add --issue`. */
  addClient(name: string, ...flags: string[]): Promise<ClientIdentity & { readonly authorityPem: string }>;
  connect(client: ClientIdentity & { readonly authorityPem: string }): Promise<KmipClient>;
  /** Sends the signal, SIGTERM unless said, and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<Exit>;
}

/** Starts `kmipd serve`, as built, in a process of its own; resolves when it is ready. Ends it with the test. */
export async function spawnServer(t: Test, options: ProcessOptions = {}): Promise<ServerProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'kmipd-process-'));
  const data = options.data ?? join(folder, 'data');
  const { args = [], env = {}, cwd } = options;
  const serve = start(
    // A reserve is written and synced, which hundreds of servers need not do.
    ['serve', '--data', data, '--listen', '127.0.0.1:0', '--key-type', 'ECDSA P-256', ...WITHOUT_RESERVE, ...args],
    env,
    cwd,
  );
  t.teardown(async () => {
    serve.child.kill('SIGKILL');
    await serve.exited;
    rmSync(folder, { recursive: true, force: true });
  });
  const { host, port } = await ready(serve);
  const connections = new Set<KmipClient>();
  t.teardown(() => connections.forEach(({ socket }) => socket.destroy()));

  const kmipd = async (...given: string[]): Promise<Ran> => {
    const run = start([...given, '--data', data], env, cwd);
    return { ...(await run.exited), out: run.written.out, err: run.written.err };
  };
  return {
    host,
    port,
    data,
    child: serve.child,
    exited: serve.exited,
    out: () => serve.written.out,
    err: () => serve.written.err,
    kmipd,
    async addClient(name, ...flags) {
      const out = mkdtempSync(join(folder, 'client-'));
      const ran = await kmipd('client', 'add', name, '--issue', '--out', out, ...flags);
      if (ran.code !== 0) throw new Error(`kmipd client add ended with ${ran.code}: ${ran.err}`);
      const read = (file: string) => readFileSync(join(out, file), 'utf8');
      return { certificatePem: read(`${name}.crt`), privateKeyPem: read(`${name}.key`), authorityPem: read('ca.crt') };
    },
    async connect(client) {
      const connection = await KmipClient.connect(
        { host, port, ca: client.authorityPem, servername: 'localhost' },
        client,
      );
      connections.add(connection);
      return connection;
    },
    async stop(signal = 'SIGTERM') {
      serve.child.kill(signal);
      const late = setTimeout(() => serve.child.kill('SIGKILL'), STOP_MS);
      const exit = await serve.exited;
      clearTimeout(late);
      return exit;
    },
  };
}

interface Started {
  readonly child: ChildProcess;
  readonly written: { out: string; err: string };
  readonly exited: Promise<Exit>;
}

function start(args: readonly string[], env: Readonly<Record<string, string>>, cwd?: string): Started {
  if (!existsSync(MAIN))
    throw new Error(`${MAIN} is missing: run \`make build\`, or \`make test\`, which builds first`);
  const written = { out: '', err: '' };
  const child = spawn(process.execPath, [MAIN, ...args], {
    // Neither the tests' loader nor settings of whoever runs them.
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd !== undefined && { cwd }),
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => (written.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (written.err += text));
  const exited = new Promise<Exit>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  return { child, written, exited };
}

function ready({ child, written, exited }: Started): Promise<{ host: string; port: number }> {
  return new Promise((resolve, reject) => {
    const fail = (what: string) => reject(new Error(`kmipd serve ${what}\n${written.out}${written.err}`));
    const timer = setTimeout(() => fail(`was not ready within ${READY_MS} ms`), READY_MS);
    const look = () => {
      const [, host, port] = /^ready \[?(.+?)\]?:(\d+)$/m.exec(written.out) ?? [];
      if (host === undefined) return;
      clearTimeout(timer);
      resolve({ host, port: Number(port) });
    };
    child.stdout?.on('data', look);
    void exited.then(({ code, signal }) => {
      clearTimeout(timer);
      fail(`ended with ${code ?? signal}`);
    }, reject);
  });
}
