import type { Store } from '../../../server/store/index.ts';

/** The store with some of its parts replaced. */
export const between = (store: Store, parts: Partial<Store>): Store => ({
  begin: () => store.begin(),
  directory: store.directory,
  events: store.events,
  log: store.log,
  cursors: store.cursors,
  sightings: store.sightings,
  generation: () => store.generation(),
  close: () => store.close(),
  ...parts,
});
