import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** How a receiver behaves at the moment. */
export type Mood = 'well' | 'refuses' | 'cuts' | 'hangs' | 'is gone';
export const MOODS: readonly Mood[] = ['well', 'refuses', 'cuts', 'hangs', 'is gone'];

/** A receiver that is broken and mended while it is used. */
export interface Receiver {
  readonly name: string;
  readonly port: number;
  /** Ids of the events that came, in order, each as often as it came. */
  readonly ids: string[];
  mood(mood: Mood): Promise<void>;
  close(): Promise<void>;
}

/** Takes POSTed events: `idsIn` finds them in a body. */
export function httpReceiver(name: string, idsIn: (body: string) => string[]): Promise<Receiver> {
  const ids: string[] = [];
  let present: Mood = 'well';
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (present === 'hangs') return;
    if (present === 'refuses') return void response.writeHead(500).end();
    // Also what is taken and then not said to be: it comes again.
    ids.push(...idsIn(Buffer.concat(chunks).toString()));
    if (present === 'cuts') return void response.socket?.destroy();
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  };
  const server = createHttpServer((request, response) => void answer(request, response).catch(() => {}));
  return receiver(name, ids, server, mood => {
    present = mood;
    if (mood !== 'well') server.closeAllConnections();
  });
}

/** Takes syslog messages with their length before them (RFC 6587 §3.4.1); the id stands in the structured data. */
export function syslogReceiver(name: string): Promise<Receiver> {
  const ids: string[] = [];
  const sockets = new Set<Socket>();
  let present: Mood = 'well';
  const server = createTcpServer(socket => {
    sockets.add(socket.on('close', () => sockets.delete(socket)).on('error', () => {}));
    if (present === 'refuses' || present === 'cuts') return void socket.destroy();
    // Whoever hangs does not read.
    if (present === 'hangs') return;
    let rest = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      rest += text;
      for (;;) {
        const [head, length] = /^(\d+) /.exec(rest) ?? [];
        if (head === undefined || rest.length < head.length + Number(length)) return;
        const message = rest.slice(head.length, head.length + Number(length));
        rest = rest.slice(head.length + Number(length));
        const id = / id="([^"]+)"/.exec(message)?.[1];
        if (id !== undefined) ids.push(id);
      }
    });
  });
  return receiver(name, ids, server, mood => {
    present = mood;
    for (const socket of sockets) socket.resetAndDestroy();
  });
}

async function receiver(name: string, ids: string[], server: Server, change: (mood: Mood) => void): Promise<Receiver> {
  const listen = (port: number) => new Promise<void>(resolve => server.listen(port, '127.0.0.1', () => resolve()));
  const stop = () => new Promise<void>(resolve => (server.listening ? server.close(() => resolve()) : resolve()));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    ...{ name, port, ids },
    async mood(mood) {
      change(mood);
      if (mood === 'is gone') await stop();
      else if (!server.listening) await listen(port);
    },
    async close() {
      change('is gone');
      await stop();
    },
  };
}
