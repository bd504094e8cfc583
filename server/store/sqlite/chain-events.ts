import type { Database } from 'better-sqlite3';
import { canonicalJson, FIRST_PREV, nextRecord } from '../../chain/index.ts';
import { StoreUnusable } from '../store.ts';

interface Unchained {
  seq: number;
  id: string;
  time: number;
  action: string;
  outcome: string;
  severity: string;
  initiator: string;
  json: string;
}

/** Rows in memory at a time. */
const PAGE = 1000;

/** Chains the events of `unchained_event`, in their order and with their numbers, into `event`. */
export function chainEvents(database: Database): void {
  const select = database.prepare<[number, number], Unchained>(
    'SELECT seq, id, time, action, outcome, severity, initiator, json FROM unchained_event WHERE seq > ? ORDER BY seq LIMIT ?',
  );
  const insert = database.prepare(`INSERT INTO event
    (seq, id, time, action, outcome, severity, initiator, target, vault, correlation_id, v, prev, hash, json)
    VALUES (@seq, @id, @time, @action, @outcome, @severity, @initiator, @target, @vault, @correlationId, @v, @prev, @hash, @json)`);
  let seq = 0;
  let head = FIRST_PREV;
  for (;;) {
    const rows = select.all(seq, PAGE);
    for (const row of rows) {
      const event = parsed(row);
      const record = nextRecord(row.seq, head, canonicalJson(event));
      const [prev, hash] = [record.prev, record.hash].map(hex => Buffer.from(hex, 'hex'));
      insert.run({ ...row, ...foundBy(event), ...record, prev, hash });
      ({ seq, hash: head } = record);
    }
    if (rows.length < PAGE) return;
  }
}

function parsed({ seq, json }: Unchained): unknown {
  try {
    // Half a surrogate pair, which could once be written, has no canonical form.
    return JSON.parse(json, (_, value: unknown) => (typeof value === 'string' ? value.toWellFormed() : value));
  } catch (cause) {
    throw new StoreUnusable(`event ${seq} is not JSON: ${(cause as Error).message}`, { cause });
  }
}

/** What listings filter by and the older table did not have, out of the event's text. */
function foundBy(event: unknown): { target: string; vault: string; correlationId: string } {
  const { target, requestData, correlationId } = event as {
    target?: { id?: unknown };
    requestData?: { vault?: unknown };
    correlationId?: unknown;
  };
  const id = textOf(target?.id);
  return {
    target: id.slice(id.lastIndexOf(':') + 1),
    vault: textOf(requestData?.vault),
    correlationId: textOf(correlationId),
  };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
