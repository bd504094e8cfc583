#!/usr/bin/env node
import { randomBytes } from 'node:crypto';
import { hostname, networkInterfaces, userInfo } from 'node:os';
import { run } from './run.ts';
import { readSecretAt } from './terminal.ts';
import type { Output, World } from './world.ts';

/** How long what is still open may keep the program from ending, once the command is done. */
const LINGER_MS = 300;

const output = (stream: NodeJS.WriteStream): Output => ({
  write: text => void stream.write(text),
  isTerminal: stream.isTTY === true,
  get columns() {
    return stream.isTTY ? stream.columns : undefined;
  },
  stream,
});

const world: World = {
  stdout: output(process.stdout),
  stderr: output(process.stderr),
  readStdin: async () => (await readStdinBytes()).toString(),
  readStdinBytes,
  readSecret: prompt => readSecretAt(process.stdin, output(process.stderr), prompt),
  env: process.env,
  now: () => new Date(),
  randomBytes,
  user: userName(),
  hostName: hostname(),
  addresses: () =>
    Object.values(networkInterfaces())
      .flatMap(addresses => addresses ?? [])
      .filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
      .map(({ address }) => address),
  onStop(callback) {
    process.on('SIGINT', callback).on('SIGTERM', callback);
    return () => void process.off('SIGINT', callback).off('SIGTERM', callback);
  },
};

// `kmipd events | head` ends when head has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const code = await run(process.argv.slice(2), world);
// A command of another room may have said itself how it ended.
process.exitCode = code || (process.exitCode ?? 0);
setTimeout(() => process.exit(), LINGER_MS).unref();

async function readStdinBytes(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** A container may run as a user number without a name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}
