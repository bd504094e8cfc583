import { once } from 'node:events';
import { connect as tlsConnect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import {
  CodecError,
  decodeResponse,
  encodeRequest,
  ResultReason,
  ResultStatus,
  toProtocolVersion,
  V1_4,
  type KnownOperation,
  type RequestBatchItem,
  type RequestHeader,
  type RequestMessage,
  type RequestOf,
  type ResponseBatchItem,
  type ResponseMessage,
  type ResponseOf,
  type Version,
} from '../../kmip-codec/index.ts';

const HEADER_BYTES = 8;
/** Longer than any timeout that a test sets, shorter than a test may take. */
const ANSWER_MS = 20_000;

/** Certificate and key by which a client is known, PEM. */
export interface ClientIdentity {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

/** The answer was not Success. */
export class RequestFailed extends Error {
  readonly item: ResponseBatchItem;
  /** Name of the Result Reason. */
  readonly reason: string;
  constructor(item: ResponseBatchItem) {
    const reason = item.resultReason === undefined ? 'no Result Reason' : ResultReason.names.show(item.resultReason);
    super(`${ResultStatus.names.show(item.resultStatus)}: ${reason}: ${item.resultMessage}`);
    this.item = item;
    this.reason = reason;
  }
}

export interface BatchOptions {
  readonly version?: Version;
  readonly header?: Partial<RequestHeader>;
}

/** A KMIP client for tests: one TLS connection, messages whole or byte by byte. */
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
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    for (const event of ['end', 'close'])
      socket.on(event, () => {
        this.#hasEnded = true;
        this.#wake();
      });
  }

  /** Connects; rejects when the handshake fails. The certificate is sent if there is one. */
  static async connect(
    options: ConnectionOptions & { host: string; port: number },
    identity?: ClientIdentity,
  ): Promise<KmipClient> {
    const socket = tlsConnect({
      ...(identity && { cert: identity.certificatePem, key: identity.privateKeyPem }),
      ...options,
    });
    const client = new KmipClient(socket);
    await once(socket, 'secureConnect');
    return client;
  }

  write(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  /** Bytes of the next whole answer; undefined when the server ended the connection before one. Rejects when nothing comes. */
  async nextMessage(timeoutMs = ANSWER_MS): Promise<Buffer | undefined> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const whole = this.#received.length < HEADER_BYTES ? Infinity : HEADER_BYTES + this.#received.readUInt32BE(4);
      if (this.#received.length >= whole) {
        const message = this.#received.subarray(0, whole);
        this.#received = this.#received.subarray(whole);
        return message;
      }
      if (this.#hasEnded) return undefined;
      const leftMs = deadline - Date.now();
      if (leftMs <= 0) throw new Error(`no answer within ${timeoutMs} ms; ${this.#received.length} bytes have come`);
      await this.#change(leftMs);
    }
  }

  /** Sends bytes and gives the bytes of the next answer; undefined when the connection ended instead. */
  sendBytes(bytes: Uint8Array): Promise<Buffer | undefined> {
    this.write(bytes);
    return this.nextMessage();
  }

  /** Sends a message, in the version that its header names unless said, and gives the answer. */
  async send(message: RequestMessage, version?: Version): Promise<ResponseMessage> {
    const { protocolVersionMajor: major, protocolVersionMinor: minor } = message.requestHeader.protocolVersion;
    const answer = await this.sendBytes(encodeRequest(message, version ?? ((major * 256 + minor) as Version)));
    if (answer === undefined) throw new Error('the server ended the connection without an answer');
    return decodeResponse(answer).message;
  }

  /** Sends a batch; Batch Count and version are filled in. */
  batch(items: readonly RequestBatchItem[], options: BatchOptions = {}): Promise<ResponseMessage> {
    return this.send(requestMessage(items, options), options.version ?? V1_4);
  }

  /** Sends one operation and gives its batch item, however it ended. */
  async item<O extends KnownOperation>(
    operation: O,
    requestPayload: RequestOf<O>,
    options: BatchOptions = {},
  ): Promise<ResponseBatchItem> {
    const { batchItems = [] } = await this.batch([{ operation, requestPayload }], options);
    if (batchItems.length !== 1) throw new Error(`${batchItems.length} batch items came back, 1 is expected`);
    return batchItems[0]!;
  }

  /** Sends one operation and gives its response payload. Throws RequestFailed unless the answer is Success. */
  async request<O extends KnownOperation>(
    operation: O,
    requestPayload: RequestOf<O>,
    options: BatchOptions = {},
  ): Promise<ResponseOf<O>> {
    const item = await this.item(operation, requestPayload, options);
    if (item.resultStatus !== ResultStatus.Success) throw new RequestFailed(item);
    if (item.responsePayload instanceof CodecError) throw item.responsePayload;
    return item.responsePayload as ResponseOf<O>;
  }

  /** Ends the connection and waits until it is closed. */
  async close(): Promise<void> {
    this.socket.end();
    this.socket.resume();
    await this.closed;
  }

  #change(timeoutMs: number): Promise<void> {
    return new Promise(resolve => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** A Request Message of these items. */
export function requestMessage(
  batchItems: readonly RequestBatchItem[],
  { version = V1_4, header }: BatchOptions = {},
): RequestMessage {
  return {
    requestHeader: { protocolVersion: toProtocolVersion(version), batchCount: batchItems.length, ...header },
    batchItems: [...batchItems],
  };
}
