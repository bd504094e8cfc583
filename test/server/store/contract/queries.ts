import type { Condition, SearchQuery } from '../../../../server/store/index.ts';

/** A search of online objects, a thousand at most, unless said otherwise. */
export const query = (conditions: readonly Condition[], more: Partial<SearchQuery> = {}): SearchQuery => ({
  conditions,
  online: true,
  archived: false,
  offset: 0,
  limit: 1000,
  ...more,
});
export const all = (...conditions: Condition[]) => query(conditions);
