/** A root key, vault key or wrapped secret cannot be used: a damaged or open file, a wrong key, changed bytes. */
export class RootKeyError extends Error {
  override readonly name = 'RootKeyError';
}
