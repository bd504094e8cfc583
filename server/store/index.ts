export * from './store.ts';
export { openSqliteStore, SCHEMA_VERSION, type SqliteStoreOptions } from './sqlite/index.ts';
