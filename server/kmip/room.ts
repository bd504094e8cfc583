import { OperationFailure, type OperationDefinition } from '../operations/index.ts';
import type { StorageMarks } from '../storage-marks/index.ts';
import { StoreUnavailable } from '../store/index.ts';
import { failed, type ItemFailure } from './item-result.ts';

/** What requests must know of the room that is left for their events. */
export type Room = Pick<StorageMarks, 'stage' | 'full' | 'refusedUnrecorded'>;

/** Where nobody looks: every request is tried, and fails when it cannot be recorded. */
export const unwatchedRoom: Room = {
  stage: () => 'enough',
  full: () => Promise.resolve('enough'),
  refusedUnrecorded: () => {},
};

export const takesChanges = (room: Pick<Room, 'stage'>): boolean => {
  const stage = room.stage();
  return stage === 'enough' || stage === 'low';
};

const REMEDY = 'There must be more room on the disk of the data folder; service returns by itself.';

/** What everybody is told while there is not even room for the event of a refusal. */
export const noRoomAtAll = (): ItemFailure =>
  failed('General Failure', 'the server has no room to record what it does; its administrator must make some', {
    cause: 'full',
    detail: 'no room for events',
    reasonForFailure: REMEDY,
  });

/** Throws OperationFailure for an operation that would change something. */
export function refuseChange({ changes }: OperationDefinition): void {
  if (!changes) return;
  throw new OperationFailure(
    'General Failure',
    'the server has too little room and takes no changes now; its administrator must make some',
    { cause: 'full', auditDetail: 'changes are refused, there is too little room' },
  );
}

/** Whether a commit failed for want of room. */
export const isFull = (error: unknown): boolean => error instanceof StoreUnavailable && error.isFull;
