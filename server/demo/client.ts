import { once } from 'node:events';
import { connect as tlsConnect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import {
  decodeResponse,
  encodeRequest,
  fromProtocolVersion,
  messageBytes,
  type RequestMessage,
  type ResponseMessage,
  type Version,
} from '../../kmip-codec/index.ts';

/** Longer than any server that is well takes to answer or to shake hands. */
const WAIT_MS = 20_000;

export interface ConnectOptions {
  readonly host: string;
  readonly port: number;
  /** Authority of the server's certificate, PEM. */
  readonly caPem: string;
  /** Certificate and key by which the client is known, PEM; without them it comes as a stranger. */
  readonly certificatePem?: string;
  readonly privateKeyPem?: string;
  /** A TLS session to take up again, as the socket's `session` event gave it. */
  readonly session?: Buffer;
  /** The name to be found in the server's certificate, where that is not `host`. */
  readonly servername?: string;
  readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3';
}

/** A small KMIP client: one TLS connection, one request at a time, whole messages or their bytes. */
export class KmipClient {
  readonly socket: TLSSocket;
  /** Resolves when the connection is closed, with the error that broke it if one did. */
  readonly closed: Promise<Error | undefined>;
  #received: Buffer = Buffer.alloc(0);
  #hasEnded = false;
  #wake: () => void = () => {};

  constructor(socket: TLSSocket) {
    this.socket = socket;
    let failure: Error | undefined;
    this.closed = new Promise(resolve => socket.on('close', () => resolve(failure)));
    socket.setNoDelay(true);
    socket.on('error', error => (failure = error));
    socket.on('data', (chunk: Buffer) => {
      this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    for (const event of ['end', 'close'])
      socket.on(event, () => {
        this.#hasEnded = true;
        this.#wake();
      });
  }

  /** Connects; rejects when the handshake fails or takes too long. */
  static connect({ caPem, certificatePem, privateKeyPem, ...options }: ConnectOptions): Promise<KmipClient> {
    const identity = certificatePem === undefined ? {} : { cert: certificatePem, key: privateKeyPem };
    return KmipClient.over({ ca: caPem, ...identity, ...options });
  }

  /** Connects with any options of node:tls. */
  protected static async over(options: ConnectionOptions): Promise<KmipClient> {
    const socket = tlsConnect(options);
    const client = new this(socket);
    const late = setTimeout(() => socket.destroy(new Error(`no connection within ${WAIT_MS} ms`)), WAIT_MS);
    try {
      await once(socket, 'secureConnect');
      return client;
    } finally {
      clearTimeout(late);
    }
  }

  write(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  /** Bytes of the next whole answer; undefined when the server ended the connection before one. Rejects when nothing comes. */
  async nextMessage(timeoutMs = WAIT_MS): Promise<Buffer | undefined> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.#wake();
    }, timeoutMs);
    try {
      for (;;) {
        const message = this.#takeMessage();
        if (message !== undefined) return message;
        if (this.#hasEnded) return undefined;
        if (isLate) throw new Error(`no answer within ${timeoutMs} ms; ${this.#received.length} bytes have come`);
        await new Promise<void>(resolve => (this.#wake = resolve));
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Sends bytes and gives the bytes of the next answer; undefined when the connection ended instead. */
  sendBytes(bytes: Uint8Array): Promise<Buffer | undefined> {
    this.write(bytes);
    return this.nextMessage();
  }

  /** Sends a message, in the version that its header names unless said, and gives the answer. */
  async send(message: RequestMessage, version?: Version): Promise<ResponseMessage> {
    const spoken = version ?? fromProtocolVersion(message.requestHeader.protocolVersion);
    if (spoken === undefined) throw new TypeError('the header names no version that can be spoken');
    const answer = await this.sendBytes(encodeRequest(message, spoken));
    if (answer === undefined) throw new Error('the server ended the connection without an answer');
    return decodeResponse(answer).message;
  }

  /** Ends the connection and waits until it is closed. */
  async close(): Promise<void> {
    this.socket.end();
    this.socket.resume();
    await this.closed;
  }

  #takeMessage(): Buffer | undefined {
    const whole = messageBytes(this.#received);
    if (whole === undefined || this.#received.length < whole) return undefined;
    const message = this.#received.subarray(0, whole);
    this.#received = this.#received.subarray(whole);
    return message;
  }
}
