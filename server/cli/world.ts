import type { Writable } from 'node:stream';

/** Where text goes; `isTerminal` when a person looks at it. */
export interface Output {
  write(text: string): void;
  readonly isTerminal: boolean;
  /** Characters of a line there, as wide as the terminal is now; undefined when it is none. */
  readonly columns?: number | undefined;
  /** The stream behind it, for who must know when text has left. */
  readonly stream?: Writable;
}

/** All that a command sees of the machine: `main.ts` gives the real one, tests their own. */
export interface World {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly readStdin: () => Promise<string>;
  readonly readStdinBytes: () => Promise<Uint8Array>;
  /**
   * Asks the person for something that nobody else shall see: what is typed does not appear. `undefined` where there is no
   * terminal; rejects when the person breaks off.
   */
  readonly readSecret: (prompt: string) => Promise<string | undefined>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
  /** That many random bytes, in memory of its own. */
  readonly randomBytes: (size: number) => Buffer;
  /** Operating system user, whom events name as the initiator of a command. */
  readonly user: string;
  readonly hostName: string;
  /** Addresses by which other machines reach this one. */
  readonly addresses: () => readonly string[];
  /** Calls back when the person or the system asks the program to end; gives how to stop listening. */
  readonly onStop: (callback: () => void) => () => void;
}
