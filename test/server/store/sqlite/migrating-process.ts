import { SqliteStore } from '../../../../server/store/sqlite/sqlite-store.ts';
import { migrations } from '../../../../server/store/sqlite/schema.ts';

/** Migrates the database whose path is given and is killed at the moment that is named. */
const [path = '', moment] = process.argv.slice(2);

const die = () => process.kill(process.pid, 'SIGKILL');
const steps = [...migrations];
const last = steps.pop()!;
steps.push(database => {
  // So that pages of the transaction come to the disk long before its end.
  database.pragma('cache_size = 20');
  if (moment === 'before') die();
  if (moment === 'amid') {
    const { prepare } = database;
    let rows = 0;
    // Once some of the rows are there.
    database.prepare = ((text: string) => {
      const statement = prepare.call(database, text);
      if (!text.startsWith('INSERT INTO event')) return statement;
      const run = statement.run.bind(statement) as (...values: unknown[]) => unknown;
      return Object.defineProperty(statement, 'run', {
        value: (...values: unknown[]) => (++rows > 1000 ? die() : run(...values)),
      });
    }) as typeof prepare;
  }
  last(database);
  if (moment === 'at the end') die();
});
const store = new SqliteStore({ path, steps });
if (moment === 'afterwards') die();
await store.close();
