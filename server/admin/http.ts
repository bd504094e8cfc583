import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from '../log/index.ts';
import { AdminError } from './admin-error.ts';
import type { CertificateManager, SentAnswer } from './manager.ts';

/** Longest body: a file as long as `certs/` reads one, in base64, and what stands around it. */
export const BODY_BYTES_MAX = 1_500_000;

/**
 * Hands `POST /admin/…` to the certificate manager and answers in JSON. What is no such request is refused here and leaves no event:
 * nobody asked for anything.
 */
export function answering(
  manager: Pick<CertificateManager, 'handle' | 'refuse'>,
  isLocal: boolean,
  log: Logger,
): RequestListener {
  return (request, response) => {
    // One who goes away in the middle is told nothing, and disturbs nobody.
    request.on('error', () => {});
    response.on('error', () => {});
    answerTo(request, manager, isLocal)
      .then(answer => answer && send(response, answer))
      .catch((error: unknown) => {
        log.error('a request to the certificate manager could not be answered', { error });
        send(response, refusal(500, 'server error', 'the server has failed at this; see its log'));
      });
  };
}

/** Undefined when whoever asked has gone. */
async function answerTo(
  request: IncomingMessage,
  manager: Pick<CertificateManager, 'handle' | 'refuse'>,
  isLocal: boolean,
): Promise<SentAnswer | undefined> {
  const path = request.url ?? '';
  if (!path.startsWith('/admin/')) return refusal(404, 'not found', 'there is nothing here but /admin/…');
  if (request.method !== 'POST') return refusal(405, 'bad request', 'only POST is understood here');
  const headers = headersOf(request);
  const body = await bodyOf(request);
  if (body === 'gone') return undefined;
  if (body === 'too long') {
    const message = `the request has more than ${BODY_BYTES_MAX} bytes; give fewer or shorter files`;
    return manager.refuse({ path, headers }, new AdminError('too large', message));
  }
  return manager.handle({ path, headers, body, isLocal });
}

/** Node joins several headers of one name by a comma, which no header of a signed request may hold. */
const headersOf = ({ headers }: IncomingMessage): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join() : value]),
  );

/** Whoever sends too much is heard out up to here, so that the answer is not lost with the connection. */
const HEARD_BYTES_MAX = 16 * 1024 * 1024;

function bodyOf(request: IncomingMessage): Promise<Buffer | 'too long' | 'gone'> {
  return new Promise(resolve => {
    let chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= BODY_BYTES_MAX) chunks.push(chunk);
      else chunks = [];
      if (size > HEARD_BYTES_MAX) resolve('too long');
    });
    request.once('end', () => resolve(size > BODY_BYTES_MAX ? 'too long' : Buffer.concat(chunks)));
    request.once('close', () => resolve('gone'));
  });
}

/** Answers what is not even HTTP, or came too slowly. */
export function answerGarbage(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const isLate = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const isLong = error.code === 'HPE_HEADER_OVERFLOW';
  const status = isLate ? '408 Request Timeout' : isLong ? '431 Request Header Fields Too Large' : '400 Bad Request';
  const message = isLate ? 'the request came too slowly' : isLong ? 'the headers are too long' : 'this is not HTTP';
  const text = JSON.stringify({ error: { message, reason: 'bad request' } });
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\nconnection: close\r\n\r\n${text}`,
  );
  socket.once('finish', () => socket.destroy());
}

function send(response: ServerResponse, { status, body }: SentAnswer): void {
  if (response.headersSent || response.destroyed) return;
  const text = Buffer.from(`${JSON.stringify(body)}\n`);
  // Whoever was refused begins anew with a connection: a flood pays for each.
  const isRefused = status !== 200;
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': text.length,
    'cache-control': 'no-store',
    ...(status === 405 && { allow: 'POST' }),
    ...(isRefused && { connection: 'close' }),
  });
  response.end(text);
}

const refusal = (status: number, reason: string, message: string): SentAnswer => ({
  status,
  body: { error: { message, reason } },
});
