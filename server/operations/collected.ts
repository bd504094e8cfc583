import { CryptographicFailure } from '../cryptography/index.ts';

/** Most bytes of a message whose parts are kept until the last one has come. */
const BYTES_MAX = 16 * 1024 * 1024;

/** A message that comes in parts and is worked on as a whole. */
export class Collected {
  readonly #parts: Uint8Array[] = [];
  #bytes = 0;

  /** Throws CryptographicFailure 'Server Limit Exceeded'. */
  add(data: Uint8Array): this {
    this.#bytes += data.length;
    if (this.#bytes > BYTES_MAX)
      throw new CryptographicFailure('Server Limit Exceeded', `more than ${BYTES_MAX} bytes of one message`);
    this.#parts.push(data);
    return this;
  }

  get whole(): Buffer {
    return Buffer.concat(this.#parts);
  }
}
