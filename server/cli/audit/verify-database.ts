import {
  altered,
  type AuditRecord,
  type GivenCheckpoint,
  LogVerifier,
  type Verdict,
  verdictOf,
  type VerifierKey,
} from '../../chain/index.ts';
import type { SequencedEvent, Store } from '../../store/index.ts';

const PAGE = 500;

/** Verifies the log in the database: its chain, its checkpoints, and that what listings filter by is what the events say. */
export async function verifyDatabase(
  { events, log }: Pick<Store, 'events' | 'log'>,
  options: { readonly keys: readonly VerifierKey[]; readonly checkpoints: readonly GivenCheckpoint[] },
): Promise<Verdict> {
  const { seq: last } = await log.head();
  const start = await log.start();
  const removal = new Removal(start);
  try {
    const verifier = new LogVerifier(start, options);
    while (verifier.head.seq < last) {
      const page = await events.after(verifier.head.seq, Math.min(PAGE, last - verifier.head.seq));
      if (page.length === 0) {
        throw altered(`the tail was cut: the database counts ${last} records, the log ends at ${verifier.head.seq}`);
      }
      for (const record of page) {
        verifier.take(record);
        checkColumns(record);
        removal.look(record);
      }
    }
    removal.check();
    return verifier.finish();
  } catch (error) {
    return verdictOf(error);
  }
}

/** Records are only missing from the beginning where an event tells of their removal. */
class Removal {
  readonly #lastSeq: number;
  readonly #lastHash: string;
  #isTold: boolean;

  constructor({ firstSeq, firstPrev }: { readonly firstSeq: number; readonly firstPrev: string }) {
    this.#lastSeq = firstSeq - 1;
    this.#lastHash = firstPrev;
    this.#isTold = firstSeq === 1;
  }

  look({ json }: AuditRecord): void {
    if (this.#isTold || !json.includes('"segment removed"')) return;
    const { initiator, responseData } = JSON.parse(json) as {
      initiator?: { id?: unknown };
      responseData?: Record<string, unknown>;
    };
    this.#isTold =
      initiator?.id === 'kmipd' &&
      responseData?.['action'] === 'segment removed' &&
      responseData['lastSeq'] === this.#lastSeq &&
      responseData['lastHash'] === this.#lastHash;
  }

  check(): void {
    if (!this.#isTold) throw altered(`records 1 to ${this.#lastSeq} are missing, and no event tells of their removal`);
  }
}

function checkColumns({ seq, json, ...row }: SequencedEvent): void {
  const event = JSON.parse(json) as Readonly<Record<string, unknown>>;
  const initiator = event['initiator'] as { id?: unknown } | undefined;
  const target = String((event['target'] as { id?: unknown } | undefined)?.id ?? '');
  const { vault, schemaViolation } = (event['requestData'] ?? {}) as { vault?: unknown; schemaViolation?: unknown };
  const time = new Date(`${String(event['eventTime']).slice(0, 22)}Z`).getTime();
  const columns = {
    id: [row.id, event['id']],
    // The event has hundredths of a second, the column milliseconds.
    time: [Math.floor(row.time.getTime() / 10), time / 10],
    action: [row.action, event['action']],
    outcome: [row.outcome, event['outcome']],
    severity: [row.severity, event['severity']],
    initiator: [row.initiator, initiator?.id],
    target: [row.target, target.slice(target.lastIndexOf(':') + 1)],
    vault: [row.vault, typeof vault === 'string' ? vault : ''],
    correlation_id: [row.correlationId, event['correlationId']],
  };
  for (const [name, [found, expected]] of Object.entries(columns)) {
    // An event in its minimal form may have lost its time.
    if (name === 'time' && schemaViolation !== undefined) continue;
    if (found !== expected) throw altered(`its column ${name} is not what its event says`, { seq });
  }
}
