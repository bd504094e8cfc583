import type { Scenario } from './scenarios.ts';
import type { Target } from './wire.ts';

export interface Figures {
  /** Operations a second. */
  readonly rate: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly count: number;
}

/** Runs `parallel` workers for `seconds` after a warm-up; an operation that fails ends the run. */
export async function measure(
  scenario: Scenario,
  target: Target,
  parallel: number,
  seconds: number,
  warmupSeconds: number,
): Promise<Figures> {
  const workers = await Promise.all(Array.from({ length: parallel }, () => scenario.worker(target)));
  try {
    await run(workers, warmupSeconds);
    return await run(workers, seconds);
  } finally {
    for (const worker of workers) worker.close();
  }
}

async function run(workers: readonly { once(): Promise<void> }[], seconds: number): Promise<Figures> {
  const times: number[] = [];
  const start = performance.now();
  const end = start + seconds * 1000;
  await Promise.all(
    workers.map(async worker => {
      for (let before = performance.now(); before < end;) {
        await worker.once();
        const after = performance.now();
        times.push(after - before);
        before = after;
      }
    }),
  );
  const elapsed = (performance.now() - start) / 1000;
  return { rate: times.length / elapsed, ...percentiles(times), count: times.length };
}

export function percentiles(times: number[]): { p50: number; p99: number } {
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}
