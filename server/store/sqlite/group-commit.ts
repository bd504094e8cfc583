import { ConflictError } from '../store.ts';
import { RETRY_MS, type Connection, type Tables } from './connection.ts';
import { isBusy, isConstraint, isEnvironment, translated } from './errors.ts';

/** Units that share one transaction at most, so that it stays short. */
const GROUP_MAX = 256;

/** What wants to be written in one step. */
export interface Work {
  /** Runs within the transaction, perhaps more than once (each time all of it, after a rollback). Throws to leave no trace. */
  write(tables: Tables): Written;
}
export interface Written {
  /** Wrapped material was overwritten: it must leave the journal too. */
  readonly forgotMaterial: boolean;
  readonly hasEvents: boolean;
  readonly changedTrust: boolean;
}

interface Waiting {
  readonly work: Work;
  readonly deadline: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}
type Outcome = { readonly written: Written } | { readonly error: unknown };

/**
 * Writes what is ready in the same turn of the event loop in one transaction with one durable write. Each piece of work has a
 * savepoint: one that conflicts leaves no trace, and the others go on.
 */
export class GroupCommit {
  readonly #connection: Connection;
  readonly #after: { committed(written: Pick<Written, 'forgotMaterial' | 'hasEvents'>): void; failed(): void };
  #waiting: Waiting[] = [];
  #isScheduled = false;
  #whenEmpty: (() => void)[] = [];

  /** `after.committed` is called once per transaction, before the work's promises resolve; `after.failed` when one could not be written. */
  constructor(
    connection: Connection,
    after: { committed(written: Pick<Written, 'forgotMaterial' | 'hasEvents'>): void; failed(): void },
  ) {
    this.#connection = connection;
    this.#after = after;
  }

  /** Resolves when the work is durable. Throws what the work threw, ConflictError, or StoreUnavailable; nothing was written then. */
  commit(work: Work): Promise<void> {
    return new Promise((resolve, reject) => {
      // A clock that only measures: how long has it been tried.
      this.#waiting.push({ work, deadline: performance.now() + this.#connection.busyMs, resolve, reject });
      this.#schedule();
    });
  }

  /** Resolves when nothing waits to be written. */
  async idle(): Promise<void> {
    if (this.#waiting.length > 0) await new Promise<void>(resolve => this.#whenEmpty.push(resolve));
  }

  #schedule(delayMs = 0): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    const flush = () => {
      this.#isScheduled = false;
      this.#flush();
    };
    if (delayMs === 0) setImmediate(flush);
    else setTimeout(flush, delayMs);
  }

  #flush(): void {
    const group = this.#waiting.slice(0, GROUP_MAX);
    let outcomes: Outcome[];
    try {
      outcomes = this.#connection.use(tables => writeTogether(tables, group));
    } catch (error) {
      if (isBusy(error)) return this.#retry(error);
      const reason = translated(error, this.#connection.path);
      this.#waiting.splice(0, group.length);
      this.#after.failed();
      for (const { reject } of group) reject(reason);
      return this.#next();
    }
    this.#waiting.splice(0, group.length);
    const written = outcomes.flatMap(outcome => ('written' in outcome ? [outcome.written] : []));
    if (written.length > 0) {
      this.#connection.countOwnCommit(written.some(({ changedTrust }) => changedTrust));
      this.#after.committed({
        forgotMaterial: written.some(({ forgotMaterial }) => forgotMaterial),
        hasEvents: written.some(({ hasEvents }) => hasEvents),
      });
    }
    outcomes.forEach((outcome, index) => {
      if ('error' in outcome) group[index]!.reject(outcome.error);
      else group[index]!.resolve();
    });
    this.#next();
  }

  /** Another process holds the lock: those whose time is up fail, the others are tried again. */
  #retry(error: unknown): void {
    const now = performance.now();
    const late = this.#waiting.filter(({ deadline }) => deadline <= now);
    this.#waiting = this.#waiting.filter(({ deadline }) => deadline > now);
    const reason = translated(error, this.#connection.path);
    for (const { reject } of late) reject(reason);
    this.#next(RETRY_MS);
  }

  #next(delayMs = 0): void {
    if (this.#waiting.length > 0) return this.#schedule(delayMs);
    for (const resolve of this.#whenEmpty.splice(0)) resolve();
  }
}

function writeTogether(tables: Tables, group: readonly Waiting[]): Outcome[] {
  const { transaction, numbers } = tables;
  try {
    transaction.begin.run();
    const outcomes = group.map(({ work }) => writeAlone(tables, work));
    // Work that conflicted has left pages to write, though as they were: where there is nothing else, nothing is written.
    const hasWritten = outcomes.some(outcome => 'written' in outcome);
    (hasWritten ? transaction.commit : transaction.rollback).run();
    return outcomes;
  } catch (error) {
    // A transaction that could not be committed stays open, unless SQLite has rolled it back by itself.
    numbers.forget();
    if (tables.database.inTransaction) transaction.rollback.run();
    bury(tables);
    throw error;
  }
}

/**
 * A commit whose sync failed has written its whole transaction to the write-ahead log, though nobody reads it: SQLite did not count it.
 * Whoever opened the log anew would. So the next transaction is put over it, at once and without a sync, which might fail as well.
 */
function bury({ database }: Tables): void {
  try {
    database.pragma('synchronous = OFF');
    const version = database.pragma('user_version', { simple: true }) as number;
    database.pragma(`user_version = ${version}`);
  } catch {
    // A disk that takes nothing has not taken that transaction either; one that is locked is written by somebody else, to the same end.
  } finally {
    database.pragma('synchronous = FULL');
  }
}

function writeAlone(tables: Tables, work: Work): Outcome {
  const { transaction, numbers } = tables;
  transaction.savepoint.run();
  try {
    const written = work.write(tables);
    transaction.release.run();
    return { written };
  } catch (error) {
    if (isEnvironment(error)) throw error;
    numbers.forget();
    transaction.rollbackToSavepoint.run();
    transaction.release.run();
    const { message } = error as Error;
    return { error: isConstraint(error) ? new ConflictError(message, { cause: error }) : error };
  }
}
