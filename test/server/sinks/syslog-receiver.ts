import { once } from 'node:events';
import { createServer as createTcp, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTls, type TlsOptions } from 'node:tls';
import type { Test } from 'tap';
import { messagesOf, parseSyslogMessage, type SyslogMessage } from './syslog-parser.ts';

/**
 * How a receiver behaves towards a connection: as it should; takes it and reads nothing; keeps nothing and does not answer the end, as
 * one does whose machine has lost its power; reads some bytes and then cuts the connection.
 */
export type Manner = 'good' | 'never reads' | 'never ends' | { readonly cutsAfterBytes: number };

/** A receiver in this process that can be killed and comes back on its port. What it has kept is on a disk, so to say. */
export interface SyslogReceiver {
  readonly port: number;
  /** Every message that it has kept, by every connection it had. */
  readonly kept: SyslogMessage[];
  /** seq of each message that was kept. */
  seqs(): number[];
  manner: Manner;
  /** Milliseconds that a message is in memory only, and lost if the receiver is killed meanwhile. */
  memoryMs: number;
  /** Connections until now, and those that are open. */
  connections: number;
  open: ReadonlySet<Socket>;
  /** As SIGKILL does: nobody listens, connections are reset, what is in memory only is lost. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

export async function syslogReceiver(t: Test, tls?: TlsOptions): Promise<SyslogReceiver> {
  const open = new Set<Socket>();
  const inMemory = new Set<NodeJS.Timeout>();
  let server: Server | undefined;
  let port = 0;
  const receiver: SyslogReceiver = {
    get port() {
      return port;
    },
    kept: [],
    seqs: () => receiver.kept.map(({ structuredData }) => Number(structuredData.get('kmipd@32473')?.get('seq'))),
    manner: 'good',
    memoryMs: 0,
    connections: 0,
    open,
    async kill() {
      for (const timer of inMemory) clearTimeout(timer);
      inMemory.clear();
      const closing = server;
      server = undefined;
      for (const socket of open) socket.resetAndDestroy();
      if (closing) await new Promise(resolve => closing.close(resolve));
    },
    async start() {
      server = tls ? createTls({ ...tls, allowHalfOpen: true }, take) : createTcp({ allowHalfOpen: true }, take);
      // Of connections whose handshake is not over as well.
      server.on('connection', (socket: Socket) => {
        receiver.connections++;
        open.add(socket);
        socket.on('error', () => {});
        socket.once('close', () => open.delete(socket));
      });
      server.on('tlsClientError', () => {});
      await once(server.listen(port, '127.0.0.1'), 'listening');
      port = (server.address() as AddressInfo).port;
    },
  };

  function take(socket: Socket): void {
    const { manner } = receiver;
    socket.on('error', () => {});
    if (manner === 'never reads') return void socket.pause();
    if (manner === 'never ends') return void socket.resume();
    socket.on('end', () => socket.end());
    let stream = Buffer.alloc(0);
    let bytes = 0;
    socket.on('data', (data: Buffer) => {
      bytes += data.length;
      stream = Buffer.concat([stream, data]);
      const { messages, taken } = messagesOf(stream);
      stream = stream.subarray(taken);
      keep(messages.map(parseSyslogMessage));
      if (typeof manner === 'object' && bytes >= manner.cutsAfterBytes)
        tls ? socket.destroy() : socket.resetAndDestroy();
    });
  }

  function keep(messages: SyslogMessage[]): void {
    if (receiver.memoryMs === 0) return void receiver.kept.push(...messages);
    const timer = setTimeout(() => {
      inMemory.delete(timer);
      receiver.kept.push(...messages);
    }, receiver.memoryMs);
    inMemory.add(timer);
  }

  await receiver.start();
  t.teardown(() => receiver.kill());
  return receiver;
}
