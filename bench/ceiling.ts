// The ceiling: a bare TLS server on this runtime that answers every request with the same bytes, and does nothing else.
// Started by targets.ts with a folder that holds server.crt, server.key, ca.crt and answer.bin; prints "ready HOST:PORT".
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer } from 'node:tls';

const folder = process.argv[2]!;
const read = (name: string) => readFileSync(join(folder, name));
const answer = read('answer.bin');
const server = createServer(
  {
    cert: read('server.crt'),
    key: read('server.key'),
    requestCert: true,
    rejectUnauthorized: false,
    sessionIdContext: 'ceiling',
  },
  socket => {
    socket.setNoDelay(true);
    let left = 0;
    socket.on('data', (chunk: Buffer) => {
      for (let at = 0; at < chunk.length;) {
        if (left === 0) left = 8 + chunk.readUInt32BE(at + 4);
        const taken = Math.min(left, chunk.length - at);
        left -= taken;
        at += taken;
        if (left === 0) socket.write(answer);
      }
    });
    socket.on('error', () => socket.destroy());
  },
);
server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () =>
  process.stdout.write(`ready 127.0.0.1:${(server.address() as AddressInfo).port}\n`),
);
process.on('SIGTERM', () => process.exit(0));
