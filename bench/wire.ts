import {
  connect,
  createSecureContext,
  type ConnectionOptions,
  type SecureContext,
  type SecureContextOptions,
  type TLSSocket,
} from 'node:tls';
import { decodeResponse, ResultStatus } from '../kmip-codec/index.ts';

export interface Target {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** Client certificate, key and authority, PEM. */
  readonly tls: Pick<SecureContextOptions, 'cert' | 'key' | 'ca'>;
  /** Process whose memory is asked for. */
  readonly pid: number;
  stop(): Promise<void>;
}

const REPLY_MS = 20_000;

const contexts = new WeakMap<Target, SecureContext>();

/** Certificate and key are read once: to do it for every connection would cost the load generator more than the connection. */
function contextOf(target: Target): SecureContext {
  let context = contexts.get(target);
  if (context === undefined) {
    // What every one of the servers speaks, so that all are measured with the same handshake and suite.
    contexts.set(target, (context = createSecureContext({ ...target.tls, maxVersion: 'TLSv1.2' })));
  }
  return context;
}

/** A connection with as little between the caller and the bytes as possible: the load generator must not be what is measured. */
export class Wire {
  readonly socket: TLSSocket;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #waiting: { resolve(reply: Buffer): void; reject(error: Error): void } | undefined;
  #timer: NodeJS.Timeout | undefined;

  private constructor(socket: TLSSocket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', error => this.#waiting?.reject(error));
    socket.on('close', () => this.#waiting?.reject(new Error('the connection was closed')));
  }

  static open(target: Target, more: Pick<ConnectionOptions, 'session' | 'rejectUnauthorized'> = {}): Promise<Wire> {
    return new Promise((resolve, reject) => {
      const socket = connect({
        host: target.host,
        port: target.port,
        secureContext: contextOf(target),
        servername: 'localhost',
        ...more,
      });
      socket.once('error', reject);
      socket.once('secureConnect', () => {
        socket.off('error', reject);
        resolve(new Wire(socket));
      });
    });
  }

  exchange(request: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#timer ??= setTimeout(() => this.socket.destroy(new Error('no reply in time')), REPLY_MS);
      this.#timer.refresh();
      this.socket.write(request);
    });
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#waiting = undefined;
    this.socket.end();
    this.socket.destroySoon();
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    const first = this.#chunks[0]!;
    const head = first.length >= 8 ? first : Buffer.concat(this.#chunks);
    if (head.length < 8 || this.#bytes < 8 + head.readUInt32BE(4)) return;
    const reply = this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#bytes = 0;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve(reply);
  }
}

/** The identifier that the answer to Create holds. */
export function createdIdentifier(reply: Buffer): string {
  const item = decodeResponse(reply).message.batchItems![0]!;
  if (item.resultStatus !== ResultStatus.Success) throw new Error(`refused: ${item.resultMessage}`);
  return (item.responsePayload as { uniqueIdentifier: string }).uniqueIdentifier;
}
