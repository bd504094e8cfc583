import type { DeliveredEvent } from '../audit/index.ts';
import { BatchTooLong } from './http-failure.ts';

/**
 * Cuts what is handed out into the batches that are sent. A batch of which it is not known whether it was taken is sent again with
 * the same events, however many more there are by then, so that a receiver knows it; what was taken is not sent again. A batch that
 * is too long for the receiver is halved, and none is longer from then on.
 */
export class Batches {
  #takenUpTo = 0;
  #unknown: { readonly first: number; readonly last: number } | undefined;
  #eventsMax = Infinity;

  /** Resolves when all are taken. Rejects with the first failure of `post`. */
  async send(
    events: readonly DeliveredEvent[],
    post: (batch: readonly DeliveredEvent[]) => Promise<void>,
  ): Promise<void> {
    let left = events.filter(({ seq }) => seq > this.#takenUpTo);
    while (left.length > 0) {
      const batch = this.#next(left);
      const [first, last] = [batch[0]?.seq ?? 0, batch.at(-1)?.seq ?? 0];
      this.#unknown = { first, last };
      try {
        await post(batch);
      } catch (error) {
        if (!(error instanceof BatchTooLong) || batch.length === 1) throw error;
        this.#eventsMax = Math.ceil(batch.length / 2);
        this.#unknown = undefined;
        continue;
      }
      this.#unknown = undefined;
      this.#takenUpTo = last;
      left = left.slice(batch.length);
    }
  }

  #next(left: readonly DeliveredEvent[]): readonly DeliveredEvent[] {
    const again = left[0]?.seq === this.#unknown?.first ? this.#unknown : undefined;
    return again ? left.filter(({ seq }) => seq <= again.last) : left.slice(0, this.#eventsMax);
  }
}
