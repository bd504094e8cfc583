import type { Tables } from './connection.ts';

/**
 * One transaction that the next durable write, or the operating system, brings to the disk: never torn, since it is journaled.
 * What it deletes is no secret, so that pages which become free are not written once more to overwrite them.
 */
export function withoutWaiting<T>(tables: Tables, write: (tables: Tables) => T): T {
  const { database, transaction } = tables;
  database.pragma('synchronous = NORMAL');
  database.pragma('secure_delete = FAST');
  try {
    transaction.begin.run();
    const result = write(tables);
    transaction.commit.run();
    return result;
  } finally {
    if (database.inTransaction) transaction.rollback.run();
    database.pragma('secure_delete = ON');
    database.pragma('synchronous = FULL');
  }
}
