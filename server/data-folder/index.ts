export { DataFolderError } from './error.ts';
export { isSystemError, readIfPresent, writeDurably } from './durable-file.ts';
export { type DataFolder, type FolderOptions, openDataFolder, type ServeOptions, useDataFolder } from './open.ts';
export { SETTINGS_FILE } from './parts.ts';
export { DEFAULT_VAULT, newVault } from './vault.ts';
