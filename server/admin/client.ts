import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { connect as connectNet, isIP, type Socket } from 'node:net';
import { basename, dirname } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { AnswerOf, BodyOf, RequestName } from './protocol.ts';

/** A request as it goes to the certificate manager, whichever way. */
export interface SentRequest {
  /** `/admin/client/add`. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}
/** `body`: the parsed JSON. */
export interface ReceivedAnswer {
  readonly status: number;
  readonly body: unknown;
}
/** One way to the certificate manager. Rejects with AdminUnreachable. */
export type Send = (request: SentRequest) => Promise<ReceivedAnswer>;

/** Headers that say who asks, for exactly this request. */
export type Sign = (request: { readonly path: string; readonly body: Uint8Array }) => Readonly<Record<string, string>>;

/** The certificate manager's answer that it has not done what was asked. The message is the manager's own. */
export class AdminRefusal extends Error {
  override readonly name = 'AdminRefusal';
  /** HTTP status. */
  readonly status: number;
  /** In the manager's words, such as `conflict`. */
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

/**
 * There is no answer of a certificate manager. `nobody`: nothing was asked, for nobody listens; `distrusted`: nothing was asked,
 * for it is not the server that was expected; `lost`: it was asked, and whether it was done is not known.
 */
export class AdminUnreachable extends Error {
  override readonly name = 'AdminUnreachable';
  readonly kind: 'nobody' | 'distrusted' | 'lost';

