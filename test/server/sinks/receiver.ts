import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import type { Test } from 'tap';
import { createAuthority, issueClientCertificate, issueServerCertificate } from '../../../certs/index.ts';
import { defaultServiceIdentity } from '../../../server/audit/identity.ts';
import { type DeliveredEvent, serviceEvent } from '../../../server/audit/index.ts';
import { FIRST_PREV, nextRecord } from '../../../server/chain/index.ts';

/** What a receiver got. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly body: string;
  /** Subject of the client's certificate. */
  readonly client: string | undefined;
}
/** Gives the answer to what was received; a status alone has no body. */
export type Answer = (received: Received, response: ServerResponse, index: number) => number | void;

export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** Connections that were opened until now, and those that are open. */
  readonly connections: { opened: number; open: number };
  close(): Promise<void>;
}

/** A receiver on a free port of 127.0.0.1, over TLS with `tls`. */
export async function receiver(
  t: Test,
  answer: Answer,
  { tls, port = 0 }: { tls?: object; port?: number } = {},
): Promise<Receiver> {
  const received: Received[] = [];
  const connections = { opened: 0, open: 0 };
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('error', () => {});
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers, rawHeaders } = request;
      const shown = tls ? (request.socket as TLSSocket).getPeerX509Certificate()?.subject : undefined;
      const one = { method, path: url, headers, rawHeaders, body: Buffer.concat(chunks).toString(), client: shown };
      received.push(one);
      const status = answer(one, response, received.length - 1);
      if (status !== undefined) response.writeHead(status).end();
    });
  };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  server.on('connection', socket => {
    connections.opened++;
    connections.open++;
    socket.on('close', () => connections.open--);
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve));
  const close = () =>
    new Promise<void>(resolve => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  t.teardown(close);
  const at = (server.address() as AddressInfo).port;
  return { url: `${tls ? 'https' : 'http'}://127.0.0.1:${at}`, received, connections, close };
}

const made = (async () => {
  const now = new Date();
  const authorityOf = (commonName: string) =>
    createAuthority({ commonName, now, validityDays: 3650, keyType: 'ECDSA P-256' });
  const [authority, other] = [await authorityOf('receivers'), await authorityOf('somebody else')];
  const common = { authority, keyType: 'ECDSA P-256', now, validityDays: 30 } as const;
  return {
    ...{ authority, other },
    server: await issueServerCertificate({ ...common, names: ['127.0.0.1'] }),
    elsewhere: await issueServerCertificate({ ...common, names: ['receiver.example'] }),
    client: await issueClientCertificate({ ...common, commonName: 'sink' }),
  };
})();

/** Certificates for receivers and for us, the latter as files. */
export async function certificates(t: Test) {
  const folder = t.testdir();
  const file = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const { authority, other, server, elsewhere, client } = await made;
  const pair = (of: { certificatePem: string; privateKeyPem: string }) => ({
    ...{ cert: of.certificatePem, key: of.privateKeyPem },
  });
  return {
    file,
    server: pair(server),
    elsewhere: pair(elsewhere),
    wantingClients: { ...pair(server), ca: authority.certificatePem, requestCert: true, rejectUnauthorized: true },
    ca: file('ca.pem', authority.certificatePem),
    otherCa: file('other.pem', other.certificatePem),
    client: { cert: file('client.pem', client.certificatePem), key: file('client.key', client.privateKeyPem) },
    read: (path: string) => readFileSync(path, 'utf8'),
  };
}

export const idOf = (seq: number) => `00000000-0000-4000-8000-${String(seq).padStart(12, '0')}`;
/** Text that JSON and UTF-8 have to carry unharmed. */
const DATA = { size: 7, note: 'Grüße "from" us,\n日本 \u{1F511}' };

/** The JSON of a real event. */
export const jsonOf = (seq: number): string =>
  serviceEvent(
    {
      id: idOf(seq),
      time: new Date(1_800_000_000_000 + seq * 10),
      what: 'settings changed',
      target: 'settings',
      data: DATA,
    },
    defaultServiceIdentity,
  ).json;

/** Records `first` to `last`, chained. */
export function events(first: number, last: number): DeliveredEvent[] {
  const all: DeliveredEvent[] = [];
  for (let seq = 1; seq <= last; seq++) {
    all.push({ ...nextRecord(seq, all.at(-1)?.hash ?? FIRST_PREV, jsonOf(seq)), id: idOf(seq) });
  }
  return all.slice(first - 1);
}

/** A line of each event, as the format `event` writes it. */
export const asEvent = ({ json }: DeliveredEvent): string => json;
