import { createHmac } from 'node:crypto';
import { verifyPassword } from './password.ts';

/** Right passwords that are remembered; more clients than have one. */
const REMEMBERED_MAX = 10_000;

/**
 * Checks passwords that come with every message. A hash is made to be slow, so the last password that was right for a hash is
 * remembered, as an HMAC under a key that this process alone has and that ends with it; a wrong one always takes its time.
 */
export class PasswordChecker {
  readonly #key: Uint8Array;
  readonly #right = new Map<string, string>();

  /** `randomBytes` is asked once, for the key. */
  constructor(randomBytes: (size: number) => Uint8Array) {
    this.#key = randomBytes(32);
  }

  /** Whether the hash was made from this password, as `verifyPassword` says. */
  async isRight(password: string, passwordHash: string): Promise<boolean> {
    const mark = createHmac('sha256', this.#key).update(password).digest('base64');
    if (this.#right.get(passwordHash) === mark) return true;
    const isRight = await verifyPassword(password, passwordHash);
    if (isRight) {
      if (this.#right.size >= REMEMBERED_MAX) this.#right.clear();
      this.#right.set(passwordHash, mark);
    }
    return isRight;
  }
}
