import type { StorageStage } from '../storage-marks/index.ts';
import type { AuditHealth } from './audit-health.ts';

export interface ReadinessMarks {
  /** Age of the oldest event that a sink has not taken. */
  readonly ageSecondsMax: number;
  /** How often checkpoints are signed while there are events. */
  readonly checkpointSeconds: number;
}

/** A checkpoint is overdue when its time has passed so many times over. */
const OVERDUE = 10;

const STORAGE_PROBLEMS: ReadonlyMap<StorageStage, string> = new Map([
  ['no changes', 'storage: changes are refused, there is too little room left'],
  ['nothing', 'storage: everything is refused, there is no room left'],
]);

/** Why the server should be given no work, or looked after: one line each, none when it is ready. No line holds an address. */
export async function notReady(health: AuditHealth, marks: ReadinessMarks, now: Date): Promise<string[]> {
  const problems: string[] = [];
  const { ageSecondsMax } = marks;
  for (const [i, { oldestAgeSeconds }] of (await health.sinks()).entries()) {
    if (oldestAgeSeconds <= ageSecondsMax) continue;
    const age = Math.floor(oldestAgeSeconds);
    problems.push(
      `sink ${health.sinkLabels[i]}: has not taken an event of ${age} s ago, at most ${ageSecondsMax} s are expected`,
    );
  }
  const stage = health.storage?.().stage;
  const storage = stage && STORAGE_PROBLEMS.get(stage);
  if (storage !== undefined) problems.push(storage);
  const checkpoint = await checkpointProblem(health, marks, now);
  if (checkpoint !== undefined) problems.push(checkpoint);
  return problems;
}

/** An idle server signs none: the age that counts is that of the oldest event that none covers. */
async function checkpointProblem(
  { checkpoint, events }: AuditHealth,
  { checkpointSeconds }: ReadinessMarks,
  now: Date,
): Promise<string | undefined> {
  if (!checkpoint) return undefined;
  const { size } = checkpoint();
  // The record behind those that a checkpoint covers is, as a rule, the checkpoint itself.
  const [oldest] = await events.after(size === 0 ? 0 : size + 1, 1);
  const ageSeconds = oldest ? (now.getTime() - oldest.time.getTime()) / 1000 : 0;
  if (ageSeconds <= OVERDUE * checkpointSeconds) return undefined;
  return `checkpoint: none covers an event of ${Math.floor(ageSeconds)} s ago, one every ${checkpointSeconds} s is expected`;
}
