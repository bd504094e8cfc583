import { HandshakePacing } from './handshake-pacing.ts';
import { Listener, type ListenerLimits, type ListenerOptions } from './listener.ts';
import { Places, type PlaceLimits } from './places.ts';
import type { ServerCertificate } from './tls-options.ts';

type Listen = ListenerOptions['listen'];

export interface ListenersOptions extends Omit<ListenerOptions, 'protocols' | 'places' | 'pacing'> {
  readonly limits: ListenerLimits & PlaceLimits;
  /** Whether KMIP in HTTP requests is answered, and where; without an address on the port of all others. */
  readonly https: { readonly enabled: boolean; readonly listen?: Listen | undefined };
}

export interface Addresses extends Listen {
  /** Where HTTPS is answered; undefined where it is not. */
  readonly httpsPort: number | undefined;
}

/** The ports on which a server answers KMIP: one, or one for TTLV and one for HTTPS. They share limits and certificate. */
export class Listeners {
  readonly #main: Listener;
  readonly #https: Listener | undefined;
  readonly #places: Places;
  readonly #isShared: boolean;

  constructor(options: ListenersOptions) {
    const { enabled, listen } = options.https;
    this.#isShared = enabled && listen === undefined;
    this.#places = new Places(options.limits);
    const common = { ...options, places: this.#places, pacing: new HandshakePacing(() => performance.now()) };
    this.#main = new Listener({ ...common, protocols: this.#isShared ? 'both' : 'ttlv' });
    this.#https = enabled && listen ? new Listener({ ...common, listen, protocols: 'https' }) : undefined;
  }

  /** Starts to accept; resolves with the addresses in use. Rejects when a port cannot be had; none is open then. */
  async start(): Promise<Addresses> {
    const address = await this.#main.start();
    try {
      const own = await this.#https?.start();
      return { ...address, httpsPort: this.#isShared ? address.port : own?.port };
    } catch (error) {
      await this.#main.stop(0);
      throw error;
    }
  }

  /** Connections that are open, beside handshakes. */
  get connections(): number {
    return this.#places.taken;
  }

  /**
   * Gives new connections another certificate, each of them: no session is resumed in which a client would see the old one.
   * Throws when certificate and key do not belong together; nothing has changed then.
   */
  useCertificate(certificate: ServerCertificate): void {
    for (const listener of this.#all) listener.useCertificate(certificate);
  }

  /** Makes every session that was given out worthless: the next handshake of everybody is a full one. */
  forgetSessions(): void {
    for (const listener of this.#all) listener.forgetSessions();
  }

  /** Accepts nothing more, lets messages under way finish for at most `timeoutMs`, then cuts what is left. */
  async stop(timeoutMs: number): Promise<void> {
    await Promise.all(this.#all.map(listener => listener.stop(timeoutMs)));
  }

  get #all(): readonly Listener[] {
    return this.#https ? [this.#main, this.#https] : [this.#main];
  }
}
