import type { TtlvItem } from '../../kmip-codec/index.ts';

/** PEM texts with which a client proves who it is. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

/** The server that is to be tested. */
export interface Target {
  readonly host: string;
  readonly port: number;
  /** Where it answers HTTPS; host and port above, and `/kmip`, unless given (encodings standard, section 2.2). */
  readonly https?: { readonly host: string; readonly port: number; readonly path?: string } | undefined;
  /** PEM text of the certificates that the server's own must lead to. */
  readonly ca: string;
  /** Name that the server's certificate must hold; the host unless given. */
  readonly servername?: string | undefined;
  readonly timeoutMs: number;
}

/** The way to a server that one client of a case has. */
export interface Channel {
  /** Sends a request message and waits for its response. Throws NoAnswer, and CodecError for what is no message. */
  exchange(request: TtlvItem): Promise<TtlvItem>;
  close(): void;
}

/** The server closed the connection, did not answer in time, or could not be reached. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** More than any case is answered with; what would be longer is no answer. */
export const RESPONSE_BYTES_MAX = 16 * 1024 * 1024;
