import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { type Conversation, type ConversationOptions, sayGoodBye } from './conversation.ts';
import type { Answer } from './dispatcher.ts';
import type { BodyEncoding } from './https-body.ts';
import { bodyOf, drained, encodingOf, headProblem, type HttpProblem, tooLarge } from './https-request.ts';
import { failed } from './item-result.ts';

export interface HttpsConnectionOptions extends ConversationOptions {
  /** Its parser reads the socket. */
  readonly server: Server;
}

/** Requests that may wait for their turn. Reading stops while one is worked on, but what has come in one piece is there. */
const WAITING_MAX = 100;

/**
 * One client's connection that speaks HTTP (encodings standard, section 2): requests are answered one after the other, in the order in
 * which they come, by the same dispatcher and within the same limits as messages without HTTP.
 */
export class HttpsConnection implements Conversation {
  readonly #options: HttpsConnectionOptions;
  readonly #socket: TLSSocket;
  #timer: NodeJS.Timeout | undefined;
  #waitingFor: string | undefined;
  #turn: Promise<void> = Promise.resolve();
  /** Requests whose head has come and that are not answered. */
  #waiting = 0;
  /** Ends the wait for the body of the request whose turn it is, unless all of it has come. */
  #abandon: () => unknown = () => {};
  #isDraining = false;
  #isEnded = false;
  #isLast = false;

