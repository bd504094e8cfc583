import type { TLSSocket } from 'node:tls';
import type { Logger } from '../log/index.ts';
import type { Answer, Dispatcher } from './dispatcher.ts';
import { Framing, FramingError } from './framing.ts';
import { failed } from './item-result.ts';
import type { Visit } from './visits.ts';

export interface ConnectionLimits {
  readonly messageBytesMax: number;
  /** Longest silence between two messages. */
  readonly idleTimeoutMs: number;
  /** From the first byte of a message to its last, and for the peer to take an answer. */
  readonly requestTimeoutMs: number;
}

/**
 * One client's connection after its handshake: messages are answered one after the other, in the order in which they come.
 * While one is worked on nothing more is read, so a peer that sends and never reads is held by its own full buffers.
 */
export class Connection {
  readonly #socket: TLSSocket;
  readonly #visit: Visit;
  readonly #dispatcher: Dispatcher;
  readonly #limits: ConnectionLimits;
  readonly #log: Logger;
  readonly #framing: Framing;
  /** Why this connection may not be served, told to it with its first message; undefined when it may. */
  readonly #refusal: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #waitingFor: string | undefined;
  #isWorking = false;
  #isDraining = false;
  #isEnded = false;

  constructor(options: {
    socket: TLSSocket;
    visit: Visit;
    dispatcher: Dispatcher;
    limits: ConnectionLimits;
    log: Logger;
    refusal: string | undefined;
  }) {
    this.#socket = options.socket;
    this.#visit = options.visit;
    this.#dispatcher = options.dispatcher;
    this.#limits = options.limits;
    this.#log = options.log;
    this.#refusal = options.refusal;
    this.#framing = new Framing(options.limits.messageBytesMax);
    this.#socket.setNoDelay(true);
    this.#socket.on('data', (chunk: Buffer) => {
      this.#framing.push(chunk);
      void this.#work();
    });
    // A peer that half-closes after its last message still gets the answer.
    this.#socket.on('end', () => {
      this.#isEnded = true;
      if (!this.#isWorking) this.#finish();
    });
    this.#socket.on('close', () => clearTimeout(this.#timer));
    this.#wait('idle', this.#limits.idleTimeoutMs);
  }

  /** Ends the connection, once a message that has begun to come is answered. */
  drain(): void {
    this.#isDraining = true;
    if (!this.#isWorking && !this.#framing.isWithinMessage) this.#finish();
  }

  async #work(): Promise<void> {
    if (this.#isWorking) return;
    this.#isWorking = true;
    this.#socket.pause();
    try {
      while (!this.#socket.destroyed) {
        const answer = await this.#nextAnswer();
        if (answer === undefined) break;
        this.#wait('answer not taken', this.#limits.requestTimeoutMs);
        await this.#send(answer.bytes);
        if (answer.isLast || this.#isDraining) {
          this.#finish();
          return;
        }
      }
    } catch (error) {
      this.#log.debug('a connection broke', { error });
      this.#socket.destroy();
    } finally {
      this.#isWorking = false;
      if (!this.#socket.destroyed && !this.#socket.writableEnded) this.#listenOn();
    }
  }

  /** The answer to the next whole message, or undefined when none has come yet. */
  async #nextAnswer(): Promise<Answer | undefined> {
    let message: Buffer | undefined;
    try {
      message = this.#framing.next();
    } catch (error) {
      if (!(error instanceof FramingError)) throw error;
      return this.#dispatcher.refuse(
        this.#framing.unread(),
        this.#visit,
        failed('Invalid Message', error.message, error.isTooLong ? { cause: 'too large' } : {}),
      );
    }
    if (message === undefined) return undefined;
    clearTimeout(this.#timer);
    if (this.#refusal !== undefined)
      return this.#dispatcher.refuse(
        message,
        this.#visit,
        failed('General Failure', this.#refusal, { cause: 'unavailable' }),
      );
    return this.#dispatcher.handle(message, this.#visit);
  }

  #listenOn(): void {
    const { isWithinMessage } = this.#framing;
    if (this.#isEnded || (this.#isDraining && !isWithinMessage)) return this.#finish();
    const { requestTimeoutMs, idleTimeoutMs } = this.#limits;
    if (!isWithinMessage) this.#wait('idle', idleTimeoutMs);
    else if (this.#waitingFor !== 'the rest of a message') this.#wait('the rest of a message', requestTimeoutMs);
    this.#socket.resume();
  }

  /** Says good-bye. What still comes is thrown away: bytes left unread would make the peer lose the last answer. */
  #finish(): void {
    this.#wait('the peer to close', CLOSE_MS);
    this.#socket.removeAllListeners('data').end();
    this.#socket.resume();
  }

  /** Cuts the connection unless something happens in time. */
  #wait(what: string, timeoutMs: number): void {
    clearTimeout(this.#timer);
    if (this.#socket.destroyed) return;
    this.#waitingFor = what;
    this.#timer = setTimeout(() => {
      this.#log.debug('a connection was cut', { waitingFor: what, timeoutMs });
      if (what === 'idle') this.#finish();
      else this.#socket.destroy();
    }, timeoutMs);
  }

  #send(bytes: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.write(bytes, error => (error ? reject(error) : resolve()));
    });
  }
}

/** A peer that was told that the connection ends has this long to end its side. */
const CLOSE_MS = 2000;
