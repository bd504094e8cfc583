import { connect, type TLSSocket } from 'node:tls';
import { decodeItem, encodeItem, messageBytes, type TtlvItem } from '../../kmip-codec/index.ts';
import { type Channel, type Identity, NoAnswer, RESPONSE_BYTES_MAX, type Target } from './channel.ts';

/** One client of a case. It connects when it first sends, and again when the server has closed the connection meanwhile. */
export class Connection implements Channel {
  readonly #target: Target;
  readonly #identity: Identity;
  #socket: TLSSocket | undefined;

  constructor(target: Target, identity: Identity) {
    this.#target = target;
    this.#identity = identity;
  }

  /** Sends a request message and waits for one response. Throws NoAnswer, and CodecError for bytes that are no TTLV. */
  async exchange(request: TtlvItem): Promise<TtlvItem> {
    if (!this.#socket || this.#socket.destroyed || !this.#socket.writable) this.#socket = await this.#connect();
    const socket = this.#socket;
    const response = receive(socket, this.#target.timeoutMs);
    socket.write(encodeItem(request));
    try {
      return decodeItem(await response);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  #connect(): Promise<TLSSocket> {
    const { host, port, ca, servername, timeoutMs } = this.#target;
    return new Promise((resolve, reject) => {
      const socket = connect({
        host,
        port,
        ca,
        ...this.#identity,
        ...(servername === undefined ? {} : { servername }),
      });
      const fail = (why: string) => {
        socket.destroy();
        reject(new NoAnswer(why));
      };
      socket.setTimeout(timeoutMs, () => fail(`no connection within ${timeoutMs} ms`));
      socket.once('error', error => fail(`cannot connect to ${host}:${port}: ${error.message}`));
      socket.once('secureConnect', () => {
        socket.setTimeout(0);
        socket.removeAllListeners('error');
        socket.on('error', () => socket.destroy());
        resolve(socket);
      });
    });
  }
}

/** The bytes of the next message. */
function receive(socket: TLSSocket, timeoutMs: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const end = (act: () => void) => {
      clearTimeout(timer);
      socket.off('data', onData).off('close', onClose);
      act();
    };
    const timer = setTimeout(() => end(() => reject(new NoAnswer(`no answer within ${timeoutMs} ms`))), timeoutMs);
    const onClose = () =>
      end(() => reject(new NoAnswer(`connection closed after ${received.length} bytes of an answer`)));
    const onData = (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      const length = messageBytes(received);
      if (length === undefined) return;
      if (length > RESPONSE_BYTES_MAX) return end(() => reject(new NoAnswer(`an answer of ${length} bytes`)));
      // More than one item is left to the decoder, which refuses it.
      if (received.length >= length) end(() => resolve(received));
    };
    socket.on('data', onData).on('close', onClose);
  });
}
