export * from './store.ts';
export { openSqliteStore, type SqliteStoreOptions } from './sqlite/index.ts';