  constructor(kind: AdminUnreachable['kind'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** Asks the certificate manager; unsigned unless `sign` is given. Throws AdminRefusal and AdminUnreachable. */
export async function askCertificateManager<Name extends RequestName>(
  name: Name,
  body: BodyOf<Name>,
  { send, sign }: { send: Send; sign?: Sign | undefined },
): Promise<AnswerOf<Name>> {
  const path = `/admin/${name.replaceAll(' ', '/')}`;
  const bytes = Buffer.from(JSON.stringify(body));
  const signature = Object.entries(sign?.({ path, body: bytes }) ?? {});
  const headers = Object.fromEntries(signature.map(([header, value]) => [header.toLowerCase(), value]));
  const answer = await send({ path, headers: { 'content-type': 'application/json', ...headers }, body: bytes });
  if (answer.status === 200) return answer.body as AnswerOf<Name>;
  const { error } = (answer.body ?? {}) as { error?: { message?: unknown; reason?: unknown } };
  if (typeof error?.message !== 'string') {
    throw new AdminUnreachable(
      'lost',
      `status ${answer.status} without an error of kmipd, so that is some other server`,
    );
  }
  throw new AdminRefusal(answer.status, String(error.reason), error.message);
}

interface Waiting {
  /** For the connection; 10 s unless given. */
  readonly connectMs?: number;
  /** For the answer; a long RSA key takes its time to be made. A minute unless given. */
  readonly answerMs?: number;
}

/** The Unix socket of the server that runs on this machine. */
export const overSocket =
  (path: string, waiting: Waiting = {}): Send =>
  async request =>
    exchange(await connected(await socketAt(path), 'connect', waiting), 'localhost', request, waiting);

export interface OverHttps extends Waiting {
  readonly host: string;
  readonly port: number;
  /** The authority that the server's certificate must be of, for this host; PEM. Not looked at where a fingerprint is given. */
  readonly authorityPem?: string | undefined;
  /** SHA-256 of the server's certificate, 64 lower-case hex digits. */
  readonly fingerprint?: string | undefined;
}

/** The administrator port of a server. Nothing is sent before the server has shown that it is the one that was meant. */
export const overHttps =
  (options: OverHttps): Send =>
  async request => {
    const { host, port } = options;
    const socket = await connected(trustedConnection(options), 'secureConnect', options);
    checkFingerprint(socket, options);
    return exchange(socket, isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`, request, options);
  };

function trustedConnection({ host, port, authorityPem, fingerprint }: OverHttps): TLSSocket {
  if (authorityPem === undefined && fingerprint === undefined) {
    throw new TypeError('nothing says by what to know the server');
  }
  return connectTls({
    host,
    port,
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['http/1.1'],
    ...(isIP(host) === 0 && { servername: host }),
    ...(fingerprint === undefined
      ? // The authority itself is trusted, also one that a company's root stands above.
        { ca: authorityPem, allowPartialTrustChain: true }
      : { rejectUnauthorized: false }),
  });
}

function checkFingerprint(socket: TLSSocket, { fingerprint }: OverHttps): void {
  if (fingerprint === undefined) return;
  const shown = socket.getPeerX509Certificate()?.fingerprint256;
  if (shown?.replaceAll(':', '').toLowerCase() === fingerprint) return;
  socket.destroy();
  throw new AdminUnreachable('distrusted', `it shows the certificate with SHA-256 ${shown ?? '(none)'}`);
}

/** The longest path that fits into the address of a Unix socket, in bytes. */
const SOCKET_PATH_BYTES_MAX = 107;

async function socketAt(path: string): Promise<Socket> {
  if (Buffer.byteLength(path) <= SOCKET_PATH_BYTES_MAX) return connectNet(path);
  // A longer one is reached through its folder, by the short name that an open folder has.
  const folder = await open(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY).catch((cause: unknown) => {
    throw new AdminUnreachable('nobody', codeOf(cause), { cause });
  });
  const socket = connectNet(`/proc/self/fd/${folder.fd}/${basename(path)}`);
  const close = () => void folder.close();
  socket.once('connect', close).once('error', close);
  return socket;
}

const CONNECT_MS = 10_000;
const ANSWER_MS = 60_000;

/** Codes of a connection that did not come to be; any other error of TLS is one of trust. */
const NOBODY = new Set(
  'ECONNREFUSED ECONNRESET ENOENT ENOTSOCK ENOTDIR EACCES EPERM ENOTFOUND EAI_AGAIN EHOSTUNREACH ENETUNREACH ETIMEDOUT EADDRNOTAVAIL EINVAL'.split(
    ' ',
  ),
);

/** The socket, once the event says that it is connected. */
function connected<S extends Socket>(socket: S, event: 'connect' | 'secureConnect', waiting: Waiting): Promise<S> {
  const { connectMs = CONNECT_MS } = waiting;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new AdminUnreachable('nobody', `no connection within ${connectMs} ms`));
    }, connectMs);
    socket.once('error', (cause: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      const code = codeOf(cause);
      if (NOBODY.has(code)) return reject(new AdminUnreachable('nobody', code, { cause }));
      reject(new AdminUnreachable('distrusted', cause.message.replaceAll(/\s+/g, ' ').trim(), { cause }));
    });
    socket.once(event, () => {
      clearTimeout(timer);
      socket.removeAllListeners('error').on('error', () => {}); // from here on the request tells of it
      resolve(socket);
    });
  });
}

const codeOf = (error: unknown): string => String((error as NodeJS.ErrnoException).code);

/** Most bytes of an answer that are taken: a listing of many thousand clients is not as long. */
const ANSWER_BYTES_MAX = 256 * 1024 * 1024;

/** One request and its answer on a connection of its own. */
function exchange(
  socket: Socket,
  host: string,
  { path, headers, body }: SentRequest,
  { answerMs = ANSWER_MS }: Waiting,
): Promise<ReceivedAnswer> {
  return new Promise((resolve, reject) => {
    const lost = (why: string, cause?: unknown) => {
      clearTimeout(timer);
      socket.destroy();
      reject(new AdminUnreachable('lost', why, { cause }));
    };
    const timer = setTimeout(() => lost(`no answer within ${answerMs} ms`), answerMs);
    const request = httpRequest({
      createConnection: () => socket,
      method: 'POST',
      path,
      headers: { ...headers, host, 'content-length': body.length, connection: 'close' },
    });
    request.once('error', cause => lost(codeOf(cause), cause));
    request.once('response', response => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > ANSWER_BYTES_MAX) return lost(`an answer of more than ${ANSWER_BYTES_MAX} bytes`);
        chunks.push(chunk);
      });
      response.once('error', cause => lost(codeOf(cause), cause));
      response.once('end', () => {
        clearTimeout(timer);
        socket.destroy();
        try {
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(Buffer.concat(chunks).toString()) as unknown });
        } catch (cause) {
          lost('an answer that is not JSON, so that is some other server', cause);
        }
      });
    });
    request.end(body);
  });
}
