import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { KeyPair } from '../data-folder/index.ts';
import type { Logger } from '../log/index.ts';
import type { ListenAddress } from '../settings/index.ts';
import { answerGarbage, answering } from './http.ts';
import type { CertificateManager } from './manager.ts';
import { listenOnUnixSocket } from './unix-socket.ts';

export interface AdminListenersOptions {
  readonly manager: Pick<CertificateManager, 'handle' | 'refuse'>;
  /** Of the Unix socket in the data folder, whose lock this process holds. */
  readonly socketPath: string;
  /** Of the administrator port; without it there is none. */
  readonly listen?: ListenAddress | undefined;
  /** The server's certificate, for the administrator port. */
  readonly tls?: KeyPair | undefined;
  /** For open requests when it stops; 5 s unless given. */
  readonly drainTimeoutMs?: number;
  /** From the first byte of a request to its last; 30 s unless given. */
  readonly requestTimeoutMs?: number;
  readonly log: Logger;
}

export interface AdminListeners {
  /** Of the administrator port; undefined when there is none. */
  readonly port: number | undefined;
  /** Shows this certificate to new connections from now on. Throws, and changes nothing, when the key is not its own. */
  useCertificate(pair: KeyPair): void;
  /** Accepts nothing more, lets open requests end within the drain time, cuts the rest. */
  stop(): Promise<void>;
}

/** Connections at once to one listener: administrators are few, and each may send a long body. */
const CONNECTIONS_MAX = 64;
const HANDSHAKE_TIMEOUT_MS = 10_000;
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** Silence that is borne: while a long RSA key is made nothing moves. */
const SILENCE_MS = 120_000;
const KEEP_ALIVE_MS = 5000;
const HEADER_BYTES_MAX = 8192;
const DRAIN_MS = 5000;

const SUITES = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_AES_128_GCM_SHA256',
  ...['ECDSA', 'RSA'].flatMap(key => [`ECDHE-${key}-AES256-GCM-SHA384`, `ECDHE-${key}-AES128-GCM-SHA256`]),
].join(':');

/**
 * Lets administrators reach the certificate manager: over a Unix socket that only the owner of the data folder can open, and over HTTPS
 * where an address is given. Rejects when one of them cannot be listened on; none listens then.
 */
export async function startAdminListeners(options: AdminListenersOptions): Promise<AdminListeners> {
  const { manager, socketPath, listen, tls, log, drainTimeoutMs = DRAIN_MS } = options;
  const { requestTimeoutMs = REQUEST_TIMEOUT_MS } = options;
  const limits = {
    maxHeaderSize: HEADER_BYTES_MAX,
    headersTimeout: Math.min(HEADERS_TIMEOUT_MS, requestTimeoutMs),
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: Math.min(1000, requestTimeoutMs),
    keepAliveTimeout: KEEP_ALIVE_MS,
  };
  const listenerFor = (isLocal: boolean): RequestListener => answering(manager, isLocal, log);
  const local = limited(createHttpServer(limits, listenerFor(true)), 'administrator socket', log);
  const socket = await listenOnUnixSocket(local, socketPath);
  let remote: HttpsServer | undefined;
  const stop = async () => {
    await Promise.all([drained(local, drainTimeoutMs), remote && drained(remote, drainTimeoutMs)]);
    await socket.remove();
  };
  try {
    if (listen) {
      if (!tls) throw new TypeError('an administrator port needs a certificate');
      const server = createHttpsServer({ ...limits, ...tlsOptions(tls) }, listenerFor(false));
      limited(server, 'administrator port', log);
      await listening(server, listen);
      remote = server;
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    port: remote && (remote.address() as AddressInfo).port,
    useCertificate: pair => remote?.setSecureContext(tlsOptions(pair)),
    stop,
  };
}

/** No client certificate: who asks is known by the signature of the request. */
const tlsOptions = ({ certificatePem, privateKeyPem }: KeyPair) => ({
  cert: certificatePem,
  key: privateKeyPem,
  minVersion: 'TLSv1.2' as const,
  ciphers: SUITES,
  honorCipherOrder: true,
  handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
  ALPNProtocols: ['http/1.1'],
});

function limited<S extends Server>(server: S, what: string, log: Logger): S {
  server.maxConnections = CONNECTIONS_MAX;
  server.timeout = SILENCE_MS;
  server.on('error', error => log.error(`the ${what} has failed`, { error }));
  server.on('clientError', answerGarbage);
  return server;
}

const listening = (server: Server, listen: ListenAddress): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(listen, () => {
      server.off('error', reject);
      resolve();
    });
  });

function drained(server: Server, drainTimeoutMs: number): Promise<void> {
  return new Promise(resolve => {
    const late = setTimeout(() => server.closeAllConnections(), drainTimeoutMs);
    server.close(() => {
      clearTimeout(late);
      resolve();
    });
    server.closeIdleConnections();
  });
}
