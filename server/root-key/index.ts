export { RootKeyError } from './error.ts';
export { RootKeyInMemory, type RootKey } from './root-key.ts';
export { createRootKeyFile, loadRootKey } from './root-key-file.ts';
export { VaultKey } from './vault-key.ts';
export { VaultKeys, type WrappedVault } from './vault-keys.ts';
export { wipe, WRAPPING_OVERHEAD_BYTES } from './wrapping.ts';
