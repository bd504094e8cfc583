import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { checkServerIdentity, connect as connectTls } from 'node:tls';
import { readTlsFiles, type TlsFiles } from './tls-files.ts';

/** Where a syslog receiver is and how it is reached. */
export interface Receiver extends TlsFiles {
  readonly host: string;
  readonly port: number;
  readonly transport: 'tls' | 'tcp';
  /** Name expected in its certificate. */
  readonly serverName: string;
}

/** In milliseconds. */
export interface LinkTiming {
  /** Until a connection stands, and the longest that a write makes no progress. */
  readonly stallMs: number;
  /** Until the receiver, having read what was sent, ends its side as well. */
  readonly endMs: number;
}

/**
 * One connection to a syslog receiver. Syslog has no answers, but an end has: a receiver that reads the end of our side has read all
 * before it, and ends its own (RFC 5425 §4.4 demands it: close_notify is answered). `finish` waits for that.
 */
export class SyslogLink {
  readonly #socket: Socket;
  readonly #timing: LinkTiming;
  /** Rejects when the connection breaks, resolves when it has ended as `finish` wants it. */
  readonly #ended: Promise<void>;
  #isFinishing = false;
  #isDestroyed = false;

  private constructor(socket: Socket, timing: LinkTiming) {
    this.#socket = socket;
    this.#timing = timing;
    this.#ended = new Promise((resolve, reject) => {
      const gone = () => new Error('the receiver has closed the connection');
      socket.on('error', error => reject(broken(error)));
      socket.once('end', () => (this.#isFinishing ? resolve() : reject(gone())));
      socket.once('close', () => reject(gone()));
    });
    // Nobody may be waiting when it breaks.
    this.#ended.catch(() => {});
    // What a receiver says has no meaning here; but its end is noticed only when it is read.
    socket.resume();
  }

  /** Rejects when there is no connection within `stallMs`, or, with TLS, when the receiver's certificate does not convince. */
  static async open(receiver: Receiver, timing: LinkTiming): Promise<SyslogLink> {
    const { host, port, transport, serverName } = receiver;
    const socket =
      transport === 'tcp'
        ? connectTcp({ host, port })
        : connectTls({
            ...{ host, port, ...(await readTlsFiles(receiver)) },
            ...{ minVersion: 'TLSv1.2', rejectUnauthorized: true },
            // RFC 6066 §3: an address is no server name.
            ...(isIP(serverName) === 0 && { servername: serverName }),
            checkServerIdentity: (_, certificate) => checkServerIdentity(serverName, certificate),
          });
    const stands = new Promise<void>((resolve, reject) => {
      socket.once(transport === 'tcp' ? 'connect' : 'secureConnect', resolve);
      socket.once('error', error => reject(new Error(`the receiver cannot be reached: ${problemOf(error)}`)));
      socket.once('close', () => reject(new Error('the receiver has closed the connection at once')));
    });
    try {
      await within(stands, timing.stallMs, 'the receiver does not answer');
    } catch (error) {
      socket.on('error', () => {});
      socket.destroy();
      throw error;
    }
    socket.setNoDelay(true);
    return new SyslogLink(socket, timing);
  }

  /** Calls back when the connection breaks, unless it was finished or destroyed by us. */
  onBroken(callback: (error: unknown) => void): void {
    this.#ended.catch((error: unknown) => !this.#isDestroyed && callback(error));
  }

  /** Resolves when the operating system has taken the bytes; rejects when the connection breaks or nothing moves for `stallMs`. */
  async write(bytes: Buffer): Promise<void> {
    const socket = this.#socket;
    const stalled = () => socket.destroy(new Stalled(`nothing was taken for ${this.#timing.stallMs} ms`));
    socket.setTimeout(this.#timing.stallMs, stalled);
    try {
      const written = new Promise<void>((resolve, reject) => {
        socket.write(bytes, error => (error ? reject(broken(error)) : resolve()));
      });
      await Promise.race([this.#ended, written]);
    } finally {
      socket.setTimeout(0);
      socket.off('timeout', stalled);
    }
  }

  /** Ends our side and waits until the receiver has read all and ended its own. Rejects when it does not, or breaks the connection. */
  async finish(): Promise<void> {
    this.#isFinishing = true;
    this.#socket.end();
    const late = `the receiver has not read what was sent within ${this.#timing.endMs} ms`;
    await within(this.#ended, this.#timing.endMs, late);
    this.destroy();
  }

  destroy(): void {
    this.#isDestroyed = true;
    this.#socket.destroy();
  }
}

class Stalled extends Error {}

const broken = (error: Error) => new Error(`the connection has broken: ${problemOf(error)}`, { cause: error });

/** What Node or OpenSSL call it: ECONNREFUSED, CERT_HAS_EXPIRED. Their texts may hold addresses. */
function problemOf(error: NodeJS.ErrnoException): string {
  return error instanceof Stalled ? error.message : (error.code ?? error.name);
}

async function within(promise: Promise<void>, timeMs: number, late: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${late}, waited ${timeMs} ms`)), timeMs);
  });
  try {
    await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