  constructor(options: HttpsConnectionOptions) {
    this.#options = options;
    const { socket, limits, server } = options;
    this.#socket = socket;
    socket.setNoDelay(true);
    server.emit('connection', socket);
    // Before the parser sees them; and whoever listens to bytes makes the parser take them from the stream, in its order.
    socket.prependListener('data', () => {
      if (this.#waiting === 0 && this.#waitingFor !== REST) this.#wait(REST, limits.requestTimeoutMs);
    });
    // A peer that half-closes after its last request still gets the answer.
    socket.removeAllListeners('end').on('end', () => {
      this.#isEnded = true;
      if (this.#waiting === 0) this.#finish();
      else this.#abandon();
    });
    socket.once('close', () => {
      clearTimeout(this.#timer);
      this.#abandon();
    });
    this.#wait(IDLE, limits.idleTimeoutMs);
  }

  drain(): void {
    this.#isDraining = true;
    if (this.#waiting === 0 && this.#waitingFor !== REST) this.#finish();
  }

  /** Takes the next request, to be answered when its turn comes. `isExpecting`: it sends its body when it is told to go on. */
  take(request: IncomingMessage, response: ServerResponse, isExpecting = false): void {
    // Who goes away in the middle is told nothing, and disturbs nobody.
    request.on('error', () => {});
    response.on('error', () => {});
    if (++this.#waiting > WAITING_MAX) return this.#cut('its own requests to be answered');
    this.#inTurn(() => this.#answer(request, response, isExpecting));
  }

  /** Answers what is not even HTTP, or no longer, once everything before it is answered. */
  takeGarbage(problem: HttpProblem): void {
    this.#socket.pause();
    this.#waiting++;
    this.#abandon();
    this.#inTurn(async () => {
      await this.#refuse(problem);
      this.#socket.write(written(problem));
      this.#finish();
    });
  }

  #inTurn(act: () => Promise<void>): void {
    this.#turn = this.#turn
      .then(() => (this.#isLast || this.#socket.destroyed ? undefined : act()))
      .catch((error: unknown) => {
        this.#options.log.debug('a connection broke', { error });
        this.#socket.destroy();
      });
  }

  async #answer(request: IncomingMessage, response: ServerResponse, isExpecting: boolean): Promise<void> {
    const { messageBytesMax, requestTimeoutMs } = this.#options.limits;
    if (this.#waitingFor !== REST) this.#wait(REST, requestTimeoutMs);
    const problem = headProblem(request, messageBytesMax);
    if (problem) return this.#answerProblem(request, response, problem);
    if (isExpecting) response.writeContinue();
    const abandoned = new Promise<undefined>(resolve => {
      this.#abandon = () => request.complete || resolve(undefined);
    });
    const body = await Promise.race([bodyOf(request, messageBytesMax), abandoned]);
    if (body === undefined) return this.#isEnded ? this.#cut('the rest of a message') : undefined;
    if (typeof body === 'number') return this.#answerProblem(request, response, tooLarge(body, messageBytesMax));
    this.#work();
    const encoding = encodingOf(request);
    const { bytes, isLast } = await this.#answerTo(body, encoding);
    const headers = { 'content-type': encoding.contentType };
    await this.#send(request, response, { status: 200, headers, body: bytes, isLast });
  }

  #answerTo(body: Buffer, encoding: BodyEncoding): Promise<Answer> {
    const { dispatcher, visit, refusal } = this.#options;
    const message = {
      toTtlv: () => encoding.toTtlv(body),
      fromTtlv: encoding.fromTtlv,
      versionToAnswer: () => encoding.versionToAnswer(body),
    };
    if (refusal === undefined) return dispatcher.handle(message, visit);
    return dispatcher.refuse(message, visit, failed('General Failure', refusal, { cause: 'unavailable' }));
  }

  /** Whoever was refused begins anew with a connection: a flood pays for each. */
  async #answerProblem(request: IncomingMessage, response: ServerResponse, problem: HttpProblem): Promise<void> {
    await this.#refuse(problem);
    const { status, message } = problem;
    const body = Buffer.from(`${message}\n`);
    await this.#send(request, response, { status, headers: headersOf(problem), body, isLast: true });
  }

  /** Records that something came that is no message, as bytes that are none are recorded without HTTP. */
  async #refuse({ status, message }: HttpProblem): Promise<void> {
    this.#work();
    const failure = failed('Invalid Message', message, status === 413 ? { cause: 'too large' } : {});
    await this.#options.dispatcher.refuse(new Uint8Array(), this.#options.visit, failure);
  }

  async #send(
    request: IncomingMessage,
    response: ServerResponse,
    { status, headers, body, isLast }: Sent,
  ): Promise<void> {
    const { requestTimeoutMs, idleTimeoutMs } = this.#options.limits;
    const isLastThen = this.#isEnded && this.#waiting === 1;
    this.#isLast = isLast || isLastThen || this.#isDraining || !response.shouldKeepAlive;
    this.#wait('answer not taken', requestTimeoutMs);
    response.writeHead(status, {
      ...{ ...headers, 'content-length': body.length, 'cache-control': 'no-cache' },
      ...(this.#isLast && { connection: 'close' }),
    });
    await new Promise<void>((resolve, reject) => {
      response.once('close', () => reject(new Error('the client has gone')));
      response.write(body, error => (error ? reject(error) : resolve()));
    });
    // The client has the whole answer; bytes left unread at the end would make it lose that.
    if (!request.complete) await drained(request);
    await new Promise(resolve => response.once('close', resolve).end(resolve));
    this.#waiting--;
    if (this.#isLast) return this.#finish();
    if (this.#waiting > 0) return;
    this.#wait(IDLE, idleTimeoutMs);
    this.#socket.resume();
  }

  /** While a message is worked on nothing more is read, and nothing is waited for. */
  #work(): void {
    clearTimeout(this.#timer);
    this.#waitingFor = undefined;
    this.#socket.pause();
  }

  #finish(): void {
    clearTimeout(this.#timer);
    this.#isLast = true;
    if (!this.#socket.destroyed) sayGoodBye(this.#socket);
  }

  /** Ends the connection unless something happens in time. */
  #wait(what: string, timeoutMs: number): void {
    clearTimeout(this.#timer);
    if (this.#socket.destroyed) return;
    this.#waitingFor = what;
    this.#timer = setTimeout(() => (what === IDLE ? this.#finish() : this.#cut(what)), timeoutMs);
  }

  #cut(waitingFor: string): void {
    this.#options.log.debug('a connection was cut', { waitingFor });
    this.#socket.destroy();
  }
}

const IDLE = 'idle';
const REST = 'the rest of a message';

interface Sent {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly isLast: boolean;
}

const headersOf = ({ headers }: HttpProblem): Readonly<Record<string, string>> => ({
  'content-type': 'text/plain; charset=utf-8',
  ...headers,
});

/** The answer to what node:http could not read, whose answer it does not write either. */
function written(problem: HttpProblem): string {
  const { status, message } = problem;
  const body = `${message}\n`;
  const headers = { ...headersOf(problem), 'content-length': body.length, connection: 'close' };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', body].join('\r\n');
}
