import type { Database, Statement } from 'better-sqlite3';
import type { KeptEvent } from '../store.ts';

export type EventClass = Pick<KeptEvent, 'action' | 'outcome' | 'severity' | 'vault'>;
interface NumberedClass extends EventClass {
  readonly number: number;
}

/** Initiators are made up by who knocks, so the number of those remembered is bounded; beyond it, all are asked for again. */
const REMEMBERED_MAX = 10_000;

/**
 * The numbers that stand for classes of events and for initiators in the index. They never change once committed, so those seen are
 * remembered; `forget` is called after a rollback, which may have taken back new ones.
 */
export class EventNumbers {
  readonly #classes: Statement<[], NumberedClass>;
  readonly #classNumber: Statement<[string, string, string, string], number>;
  readonly #addClass: Statement<[string, string, string, string]>;
  readonly #initiatorNumber: Statement<[string], number>;
  readonly #initiatorId: Statement<[number], string>;
  readonly #addInitiator: Statement<[string]>;
  readonly #known = new Map<string, number>();

  constructor(database: Database) {
    this.#classes = database.prepare('SELECT number, action, outcome, severity, vault FROM event_class');
    this.#classNumber = database
      .prepare<[string, string, string, string], number>(
        'SELECT number FROM event_class WHERE action = ? AND outcome = ? AND severity = ? AND vault = ?',
      )
      .pluck();
    this.#addClass = database.prepare('INSERT INTO event_class (action, outcome, severity, vault) VALUES (?, ?, ?, ?)');
    this.#initiatorNumber = database
      .prepare<[string], number>('SELECT number FROM event_initiator WHERE id = ?')
      .pluck();
    this.#initiatorId = database.prepare<[number], string>('SELECT id FROM event_initiator WHERE number = ?').pluck();
    this.#addInitiator = database.prepare('INSERT INTO event_initiator (id) VALUES (?)');
  }

  classes(): NumberedClass[] {
    return this.#classes.all();
  }

  ofInitiator(id: string): number | undefined {
    return this.#initiatorNumber.get(id);
  }

  initiator(number: number): string | undefined {
    return this.#initiatorId.get(number);
  }

  /** Only within a write transaction. */
  ofNewClass({ action, outcome, severity, vault }: EventClass): number {
    const values = [action, outcome, severity, vault] as const;
    return this.#remembered(JSON.stringify(values), () => {
      return this.#classNumber.get(...values) ?? Number(this.#addClass.run(...values).lastInsertRowid);
    });
  }

  /** Only within a write transaction. */
  ofNewInitiator(id: string): number {
    return this.#remembered(id, () => this.ofInitiator(id) ?? Number(this.#addInitiator.run(id).lastInsertRowid));
  }

  forget(): void {
    this.#known.clear();
  }

  #remembered(key: string, find: () => number): number {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const number = find();
    if (this.#known.size >= REMEMBERED_MAX) this.#known.clear();
    this.#known.set(key, number);
    return number;
  }
}
