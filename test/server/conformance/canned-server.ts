import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:tls';
import { createAuthority, issueClientCertificate, issueServerCertificate } from '../../../certs/index.ts';
import { decodeItem, encodeItem, ItemType, messageBytes, type TtlvItem } from '../../../kmip-codec/index.ts';
import { readWithVariables } from '../../../server/conformance/variables.ts';
import type { Target, TestCase } from '../../../server/conformance/index.ts';

const now = new Date();
const keyType = 'ECDSA P-256';
const ca = await createAuthority({ commonName: 'Test CA', now, validityDays: 2, keyType });
const authority = { certificatePem: ca.certificatePem, privateKeyPem: ca.privateKeyPem };
const serverKeys = await issueServerCertificate({ authority, now, validityDays: 1, names: ['127.0.0.1'], keyType });
const clientKeys = await issueClientCertificate({ authority, now, validityDays: 1, commonName: 'runner', keyType });

/** The identity that the server takes. */
export const identity = { cert: clientKeys.certificatePem, key: clientKeys.privateKeyPem };

/** What the server shows, and whose clients it takes. */
export const certificates = {
  cert: serverKeys.certificatePem,
  key: serverKeys.privateKeyPem,
  ca: ca.certificatePem,
};

/** What the server does for a request: the bytes of its answer, or undefined to close the connection. */
export type Answer = (request: TtlvItem) => Buffer | undefined | Promise<Buffer>;

export interface CannedServer {
  readonly target: Target;
  /** Every request that came, in order, and how many connections brought them. */
  readonly requests: TtlvItem[];
  connections(): number;
  close(): Promise<void>;
}

/** A TLS server on loopback that knows nothing of KMIP: `answer` makes each answer. */
export async function cannedServer(answer: Answer): Promise<CannedServer> {
  const requests: TtlvItem[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer({ ...certificates, requestCert: true }, socket => {
    connections++;
    sockets.add(socket);
    let received = Buffer.alloc(0);
    socket.on('error', () => socket.destroy());
    socket.on('data', async (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < (messageBytes(received) ?? Infinity)) return;
      const request = decodeItem(received);
      received = Buffer.alloc(0);
      requests.push(request);
      const bytes = await answer(request);
      if (bytes) socket.write(bytes);
      else socket.end();
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    target: { host: '127.0.0.1', port, ca: ca.certificatePem, timeoutMs: 2000 },
    requests,
    connections: () => connections,
    close: () =>
      new Promise(resolve => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** The answers that a case expects, in order, with a value of its own for each variable. */
export function expectedAnswers(testCase: TestCase): TtlvItem[] {
  const values = new Map<string, TtlvItem['value']>();
  return testCase.exchanges.map(exchange => {
    const { tree, variables } = readWithVariables(exchange.response);
    const fill = (item: TtlvItem): TtlvItem => {
      if (item.type === ItemType.Structure) return { ...item, value: item.value.map(fill) };
      const variable = variables.get(item);
      if (!variable) return item;
      if ('seconds' in variable) {
        const seconds = Math.floor(Date.now() / 1000) + variable.seconds;
        return { tag: item.tag, type: ItemType.DateTime, value: new Date(seconds * 1000) };
      }
      const value = values.get(variable.name) ?? newValue(item, values.size);
      values.set(variable.name, value);
      return { ...item, value } as TtlvItem;
    };
    return fill(tree);
  });
}

function newValue(item: TtlvItem, index: number): TtlvItem['value'] {
  if (item.type === ItemType.ByteString) return new Uint8Array(16).fill(index + 1);
  return `3d3ff0f6-0000-4000-8000-${String(index).padStart(12, '0')}`;
}

/** Gives the answers one after the other, then closes every connection. */
export function inOrder(answers: readonly TtlvItem[]): Answer {
  let index = 0;
  return () => {
    const next = answers[index++];
    return next && encodeItem(next);
  };
}
