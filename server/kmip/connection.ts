import type { TLSSocket } from 'node:tls';
import type { Logger } from '../log/index.ts';
import { type ConnectionLimits, type Conversation, type ConversationOptions, sayGoodBye } from './conversation.ts';
import type { Answer, Dispatcher } from './dispatcher.ts';
import { Framing, FramingError } from './framing.ts';
import { failed } from './item-result.ts';
import type { Visit } from './visits.ts';

/**
 * One client's connection after its handshake: messages are answered one after the other, in the order in which they come.
 * While one is worked on nothing more is read, so a peer that sends and never reads is held by its own full buffers.
 */
export class Connection implements Conversation {
  readonly #socket: TLSSocket;
  readonly #visit: Visit;
  readonly #dispatcher: Dispatcher;
  readonly #limits: ConnectionLimits;
  readonly #log: Logger;
  readonly #framing: Framing;
  readonly #refusal: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #waitingFor: string | undefined;
  #isWorking = false;
  #isDraining = false;
  #isEnded = false;

  constructor(options: ConversationOptions) {
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

  #finish(): void {
    clearTimeout(this.#timer);
    if (!this.#socket.destroyed) sayGoodBye(this.#socket);
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
