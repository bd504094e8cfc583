import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { appendFileSync } from 'node:fs';

/** A first start makes keys; on a busy machine that takes its time. */
const READY_MS = 60_000;
/** A server ends within 10 seconds after it was asked to. */
const STOP_MS = 11_000;

export interface KmipdOptions {
  /** Path of the program. */
  readonly main: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** File that takes what a server writes to standard error. */
  readonly logPath: string;
}

export interface Serving {
  readonly host: string;
  readonly port: number;
  /** What it said before it was ready. */
  readonly introduction: string;
  /** Asks it to end. Rejects when it does not, or not well. */
  stop(): Promise<void>;
}

/** Runs `kmipd` as a person would who types it: each command is a process of its own. */
export class Kmipd {
  readonly #options: KmipdOptions;
  readonly #children = new Set<ChildProcess>();
  #isOver = false;

  constructor(options: KmipdOptions) {
    this.#options = options;
  }

  /** Starts a server; resolves when it accepts connections. */
  async serve(...args: string[]): Promise<Serving> {
    const child = this.#start(['serve', ...args], ['ignore', 'pipe', 'pipe']);
    child.stderr?.on('data', (chunk: Buffer) => {
      if (!this.#isOver) appendFileSync(this.#options.logPath, chunk);
    });
    const ended = exitOf(child);
    let written = '';
    const ready = new Promise<{ host: string; port: number }>(resolve => {
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        written += text;
        const [, host, port] = /^ready \[?(.+?)\]?:(\d+)$/m.exec(written) ?? [];
        if (host !== undefined) resolve({ host, port: Number(port) });
      });
    });
    const tooEarly = ended.then(how => {
      throw new Error(`the server ended before it was ready (${how})`);
    });
    const address = await within(READY_MS, Promise.race([ready, tooEarly]), 'the server was not ready');
    tooEarly.catch(() => {});
    return {
      ...address,
      introduction: written.slice(0, written.indexOf('ready ')),
      async stop() {
        child.kill('SIGTERM');
        const how = await within(STOP_MS, ended, 'the server did not end');
        if (how !== 'exit code 0') throw new Error(`the server did not end well (${how})`);
      },
    };
  }

  /** Runs a command to its end and gives what it printed. Rejects with what it complained of when it fails. */
  async run(...args: string[]): Promise<string> {
    return (await this.#run(args, ['ignore', 'pipe', 'pipe'])).trimEnd();
  }

  /** Runs a command whose output goes straight to the terminal. */
  async show(...args: string[]): Promise<void> {
    await this.#run(args, ['ignore', 'inherit', 'pipe']);
  }

  /** Ends whatever still runs, at once; nothing can be started any more. */
  async end(): Promise<void> {
    const ended = [...this.#children].map(exitOf);
    this.kill();
    await Promise.all(ended);
  }

  /** The same without waiting. */
  kill(): void {
    this.#isOver = true;
    for (const child of this.#children) child.kill('SIGKILL');
  }

  async #run(args: readonly string[], stdio: StdioOptions): Promise<string> {
    const child = this.#start(args, stdio);
    let out = '';
    let complaint = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaint += text));
    const how = await exitOf(child);
    if (how !== 'exit code 0') {
      const [said = how] = complaint.split('\n').filter(line => line.startsWith('kmipd: '));
      throw new Error(`\`kmipd ${args.slice(0, 2).join(' ')}\` failed: ${said.replace('kmipd: ', '')}`);
    }
    return out;
  }

  #start(args: readonly string[], stdio: StdioOptions): ChildProcess {
    if (this.#isOver) throw new Error('the demo is over');
    const { main, env } = this.#options;
    const child = spawn(process.execPath, [main, ...args], { stdio, env });
    this.#children.add(child);
    child.once('close', () => this.#children.delete(child));
    return child;
  }
}

/** `exit code 0`, `SIGKILL`, or why it could not be started. */
const exitOf = (child: ChildProcess): Promise<string> =>
  new Promise(resolve => {
    child.once('error', error => resolve(error.message));
    child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });

async function within<T>(ms: number, work: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
