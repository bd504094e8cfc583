export interface PlaceLimits {
  readonly connectionsMax: number;
  readonly connectionsPerClientMax: number;
}

/** Counts the connections of all ports together, in all and by client. */
export class Places {
  readonly #limits: PlaceLimits;
  readonly #perClient = new Map<string, number>();
  #taken = 0;

  constructor(limits: PlaceLimits) {
    this.#limits = limits;
  }

  /** Connections that are open. */
  get taken(): number {
    return this.#taken;
  }

  /** Counts a connection of this client; says why it is one too many, if it is. It counts all the same until it leaves. */
  take(client: string): string | undefined {
    const ofClient = (this.#perClient.get(client) ?? 0) + 1;
    this.#perClient.set(client, ofClient);
    this.#taken++;
    const { connectionsMax, connectionsPerClientMax } = this.#limits;
    if (this.#taken > connectionsMax)
      return `the server has ${connectionsMax} connections, which is its limit; try again later`;
    if (ofClient > connectionsPerClientMax)
      return `this client has ${connectionsPerClientMax} connections, which is its limit; close some`;
    return undefined;
  }

  leave(client: string): void {
    this.#taken--;
    const left = (this.#perClient.get(client) ?? 1) - 1;
    if (left === 0) this.#perClient.delete(client);
    else this.#perClient.set(client, left);
  }
}
