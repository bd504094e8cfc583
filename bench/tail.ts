// node --import tsx bench/tail.ts
// For property 20: how long after the answer to a request its event is printed by `kmipd events --follow`, in a process of its own.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { percentiles } from './measure.ts';
import * as requests from './requests.ts';
import { startKmipd } from './targets.ts';
import { createdIdentifier, Wire } from './wire.ts';

const MAIN = fileURLToPath(new URL('../dist/server/cli/main.js', import.meta.url));
const COUNT = 200;
const PAUSE_MS = 37;

const folder = mkdtempSync(join(tmpdir(), 'kmipd-tail-'));
const server = await startKmipd(folder);
const follower = spawn(process.execPath, [MAIN, 'events', '--follow', '--json', '--data', server.data], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const printed = new Map<string, number>();
  follower.stdout.on('data', (chunk: Buffer) => {
    const at = performance.now();
    for (const [, id = ''] of String(chunk).matchAll(/kmip-key:([0-9a-f-]{36})"/g)) printed.set(id, at);
  });
  const wire = await Wire.open(server);
  await wait(1500);
  const answered = new Map<string, number>();
  for (let i = 0; i < COUNT; i++) {
    const id = createdIdentifier(await wire.exchange(requests.create()));
    answered.set(id, performance.now());
    await wait(PAUSE_MS);
  }
  await wait(500);
  wire.close();
  const delays = [...answered].map(([id, at]) => (printed.get(id) ?? Infinity) - at);
  const { p50, p99 } = percentiles(delays);
  console.log(
    `events --follow: ${COUNT} events, printed ${p50.toFixed(1)} ms after their answer at p50, ${p99.toFixed(1)} ms at p99`,
  );
} finally {
  follower.kill('SIGINT');
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
