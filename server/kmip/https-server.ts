import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ConversationOptions } from './conversation.ts';
import { HttpsConnection } from './https-connection.ts';
import type { HttpProblem } from './https-request.ts';

/** The head of a request, all its headers together. */
const HEADER_BYTES_MAX = 8192;

/** Reads HTTP on sockets that are handed to it; nothing listens here. Limits of time are those of each connection. */
export class HttpsServer {
  readonly #server: Server;
  readonly #connections = new WeakMap<Duplex, HttpsConnection>();

  constructor() {
    this.#server = createServer({
      maxHeaderSize: HEADER_BYTES_MAX,
      requireHostHeader: false,
      ...{ headersTimeout: 0, requestTimeout: 0, keepAliveTimeout: 0 },
    });
    const take = (request: IncomingMessage, response: ServerResponse) =>
      this.#connections.get(request.socket)?.take(request, response);
    const takeExpecting = (request: IncomingMessage, response: ServerResponse) =>
      this.#connections.get(request.socket)?.take(request, response, true);
    const garbage = (socket: Duplex, problem: HttpProblem) => this.#connections.get(socket)?.takeGarbage(problem);
    this.#server.on('request', take).on('checkContinue', takeExpecting);
    this.#server.on('connect', (_request, socket) =>
      garbage(socket, { status: 405, message: 'an HTTP request that is no POST', headers: { allow: 'POST' } }),
    );
    this.#server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      if (error.code === 'HPE_HEADER_OVERFLOW') garbage(socket, { status: 431, message: HEADERS_TOO_LONG });
      else if (error.code?.startsWith('HPE_')) garbage(socket, { status: 400, message: 'bytes that are no HTTP' });
      else socket.destroy();
    });
  }

  /** Begins to read HTTP on a connection whose handshake is done. */
  accept(options: ConversationOptions): HttpsConnection {
    const connection = new HttpsConnection({ ...options, server: this.#server });
    this.#connections.set(options.socket, connection);
    return connection;
  }
}

const HEADERS_TOO_LONG = `an HTTP request whose headers have more than ${HEADER_BYTES_MAX} bytes`;
