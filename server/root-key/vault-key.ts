import { hkdfSync } from 'node:crypto';
import type { RandomBytes } from '../randomness.ts';
import { unwrap, wrap } from './wrapping.ts';

const DOMAIN = 'kmipd object';
const DERIVED = 'kmipd derived';

/** The key of one vault: wraps the material of its managed objects. */
export class VaultKey {
  readonly vault: string;
  readonly #key: Uint8Array;
  readonly #randomBytes: RandomBytes;

  /** Keeps `key` (32 bytes) itself, not a copy. */
  constructor(vault: string, key: Uint8Array, randomBytes: RandomBytes) {
    this.vault = vault;
    this.#key = key;
    this.#randomBytes = randomBytes;
  }

  /** Wraps material for the managed object with this Unique Identifier; wrapping it again gives other bytes. */
  wrap(uniqueIdentifier: string, plaintext: Uint8Array): Buffer {
    return wrap(this.#key, this.#context(uniqueIdentifier), plaintext, this.#randomBytes);
  }

  /**
   * The material, in a buffer of its own that the caller wipes. Throws RootKeyError unless exactly these bytes were
   * wrapped for this Unique Identifier in this vault.
   */
  unwrap(uniqueIdentifier: string, wrapped: Uint8Array): Buffer {
    return unwrap(this.#key, this.#context(uniqueIdentifier), wrapped);
  }

  /** Bytes that follow from the key of this vault, the same each time for the same purpose; wiped by the caller (RFC 5869). */
  derive(purpose: string, length: number): Uint8Array {
    const info = `${DERIVED}\0${this.vault}\0${purpose}`;
    return new Uint8Array(hkdfSync('sha256', this.#key, '', info, length));
  }

  #context(uniqueIdentifier: string): string[] {
    return [DOMAIN, this.vault, uniqueIdentifier];
  }
}
