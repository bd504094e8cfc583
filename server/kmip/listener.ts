import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import {
  createSecureContext,
  createServer as createTlsServer,
  type Server as TlsServer,
  type TlsOptions,
  type TLSSocket,
} from 'node:tls';
import type { Logger } from '../log/index.ts';
import type { RandomBytes } from '../randomness.ts';
import { Connection } from './connection.ts';
import type { ConnectionLimits, Conversation, ConversationOptions } from './conversation.ts';
import type { Dispatcher } from './dispatcher.ts';
import { FirstByte, type Protocols } from './first-byte.ts';
import type { HandshakePacing } from './handshake-pacing.ts';
import { HttpsServer } from './https-server.ts';
import { peerOf } from './peer.ts';
import type { Places } from './places.ts';
import { TICKET_KEYS_BYTES, tlsOptions, type ServerCertificate, type TlsSettings } from './tls-options.ts';
import type { Visits } from './visits.ts';

export interface ListenerLimits extends ConnectionLimits {
  readonly connectionsMax: number;
  readonly handshakeTimeoutMs: number;
}

/** What all ports of a server have in common. */
export interface Shared {
  readonly places: Places;
  readonly pacing: HandshakePacing;
}

export interface ListenerOptions extends Shared {
  readonly protocols: Protocols;
  readonly listen: { readonly host: string; readonly port: number };
  readonly tls: TlsSettings;
  readonly certificate: ServerCertificate;
  readonly limits: ListenerLimits;
  readonly dispatcher: Dispatcher;
  readonly visits: Visits;
  readonly randomBytes: RandomBytes;
  readonly log: Logger;
}

/** Connections over the limit that are still accepted, to be told that there are too many; beyond that they are cut. */
const OVER_LIMIT_SHARE = 0.1;
/** Connections that the kernel keeps waiting; thousands of hosts come back at once after a power cut. */
const BACKLOG = 4096;

/** KMIP over mutual TLS on one port, in HTTP requests and without, as its protocols say. */
export class Listener {
  readonly #options: ListenerOptions;
  /** Accepts connections, and hands each to `#tls` when its handshake may begin. */
  readonly #server: Server;
  readonly #tls: TlsServer;
  readonly #https = new HttpsServer();
  readonly #conversations = new Set<Conversation>();
  /** Every socket from its first byte, so that none can hold up the end. */
  readonly #sockets = new Set<Socket>();
  /** Those that have not ended their handshake. */
  readonly #handshakes = new Map<string, Socket>();

  constructor(options: ListenerOptions) {
    this.#options = options;
    const { certificate, limits } = options;
    this.#tls = createTlsServer({ ...this.#tlsOptions(certificate), allowHalfOpen: true });
    this.#server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, socket => this.#receive(socket));
    this.#server.maxConnections = Math.ceil(limits.connectionsMax * (1 + OVER_LIMIT_SHARE)) + 1;
    this.#tls.on('secureConnection', socket => {
      this.#handshakes.delete(otherEnd(socket));
      this.#accept(socket);
    });
    // A handshake that fails, or ends before it began, is everyday business of a port on a network. One that takes too long is
    // only reported by node:tls: it is ours to cut.
    this.#tls.on('tlsClientError', (error, socket) => {
      options.log.debug('a TLS handshake failed', { reason: error.message });
      this.#options.pacing.refused(sourceOf(socket));
      socket.destroy();
    });
    this.#server.on('drop', () =>
      options.log.warn('a connection was dropped', { connectionsMax: limits.connectionsMax }),
    );
  }

  /** Starts to accept; resolves with the address in use. Rejects when the port cannot be had. */
  start(): Promise<{ host: string; port: number }> {
    const { host, port } = this.#options.listen;
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host, port, backlog: BACKLOG }, () => {
        this.#server.off('error', reject);
        this.#server.on('error', error => this.#options.log.error('the listener failed', { error }));
        const address = this.#server.address() as AddressInfo;
        resolve({ host: address.address, port: address.port });
      });
    });
  }

  /**
   * Gives new connections another certificate, each of them: no session is resumed in which a client would see the old one.
   * Throws when certificate and key do not belong together; nothing has changed then.
   */
  useCertificate(certificate: ServerCertificate): void {
    const options = this.#tlsOptions(certificate);
    createSecureContext(options);
    this.#tls.setSecureContext(options);
  }

  /** Makes every session that was given out worthless: the next handshake of everybody is a full one. */
  forgetSessions(): void {
    this.#tls.setTicketKeys(this.#options.randomBytes(TICKET_KEYS_BYTES));
  }

  /** Accepts nothing more, lets messages under way finish for at most `timeoutMs`, then cuts what is left. */
  async stop(timeoutMs: number): Promise<void> {
    const closed = new Promise<void>(resolve => this.#server.close(() => resolve()));
    for (const socket of this.#handshakes.values()) socket.destroy();
    for (const conversation of this.#conversations) conversation.drain();
    const timer = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, timeoutMs);
    await closed;
    clearTimeout(timer);
  }

  #receive(socket: Socket): void {
    const end = otherEnd(socket);
    this.#sockets.add(socket);
    this.#handshakes.set(end, socket);
    socket.on('error', () => {}); // who goes while waiting, or within the handshake, says so by its end
    socket.once('close', () => {
      this.#sockets.delete(socket);
      if (this.#handshakes.get(end) === socket) this.#handshakes.delete(end);
    });
    const delayMs = this.#options.pacing.delayMs(sourceOf(socket));
    if (delayMs === undefined) socket.destroy();
    else if (delayMs === 0) this.#tls.emit('connection', socket);
    else {
      const turn = setTimeout(() => this.#tls.emit('connection', socket), delayMs);
      socket.once('close', () => clearTimeout(turn));
    }
  }

  #accept(socket: TLSSocket): void {
    const { limits, dispatcher, visits, places, pacing, log } = this.#options;
    socket.on('error', error => log.debug('a connection failed', { reason: error.message }));
    const peer = peerOf(socket);
    const visit = visits.arrive(peer, () => socket.destroy());
    const source = sourceOf(socket);
    void visit.arrived.then(() => {
      if (visit.standing) pacing.letIn(source);
      else if (visit.isRefusalNoted || peer === undefined) pacing.refused(source);
    });
    const client = peer?.fingerprint ?? 'none';
    const refusal = places.take(client);
    const conversation = this.#begin({ socket, visit, dispatcher, limits, log, refusal });
    this.#conversations.add(conversation);
    socket.once('close', () => {
      this.#conversations.delete(conversation);
      void visits.leave(visit);
      places.leave(client);
    });
  }

  #begin(options: ConversationOptions): Conversation {
    const { protocols, limits } = this.#options;
    const ttlv = () => new Connection(options);
    const https = () => this.#https.accept(options);
    if (protocols === 'both') return new FirstByte(options.socket, limits.idleTimeoutMs, { ttlv, https });
    return protocols === 'ttlv' ? ttlv() : https();
  }

  #tlsOptions(certificate: ServerCertificate): TlsOptions {
    const { tls, limits, randomBytes } = this.#options;
    return tlsOptions(tls, certificate, limits.handshakeTimeoutMs, randomBytes(TICKET_KEYS_BYTES));
  }
}

/** Tells connections of one port apart, by what node:tls has in common between a socket and the one that it wraps. */
const otherEnd = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress} ${remotePort}`;

/** Whose handshakes take turns together. */
const sourceOf = ({ remoteAddress }: Socket) => remoteAddress ?? '';
