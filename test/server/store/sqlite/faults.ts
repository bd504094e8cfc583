import Sqlite from 'better-sqlite3';
import type { Test } from 'tap';

/** Where a statement fails: instead of what it does, or after it has done it. */
export type Moment = 'before' | 'after';

export interface Faults {
  /** The statement with this number, from 1 on, throws once; none does with 0. Counting starts anew. */
  arm(at: number, moment: Moment, makeError: () => Error): void;
  /** Statements that have run since then, by their text. */
  ran(): readonly string[];
  /** The statement that failed; undefined when none has. */
  failed(): string | undefined;
}

/** Every statement that is prepared from now on, until the end of the test, can be made to fail. */
export function injectFaults(t: Test): Faults {
  const { prepare } = Sqlite.prototype;
  const ran: string[] = [];
  let failed: string | undefined;
  let armed: { at: number; moment: Moment; makeError: () => Error } | undefined;

  const watched =
    <A extends unknown[], R>(text: string, run: (...values: A) => R) =>
    (...values: A): R => {
      const isDue = ran.push(text) === armed?.at;
      if (!armed || !isDue) return run(...values);
      failed = text;
      if (armed.moment === 'after') run(...values);
      throw armed.makeError();
    };
  Sqlite.prototype.prepare = function (this: Sqlite.Database, text: string) {
    const statement = prepare.call(this, text);
    for (const name of ['run', 'get', 'all'] as const) {
      const run = statement[name].bind(statement) as (...values: unknown[]) => unknown;
      Object.defineProperty(statement, name, { value: watched(text.replaceAll(/\s+/g, ' '), run) });
    }
    return statement;
  } as typeof prepare;
  t.teardown(() => (Sqlite.prototype.prepare = prepare));

  return {
    arm(at, moment, makeError) {
      ran.length = 0;
      failed = undefined;
      armed = { at, moment, makeError };
    },
    ran: () => ran,
    failed: () => failed,
  };
}
