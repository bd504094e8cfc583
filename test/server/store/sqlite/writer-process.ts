import { openSqliteStore } from '../../../../server/store/index.ts';
import { addVault, commit, sampleEvent, sampleObject } from '../samples.ts';

/** Commits units, several at a time, into the database whose path is given, until there have been as many as given. */
const [path = '', name = '', count = ''] = process.argv.slice(2);

const store = openSqliteStore({ path, busyMs: 60_000 });
const vault = await addVault(store);
const taken = sampleObject(vault);
await commit(store, unit => unit.insert(taken));
const write = async (index: number) => {
  const unit = store.begin();
  unit.record(sampleEvent({ id: `${name}-${index}`, initiator: name }));
  // Every fifth is in conflict.
  if (index % 5 === 4) unit.insert(taken);
  await unit.commit().catch((error: Error) => {
    if (error.name !== 'ConflictError') throw error;
  });
};
process.send?.('ready');
await new Promise(resolve => process.once('message', resolve));
for (let index = 0; index < Number(count);) {
  const together = 1 + (index % 4);
  await Promise.all(Array.from({ length: together }, (_, more) => write(index + more)));
  index += together;
}
await store.close();
process.disconnect?.();
