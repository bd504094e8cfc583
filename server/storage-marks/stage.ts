import type { Settings } from '../settings/index.ts';

export type StorageSettings = Settings['audit']['storage'];

/** What the room that is left allows, the best first: everything; everything, with a warning; reads; nothing at all. */
export type StorageStage = 'enough' | 'low' | 'no changes' | 'nothing';

const ORDER: readonly StorageStage[] = ['enough', 'low', 'no changes', 'nothing'];

export const isWorse = (one: StorageStage, other: StorageStage): boolean => ORDER.indexOf(one) > ORDER.indexOf(other);

/** Whether operations that change something are taken. */
export const takesChanges = (stage: StorageStage): boolean => stage === 'enough' || stage === 'low';

/** A mark must be passed by this part of itself on the way up, so that a stage is not left and entered by turns. */
const MARGIN = 1 / 8;

/**
 * The stage that follows. `freeBytes`: what the disk has left now. While changes are refused the reserve is not set aside: they
 * are taken again once there is room for it and the mark besides, so that giving the reserve back does not look like recovery.
 */
export function stageAfter(
  stage: StorageStage,
  freeBytes: number,
  { warnBytes, refuseChangesBytes, refuseAllBytes, reserveBytes }: StorageSettings,
): StorageStage {
  const isRefusing = !takesChanges(stage);
  const besideReserve = isRefusing ? freeBytes - reserveBytes : freeBytes;
  const isBelow = (room: number, mark: number, isBelowNow: boolean) =>
    mark > 0 && room < (isBelowNow ? mark * (1 + MARGIN) : mark);
  if (isBelow(freeBytes, refuseAllBytes, stage === 'nothing')) return 'nothing';
  if (isBelow(besideReserve, refuseChangesBytes, isRefusing)) return 'no changes';
  return isBelow(besideReserve, warnBytes, stage !== 'enough') ? 'low' : 'enough';
}
