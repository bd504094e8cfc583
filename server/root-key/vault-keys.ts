import { RootKeyError } from './error.ts';
import type { RootKey } from './root-key.ts';
import type { VaultKey } from './vault-key.ts';

/** What opening a vault needs to know of it. */
export interface WrappedVault {
  readonly id: string;
  /** As `RootKey.newVaultKey` returned it. */
  readonly wrappedKey: Uint8Array;
}

/** The vault keys in use, each unwrapped once and kept in memory. A vault's key never changes, so nothing here grows old. */
export class VaultKeys {
  readonly #rootKey: RootKey;
  readonly #findVault: (id: string) => Promise<WrappedVault | undefined>;
  readonly #opened = new Map<string, VaultKey>();

  constructor(rootKey: RootKey, findVault: (id: string) => Promise<WrappedVault | undefined>) {
    this.#rootKey = rootKey;
    this.#findVault = findVault;
  }

  /** Throws RootKeyError when there is no such vault, or when its key was not wrapped by this root key. */
  async vaultKey(id: string): Promise<VaultKey> {
    const opened = this.#opened.get(id);
    if (opened) return opened;
    const vault = await this.#findVault(id);
    if (!vault) throw new RootKeyError(`vault ${id} does not exist`);
    const key = this.#rootKey.openVault(id, vault.wrappedKey);
    this.#opened.set(id, key);
    return key;
  }
}
