import { setTimeout as delay } from 'node:timers/promises';
import type { DeliveryOptions } from '../../../../server/audit/delivery/index.ts';
import { FIRST_PREV, nextRecord } from '../../../../server/chain/index.ts';
import type { CursorKeeper, SequencedEvent } from '../../../../server/store/store.ts';

/** A log of events in memory, with cursors that outlive a delivery as a database does. */
export function memoryLog() {
  const log: SequencedEvent[] = [];
  const cursors = new Map<string, number>();
  const callbacks = new Set<() => void>();
  const failing = { events: 0, cursors: 0 };
  const events: DeliveryOptions['events'] = {
    async after(seq, limit) {
      if (failing.events-- > 0) throw new Error('the database is locked');
      return log.filter(event => event.seq > seq).slice(0, limit);
    },
    lastSeq: async () => log.length,
    onCommitted(callback) {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
  };
  const keeper: CursorKeeper = {
    get: async sink => cursors.get(sink) ?? 0,
    async set(sink, seq) {
      if (failing.cursors-- > 0) throw new Error('the database is full');
      cursors.set(sink, seq);
    },
  };
  return {
    events,
    cursors: keeper,
    kept: cursors,
    failing,
    callbacks,
    log,
    append(
      count: number,
      { announce = true, json = (seq: number) => `{"seq":${seq}}`, id = (seq: number) => `id-${seq}` } = {},
    ) {
      for (let i = 0; i < count; i++) {
        const seq = log.length + 1;
        const fields = { action: 'a', outcome: 'success', severity: 'normal', initiator: 'i' };
        const more = { target: '', vault: '', correlationId: 'c', time: new Date(seq * 1000) };
        const record = nextRecord(seq, log.at(-1)?.hash ?? FIRST_PREV, json(seq));
        log.push({ ...record, ...fields, ...more, id: id(seq) });
      }
      if (announce) callbacks.forEach(callback => callback());
    },
  };
}

export async function until(holds: () => boolean, what: string) {
  for (let i = 0; i < 1_000 && !holds(); i++) await delay(5);
  if (!holds()) throw new Error(`did not come true within 5 s: ${what}`);
}
