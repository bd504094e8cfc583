export type { AuditKey } from './audit-key.ts';
export type { CertificateFiles } from './certificate-files.ts';
export { DataFolderError } from './error.ts';
export { isSystemError, readIfPresent, syncFolder, writeDurably } from './durable-file.ts';
export type { KeyPair } from './key-pair.ts';
export { servingProcess } from './lock.ts';
export {
  type DataFolder,
  type FolderOptions,
  openDataFolder,
  type ServeOptions,
  useDataFolder,
  type UseOptions,
} from './open.ts';
export { dataFolderOwner } from './owner.ts';
export { adminSocket, checkpointFile, SETTINGS_FILE } from './parts.ts';
export { DEFAULT_VAULT, newVault } from './vault.ts';
