import type { TLSSocket } from 'node:tls';
import { type Conversation, sayGoodBye } from './conversation.ts';

/** What a port answers: KMIP messages as they are, those in HTTP requests, or whichever comes. */
export type Protocols = 'ttlv' | 'https' | 'both';

/**
 * Waits for the first byte of a connection, which says what is spoken: an HTTP request begins with the letters of its method, a
 * Request Message with 0x42, which is the letter B: methods that begin with it (BIND) are none that anybody posts a message with.
 * Whoever says nothing is let go.
 */
export class FirstByte implements Conversation {
  readonly #socket: TLSSocket;
  readonly #timer: NodeJS.Timeout;
  #conversation: Conversation | undefined;

  constructor(
    socket: TLSSocket,
    idleTimeoutMs: number,
    begin: { readonly ttlv: () => Conversation; readonly https: () => Conversation },
  ) {
    this.#socket = socket;
    this.#timer = setTimeout(() => this.drain(), idleTimeoutMs);
    const onData = (chunk: Buffer) => {
      clearTimeout(this.#timer);
      // Paused, so that these bytes come again first, and only when somebody listens.
      socket.off('data', onData).off('end', onEnd).pause().unshift(chunk);
      this.#conversation = isLetter(chunk[0]) ? begin.https() : begin.ttlv();
      socket.resume();
    };
    const onEnd = () => this.drain();
    socket.on('data', onData).on('end', onEnd);
    socket.once('close', () => clearTimeout(this.#timer));
  }

  drain(): void {
    if (this.#conversation) return this.#conversation.drain();
    clearTimeout(this.#timer);
    sayGoodBye(this.#socket);
  }
}

const B = 0x42;
const isLetter = (byte: number | undefined): boolean =>
  byte !== undefined && byte !== B && /^[A-Za-z]$/.test(String.fromCharCode(byte));
