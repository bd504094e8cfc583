import type { CursorKeeper, EventReader } from '../../store/index.ts';

/** What a sink has not taken yet. */
export interface Backlog {
  readonly sink: string;
  /** seq of the last event that is safe at the sink; 0 before the first. */
  readonly cursor: number;
  /** Events behind the cursor. */
  readonly lag: number;
  /** Of the oldest event behind the cursor; 0 when there is none. */
  readonly oldestAgeSeconds: number;
}

export interface BacklogReader {
  readonly events: Pick<EventReader, 'after' | 'lastSeq'>;
  readonly cursors: Pick<CursorKeeper, 'get'>;
  readonly now: () => Date;
}

/** As the store has it; `cursor` where it is known better. Works without a running server. */
export async function backlogOf(
  sink: string,
  { events, cursors, now }: BacklogReader,
  cursor?: number,
): Promise<Backlog> {
  cursor ??= await cursors.get(sink);
  const [oldest] = await events.after(cursor, 1);
  const lag = Math.max(0, (await events.lastSeq()) - cursor);
  // The clock may have been set back since the event.
  const ageMs = oldest ? Math.max(0, now().getTime() - oldest.time.getTime()) : 0;
  return { sink, cursor, lag, oldestAgeSeconds: ageMs / 1000 };
}
