import type { RandomBytes } from '../randomness.ts';
import { RootKeyError } from './error.ts';
import { VaultKey } from './vault-key.ts';
import { unwrap, wipe, wrap, WRAPPING_KEY_BYTES } from './wrapping.ts';

/** What wraps the vault keys and the server's other secrets. From a file now; a passphrase or a PKCS#11 token fit behind it too. */
export interface RootKey {
  /** Makes the key of a new vault and returns it wrapped, as it is stored. */
  newVaultKey(vault: string, randomBytes: RandomBytes): Uint8Array;
  /** Opens a vault with its wrapped key. Throws RootKeyError if that was made by another root key, for another vault, or was changed. */
  openVault(vault: string, wrappedKey: Uint8Array): VaultKey;
  /** Wraps another secret, such as the authority's private key. `purpose` names it and must be given again to unwrap it. */
  wrapSecret(purpose: string, plaintext: Uint8Array): Uint8Array;
  /** The secret, in a buffer of its own that the caller wipes. Throws RootKeyError as `openVault` does. */
  unwrapSecret(purpose: string, wrapped: Uint8Array): Buffer;
}

const VAULT_DOMAIN = 'kmipd vault key';
const SECRET_DOMAIN = 'kmipd secret';

/** A root key whose 32 bytes are in memory. */
export class RootKeyInMemory implements RootKey {
  readonly #key: Buffer;
  readonly #randomBytes: RandomBytes;

  /** Takes a copy of `key`; the caller wipes its own. `randomBytes` makes nonces. */
  constructor(key: Uint8Array, randomBytes: RandomBytes) {
    if (key.length !== WRAPPING_KEY_BYTES) {
      throw new RootKeyError(`root key has ${key.length} bytes, must have ${WRAPPING_KEY_BYTES}`);
    }
    this.#key = Buffer.from(key);
    this.#randomBytes = randomBytes;
  }

  newVaultKey(vault: string, randomBytes: RandomBytes): Buffer {
    const vaultKey = randomBytes(WRAPPING_KEY_BYTES);
    if (vaultKey.length !== WRAPPING_KEY_BYTES) {
      throw new RootKeyError(`vault key has ${vaultKey.length} bytes, must have ${WRAPPING_KEY_BYTES}`);
    }
    try {
      return wrap(this.#key, vaultContext(vault), vaultKey, randomBytes);
    } finally {
      wipe(vaultKey);
    }
  }

  openVault(vault: string, wrappedKey: Uint8Array): VaultKey {
    return new VaultKey(vault, unwrap(this.#key, vaultContext(vault), wrappedKey), this.#randomBytes);
  }

  wrapSecret(purpose: string, plaintext: Uint8Array): Buffer {
    return wrap(this.#key, secretContext(purpose), plaintext, this.#randomBytes);
  }

  unwrapSecret(purpose: string, wrapped: Uint8Array): Buffer {
    return unwrap(this.#key, secretContext(purpose), wrapped);
  }
}

const vaultContext = (vault: string) => [VAULT_DOMAIN, vault];
const secretContext = (purpose: string) => [SECRET_DOMAIN, purpose];
