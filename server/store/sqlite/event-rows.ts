import type { SequencedEvent } from '../store.ts';

/** A row of `event`, selected by `eventColumns`. */
export interface EventRow extends Omit<SequencedEvent, 'time' | 'prev' | 'hash'> {
  time: number;
  prev: Buffer;
  hash: Buffer;
}

export const eventColumns =
  'seq, id, time, action, outcome, severity, initiator, target, vault, correlation_id AS correlationId, v, prev, hash, json';

export const sequencedEvent = ({ time, prev, hash, ...row }: EventRow): SequencedEvent => ({
  ...row,
  time: new Date(time),
  prev: prev.toString('hex'),
  hash: hash.toString('hex'),
});
