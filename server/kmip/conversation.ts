import type { TLSSocket } from 'node:tls';
import type { Logger } from '../log/index.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Visit } from './visits.ts';

export interface ConnectionLimits {
  readonly messageBytesMax: number;
  /** Longest silence between two messages. */
  readonly idleTimeoutMs: number;
  /** From the first byte of a message to its last, and for the peer to take an answer. */
  readonly requestTimeoutMs: number;
}

/** One client's connection after its handshake, and who answers it. */
export interface ConversationOptions {
  readonly socket: TLSSocket;
  readonly visit: Visit;
  readonly dispatcher: Dispatcher;
  readonly limits: ConnectionLimits;
  readonly log: Logger;
  /** Why this connection may not be served, told to it with its first message; undefined when it may. */
  readonly refusal: string | undefined;
}

/** What is spoken on one connection, whichever protocol it is. */
export interface Conversation {
  /** Ends the connection, once a message that has begun to come is answered. */
  drain(): void;
}

/** A peer that was told that the connection ends has this long to end its side. */
const CLOSE_MS = 2000;

/** Ends our side. What still comes is thrown away: bytes left unread would make the peer lose the last answer. */
export function sayGoodBye(socket: TLSSocket): void {
  const timer = setTimeout(() => socket.destroy(), CLOSE_MS);
  socket.once('close', () => clearTimeout(timer));
  socket.removeAllListeners('data').end();
  socket.resume();
}
