import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Test } from 'tap';

/** A sink of every type, and of every format that there is, and all that they have been sent. */
export interface EverySink {
  /** For the setting `audit.sinks`. Files are in the folder given. */
  readonly sinks: readonly object[];
  /** By sink, every byte that came over the network. */
  received(): Map<string, Buffer>;
}

const FORMATS = ['event', 'record', 'cef', 'ocsf'] as const;

export async function everySink(t: Test, folder: string): Promise<EverySink> {
  const came = new Map<string, Buffer[]>();
  const taking = (name: string) => {
    const chunks: Buffer[] = [];
    came.set(name, chunks);
    return chunks;
  };
  const sinks: object[] = [{ type: 'stdout' }];
  for (const format of FORMATS) {
    sinks.push({ type: 'file', path: join(folder, `${format}.jsonl`), format });
    const syslog = taking(`syslog ${format}`);
    const port = await listening(
      t,
      createServer(socket => socket.on('data', chunk => syslog.push(chunk)).on('error', () => {})),
    );
    sinks.push({ type: 'syslog', name: `syslog-${format}`, transport: 'tcp', host: '127.0.0.1', port, format });
    for (const type of ['webhook', 'otlp'] as const) {
      const chunks = taking(`${type} ${format}`);
      const url = `http://127.0.0.1:${await listening(t, httpServer(chunks))}/v1/logs`;
      sinks.push({ type, name: `${type}-${format}`, url, format });
    }
  }
  return { sinks, received: () => new Map([...came].map(([name, chunks]) => [name, Buffer.concat(chunks)])) };
}

/** Takes whatever is POSTed, headers included. */
function httpServer(chunks: Buffer[]): Server {
  return createHttpServer((request, response) => {
    const head = [request.method, request.url, ...request.rawHeaders].join('\n');
    const body: Buffer[] = [];
    request.on('data', (chunk: Buffer) => body.push(chunk));
    request.on('end', () => {
      chunks.push(Buffer.from(`${head}\n\n`), ...body, Buffer.from('\n'));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
}

async function listening(t: Test, server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => void sockets.add(socket));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()));
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}
