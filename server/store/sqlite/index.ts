import { migrations } from './schema.ts';

export { openSqliteStore, type SqliteStoreOptions } from './sqlite-store.ts';

/** Of databases that this program makes. */
export const SCHEMA_VERSION = migrations.length;
