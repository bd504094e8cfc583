/** How many values of one client are kept, and how long. */
export interface Keeping {
  readonly perClientMax: number;
  readonly keptMs: number;
}

interface Kept<T> {
  readonly value: T;
  readonly until: number;
}

/**
 * What the server remembers of a client between its messages, by the correlation value that it gave: in memory, until it is
 * forgotten, its time is over or the server stops. No client finds what is another's.
 */
export class Correlations<T> {
  readonly #keeping: Keeping;
  readonly #clients = new Map<string, Map<string, Kept<T>>>();

  constructor(keeping: Keeping) {
    this.#keeping = keeping;
  }

  /** False, and nothing is kept, when the client has as many already as it may have. */
  keep(client: string, correlationValue: Uint8Array, value: T, now: Date): boolean {
    this.#clear(now);
    const own = this.#clients.get(client) ?? new Map<string, Kept<T>>();
    if (own.size >= this.#keeping.perClientMax) return false;
    this.#clients.set(client, own);
    own.set(keyOf(correlationValue), { value, until: now.getTime() + this.#keeping.keptMs });
    return true;
  }

  hasRoom(client: string, now: Date): boolean {
    return this.of(client, now).length < this.#keeping.perClientMax;
  }

  find(client: string, correlationValue: Uint8Array, now: Date): T | undefined {
    const kept = this.#clients.get(client)?.get(keyOf(correlationValue));
    return kept !== undefined && now.getTime() < kept.until ? kept.value : undefined;
  }

  /** All that a client has, in the order in which it was kept. */
  of(client: string, now: Date): T[] {
    const own = [...(this.#clients.get(client)?.values() ?? [])];
    return own.filter(({ until }) => now.getTime() < until).map(({ value }) => value);
  }

  forget(client: string, correlationValue: Uint8Array): void {
    const own = this.#clients.get(client);
    own?.delete(keyOf(correlationValue));
    if (own?.size === 0) this.#clients.delete(client);
  }

  #clear(now: Date): void {
    for (const [client, own] of this.#clients) {
      for (const [key, { until }] of own) if (until <= now.getTime()) own.delete(key);
      if (own.size === 0) this.#clients.delete(client);
    }
  }
}

const keyOf = (correlationValue: Uint8Array): string => Buffer.from(correlationValue).toString('base64');
