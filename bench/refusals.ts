import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createAuthority, issueClientCertificate } from '../certs/index.ts';
import { percentiles } from './measure.ts';
import * as requests from './requests.ts';
import { createdIdentifier, Wire, type Target } from './wire.ts';

/** Quiet clients, and how often each asks: far from what the server can do. */
const QUIET_CLIENTS = 8;
const QUIET_PAUSE_MS = 20;
const REFUSALS = 1000;
const REFUSALS_SECONDS = 1;
const ROUNDS = 3;

export interface Refusals {
  /** Of the quiet clients, in milliseconds, alone and while the other one knocks. */
  readonly alone: { readonly p50: number; readonly p99: number };
  readonly during: { readonly p50: number; readonly p99: number };
  /** Connections that were told that their certificate is not known, and those that ended otherwise. */
  readonly refused: number;
  readonly other: number;
  /** From the first knock to the last refusal. */
  readonly seconds: number;
}

/** What quiet clients feel of one that is refused a thousand times in a second: of several rounds the one in the middle. */
export async function refusals(target: Target, folder: string, seconds: number): Promise<Refusals> {
  const stranger = await strangerFiles(folder);
  const rounds: Refusals[] = [];
  for (let i = 0; i < ROUNDS; i++) rounds.push(await round(target, stranger, seconds));
  const ratio = ({ alone, during }: Refusals) => during.p99 / alone.p99;
  return rounds.sort((a, b) => ratio(a) - ratio(b))[Math.floor(ROUNDS / 2)]!;
}

async function round(target: Target, [cert, key]: readonly [string, string], seconds: number): Promise<Refusals> {
  const quiet = await Promise.all(Array.from({ length: QUIET_CLIENTS }, () => quietClient(target)));
  let times: number[] = [];
  const running = quiet.map(client => client.run(time => times.push(time)));
  const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));
  await pause(500);
  times = [];
  await pause(seconds * 1000);
  const alone = percentiles(times);
  const knocking = spawnStranger(target, cert, key);
  await knocking.begun;
  times = [];
  const outcome = await knocking.outcome;
  const during = percentiles(times);
  for (const client of quiet) client.stop();
  await Promise.all(running);
  return { alone, during, ...outcome };
}

async function quietClient(target: Target) {
  const wire = await Wire.open(target);
  const request = requests.get(createdIdentifier(await wire.exchange(requests.create())));
  let isStopped = false;
  return {
    async run(took: (ms: number) => void): Promise<void> {
      while (!isStopped) {
        const before = performance.now();
        await wire.exchange(request);
        took(performance.now() - before);
        await new Promise(resolve => setTimeout(resolve, QUIET_PAUSE_MS));
      }
      wire.close();
    },
    stop: () => void (isStopped = true),
  };
}

/** A certificate of an authority that nobody has heard of. */
async function strangerFiles(folder: string): Promise<[cert: string, key: string]> {
  mkdirSync(folder, { recursive: true });
  const now = new Date();
  const authority = await createAuthority({ commonName: 'somebody', now, validityDays: 30 });
  const made = await issueClientCertificate({
    authority,
    commonName: 'stranger',
    keyType: 'ECDSA P-256',
    now,
    validityDays: 30,
  });
  const files = [join(folder, 'stranger.crt'), join(folder, 'stranger.key')] as [string, string];
  writeFileSync(files[0], made.certificatePem, { mode: 0o600 });
  writeFileSync(files[1], made.privateKeyPem, { mode: 0o600 });
  return files;
}

function spawnStranger({ host, port }: Target, cert: string, key: string) {
  const script = fileURLToPath(new URL('refused-client.ts', import.meta.url));
  const args = [host, String(port), cert, key, String(REFUSALS), String(REFUSALS_SECONDS)];
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  const begun = new Promise<void>(resolve =>
    child.stdout.on('data', (chunk: Buffer) => {
      text += String(chunk);
      resolve();
    }),
  );
  const outcome = new Promise<Pick<Refusals, 'refused' | 'other' | 'seconds'>>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', code =>
      code === 0
        ? resolve(JSON.parse(text.trim().split('\n').at(-1)!) as Pick<Refusals, 'refused' | 'other' | 'seconds'>)
        : reject(new Error(`the refused client ended with ${code}`)),
    );
  });
  return { begun, outcome };
}
