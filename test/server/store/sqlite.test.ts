import { join } from 'node:path';
import { openSqliteStore } from '../../../server/store/index.ts';
import { storeContract } from './contract/index.ts';

storeContract('SQLite', async t => {
  const path = join(t.testdir(), 'kmipd.db');
  const open = async () => {
    const store = openSqliteStore({ path });
    t.teardown(() => store.close());
    return store;
  };
  return { store: await open(), openAgain: open };
});
