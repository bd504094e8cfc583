import type { SequencedEvent } from '../../store/index.ts';

/** A record on its way out: its place in the log, its id (by which a receiver drops duplicates) and its JSON as kept. */
export type DeliveredEvent = Pick<SequencedEvent, 'seq' | 'id' | 'json' | 'v' | 'prev' | 'hash'>;

/** A place that events are delivered to. */
export interface Sink {
  /** Names the sink's cursor: where it has got is remembered under this name. */
  readonly name: string;
  /**
   * Takes the events, in order, and resolves when they are safe there. Rejects when it is not sure that all of them are: the
   * same events come again then, so a receiver may see one twice. Never called again before it has settled.
   */
  deliver(events: readonly DeliveredEvent[]): Promise<void>;
  close(): Promise<void>;
}
