import { readFileSync } from 'node:fs';
import { decodeResponse, ResultStatus } from '../kmip-codec/index.ts';
import { percentiles } from './measure.ts';
import * as requests from './requests.ts';
import { Wire, type Target } from './wire.ts';

const BATCH = 100;
const LOOKUPS = 500;

export interface ManyKeys {
  readonly keys: number;
  readonly fillSeconds: number;
  /** Resident memory of the server in MB: after filling, and after a restart and the lookups. */
  readonly memoryFilledMb: number;
  readonly memoryServingMb: number;
  /** Milliseconds. */
  readonly byName: { readonly p50: number; readonly p99: number };
  readonly byCustom: { readonly p50: number; readonly p99: number };
}

/** Fills a server with keys over the wire, restarts it, looks keys up by Name and by custom attribute. */
export async function manyKeys(start: () => Promise<Target>, keys: number): Promise<ManyKeys> {
  let target = await start();
  try {
    const begun = performance.now();
    await fill(target, keys);
    const fillSeconds = (performance.now() - begun) / 1000;
    const memoryFilledMb = residentMb(target.pid);
    await target.stop();
    target = await start();
    const wire = await Wire.open(target);
    const name = (i: number) => `key-${(i * 7919) % keys}`;
    const byName = await lookups(wire, i => requests.locateByName(name(i)));
    const byCustom = await lookups(wire, i => requests.locateByCustom('x-Identifier', `id-${name(i)}`));
    const memoryServingMb = residentMb(target.pid);
    wire.close();
    return { keys, fillSeconds, memoryFilledMb, memoryServingMb, byName, byCustom };
  } finally {
    await target.stop();
  }
}

async function fill(target: Target, keys: number): Promise<void> {
  let next = 0;
  const one = async () => {
    const wire = await Wire.open(target);
    while (next < keys) {
      const first = next;
      next += BATCH;
      const names = Array.from({ length: Math.min(BATCH, keys - first) }, (_, i) => `key-${first + i}`);
      const reply = decodeResponse(await wire.exchange(requests.createNamed(names)));
      const failed = reply.message.batchItems!.find(item => item.resultStatus !== ResultStatus.Success);
      if (failed) throw new Error(`Create failed: ${failed.resultMessage}`);
    }
    wire.close();
  };
  await Promise.all(Array.from({ length: 4 }, one));
}

async function lookups(wire: Wire, request: (i: number) => Buffer): Promise<{ p50: number; p99: number }> {
  const times: number[] = [];
  for (let i = 0; i < LOOKUPS; i++) {
    const bytes = request(i);
    const before = performance.now();
    const reply = await wire.exchange(bytes);
    times.push(performance.now() - before);
    const payload = decodeResponse(reply).message.batchItems![0]!.responsePayload as {
      uniqueIdentifiers?: readonly string[];
    };
    if (payload?.uniqueIdentifiers?.length !== 1)
      throw new Error(`Locate found ${payload?.uniqueIdentifiers?.length ?? 'nothing'}, 1 was expected`);
  }
  return percentiles(times);
}

/** Linux only. */
export function residentMb(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kilobytes) / 1024);
}
