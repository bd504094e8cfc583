import type { IncomingHttpHeaders } from 'node:http';
import { Agent, request as sendRequest } from 'node:https';
import { connect, type TLSSocket } from 'node:tls';
import type { Test } from 'tap';
import {
  decodeItem,
  decodeItemJson,
  decodeItemXml,
  decodeResponse,
  encodeItem,
  encodeItemJson,
  encodeItemXml,
  encodeRequest,
  V1_4,
  type RequestBatchItem,
  type Version,
} from '../../../kmip-codec/index.ts';
import { requestMessage, type ClientIdentity, type RunningTestServer } from '../running-server.ts';

/** A message in the body of a request or an answer, from and to TTLV. */
export interface Body {
  readonly contentType: string;
  readonly from: (ttlv: Buffer) => Buffer;
  readonly to: (body: Buffer) => Buffer;
}
export const TTLV: Body = { contentType: 'application/octet-stream', from: bytes => bytes, to: bytes => bytes };
export const XML: Body = {
  contentType: 'text/xml',
  from: bytes => Buffer.from(encodeItemXml(decodeItem(bytes))),
  to: body => encodeItem(decodeItemXml(String(body))),
};
export const JSON_BODY: Body = {
  contentType: 'application/json',
  from: bytes => Buffer.from(encodeItemJson(decodeItem(bytes))),
  to: body => encodeItem(decodeItemJson(String(body))),
};
export const BODIES: readonly Body[] = [TTLV, XML, JSON_BODY];

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface PostOptions {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | number>>;
  /** Sent in pieces of this many bytes, chunked. */
  readonly pieces?: number;
}

/** A client of the HTTPS profile: one connection that is kept, by node:https. It is ended with the test. */
export class HttpsClient {
  readonly #agent: Agent;
  readonly #port: number;
  readonly #host: string;

  constructor(t: Test, server: RunningTestServer, identity?: ClientIdentity, port = server.httpsPort) {
    const { certificatePem: cert, privateKeyPem: key } = identity ?? {};
    this.#host = server.host;
    this.#port = port!;
    const tls = { ca: server.authorityPem, servername: 'localhost', ...(identity && { cert, key }) };
    this.#agent = new Agent({ keepAlive: true, maxSockets: 1, ...tls });
    t.teardown(() => this.#agent.destroy());
  }

  post(body: Uint8Array | string, { pieces, ...options }: PostOptions = {}): Promise<HttpAnswer> {
    const bytes = Buffer.from(body as Uint8Array);
    const headers = {
      'content-type': 'application/octet-stream',
      'cache-control': 'no-cache',
      ...(pieces === undefined && { 'content-length': bytes.length }),
      ...options.headers,
    };
    const { method = 'POST', path = '/kmip' } = options;
    return new Promise((resolve, reject) => {
      const request = sendRequest(
        { host: this.#host, port: this.#port, agent: this.#agent, method, path, headers },
        response => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () =>
            resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks) }),
          );
        },
      );
      request.on('error', reject);
      if (request.getHeader('expect')) request.on('continue', () => request.end(bytes));
      else if (pieces === undefined) request.end(bytes);
      else {
        for (let at = 0; at < bytes.length; at += pieces) request.write(bytes.subarray(at, at + pieces));
        request.end();
      }
    });
  }

  /** Sends a batch and gives the response message. Throws for an answer that is not as the profile has it (encodings 2.5). */
  async batch(
    items: readonly RequestBatchItem[],
    { version = V1_4, body = TTLV }: { version?: Version; body?: Body } = {},
  ) {
    const sent = body.from(encodeRequest(requestMessage(items, { version }), version));
    const answer = await this.post(sent, { headers: { 'content-type': body.contentType } });
    const { 'content-type': type, 'content-length': length, 'cache-control': caching } = answer.headers;
    const found = [answer.status, type, length, caching].join(', ');
    const expected = [200, body.contentType, answer.body.length, 'no-cache'].join(', ');
    if (found !== expected) throw new Error(`${found}, ${expected} is expected`);
    return decodeResponse(body.to(answer.body)).message;
  }
}

/** What a connection sends and gets, byte by byte. */
export interface RawConnection {
  readonly socket: TLSSocket;
  /** What has come so far. */
  received(): string;
  /** Resolves when the connection is closed, with the code of the error if it was one. */
  readonly closed: Promise<string | undefined>;
  /** Resolves when so much of it has come, so many times. Rejects when the connection closes before. */
  until(pattern: RegExp, times?: number): Promise<string>;
}

export async function rawConnection(
  t: Test,
  server: RunningTestServer,
  identity?: ClientIdentity,
  { port = server.httpsPort, ...more }: { port?: number; allowHalfOpen?: boolean; ALPNProtocols?: string[] } = {},
): Promise<RawConnection> {
  const { certificatePem: cert, privateKeyPem: key } = identity ?? {};
  const socket = connect({
    ...{ host: server.host, port: port!, ca: server.authorityPem, servername: 'localhost' },
    ...(identity && { cert: cert!, key: key! }),
    ...more,
  } as never);
  t.teardown(() => socket.destroy());
  let received = '';
  let problem: string | undefined;
  socket.on('error', (error: NodeJS.ErrnoException) => (problem = error.code ?? error.message));
  const closed = new Promise<string | undefined>(resolve => socket.once('close', () => resolve(problem)));
  socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
  await new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', resolve).once('error', reject);
  });
  return {
    socket,
    closed,
    received: () => received,
    until: (pattern, times = 1) =>
      new Promise((resolve, reject) => {
        const all = new RegExp(pattern, `g${pattern.flags}`);
        const look = () => {
          if ((received.match(all)?.length ?? 0) >= times) resolve(received);
        };
        socket.on('data', look).once('close', () => reject(new Error(`closed after ${received.length} bytes`)));
        look();
      }),
  };
}

/** The bytes of an HTTP request. */
export const httpRequest = (
  body: Uint8Array | string,
  {
    line = 'POST /kmip HTTP/1.1',
    headers = {},
  }: { line?: string; headers?: Readonly<Record<string, string | number>> } = {},
): Buffer => {
  const bytes = Buffer.from(body as Uint8Array);
  const all = {
    host: 'localhost',
    'content-type': 'application/octet-stream',
    'content-length': bytes.length,
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`${line}\r\n${lines.join('')}\r\n`), bytes]);
};
