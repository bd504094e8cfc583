import type { IncomingMessage } from 'node:http';
import { bodyEncodingOf, type BodyEncoding, contentTypes } from './https-body.ts';

/** Why an HTTP request is no KMIP message, as its status says it. */
export interface HttpProblem {
  readonly status: number;
  /** For the client and for the event: says nothing that the client has written. */
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Where messages are posted to (encodings standard, section 2.3). */
const PATH = '/kmip';

/** What of a request is wrong before its body has come: path, method, then the headers. */
export function headProblem(request: IncomingMessage, messageBytesMax: number): HttpProblem | undefined {
  const { method, headers, httpVersionMajor: major, httpVersionMinor: minor } = request;
  if (major === 1 && minor >= 1 && headers.host === undefined)
    return { status: 400, message: 'an HTTP request without Host' };
  if (pathOf(request.url ?? '') !== PATH)
    return { status: 404, message: `an HTTP request for another path than ${PATH}` };
  if (method !== 'POST') return { status: 405, message: `an HTTP request that is no POST`, headers: { allow: 'POST' } };
  if (bodyEncodingOf(headers['content-type']) === undefined) {
    const accept = contentTypes.join(', ');
    return { status: 415, message: `an HTTP request with another Content-Type than ${accept}`, headers: { accept } };
  }
  if (!/^(identity)?$/i.test(headers['content-encoding'] ?? '')) {
    const message = 'an HTTP request with a Content-Encoding, none is understood';
    return { status: 415, message, headers: { 'accept-encoding': 'identity' } };
  }
  const length = Number(headers['content-length'] ?? 0);
  return length > messageBytesMax ? tooLarge(length, messageBytesMax) : undefined;
}

export const tooLarge = (bytes: number, messageBytesMax: number): HttpProblem => ({
  status: 413,
  message: `a message of ${bytes} bytes, at most ${messageBytesMax} are taken`,
});

/** Of a request that has no problem. */
export const encodingOf = ({ headers }: IncomingMessage): BodyEncoding => bodyEncodingOf(headers['content-type'])!;

/** The path of a target in origin form or absolute form (RFC 9112 §3.2). */
const pathOf = (target: string): string => target.replace(/^https?:\/\/[^/?]*/i, '').replace(/\?.*$/s, '');

/** The whole body; the number of bytes that have come when they are too many; undefined when the client has gone. */
export function bodyOf(request: IncomingMessage, bytesMax: number): Promise<Buffer | number | undefined> {
  return new Promise(resolve => {
    if (!request.complete) request.socket.resume();
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= bytesMax) chunks.push(chunk);
      else resolve(bytes);
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('close', () => resolve(undefined));
    if (request.destroyed) resolve(undefined);
  });
}

/** How long a body that nobody wants is listened to. */
const DRAIN_MS = 2000;

/** Throws away the rest of a body, until it or the time is over. */
export function drained(request: IncomingMessage): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, DRAIN_MS);
    request.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    request.once('end', resolve);
    request.removeAllListeners('data').resume();
    request.socket.resume();
  });
}
