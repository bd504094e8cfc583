import { setTimeout as delay } from 'node:timers/promises';
import type { DeliveredEvent, Sink, Taken } from '../audit/index.ts';
import { type LinkTiming, type Receiver, SyslogLink } from './syslog-link.ts';
import { syslogFrame, syslogMessage } from './syslog-message.ts';
import type { SyslogSinkSetting } from '../settings/index.ts';

export interface SyslogOptions {
  readonly name: string;
  /** The text of an event: MSG. */
  readonly format: (event: DeliveredEvent) => string;
  /** Configured name of the service: HOSTNAME. */
  readonly serviceName: string;
  readonly timing?: Partial<SyslogTiming>;
}

/** In milliseconds, and bytes. */
export interface SyslogTiming extends LinkTiming {
  /** From the first message on a connection to its end, and after how many bytes it is ended before that. */
  readonly turnMs: number;
  readonly turnBytes: number;
  /** Silence before an end: an end that the receiver has sent on its own account has arrived by then. */
  readonly quietMs: number;
  /** How long a receiver must live on after it has read messages, so that it has put them where it keeps them. */
  readonly settleMs: number;
  /** How long `close` may take. */
  readonly closeMs: number;
}

const TIMING: SyslogTiming = {
  ...{ stallMs: 10_000, endMs: 30_000, closeMs: 1_800 },
  ...{ turnMs: 2_000, turnBytes: 4 * 1024 * 1024, quietMs: 100, settleMs: 1_000 },
};

/**
 * Sends events to a syslog receiver: RFC 5424 over TLS (RFC 5425) or TCP with octet counting (RFC 6587 §3.4.1).
 *
 * Nothing in syslog says what has arrived, and what the operating system has taken is lost when the receiver dies. So connections
 * take turns: one carries messages for `turnMs`, then the next is opened and the old one ended. A receiver that answers the end has
 * read all. The next connection vouches for it: when that is ended in its turn, at least `settleMs` later, and answered, the same
 * receiver has been alive all the time. What the old one carried is safe then. When a connection breaks, what is not safe comes again.
 *
 * Not seen: a receiver that loses messages which it has read and had `settleMs` to keep.
 */
export function syslogSink(setting: SyslogSinkSetting & { readonly port: number }, options: SyslogOptions): Sink {
  const { transport = 'tls', serverName = setting.host, facility = 13 } = setting;
  const { name, format, serviceName } = options;
  const turns = new Turns({ ...setting, transport, serverName }, { ...TIMING, ...options.timing });
  const frameOf = (event: DeliveredEvent) =>
    syslogFrame(syslogMessage(event, format(event), { facility, serviceName }));
  return {
    name,
    async deliver(events, signal): Promise<Taken> {
      const last = events.at(-1);
      if (last) await turns.send(Buffer.concat(events.map(frameOf)), last.seq, signal);
      return { safeUpTo: turns.safeUpTo() };
    },
    safeUpTo: () => turns.safeUpTo(),
    close: () => turns.close(),
  };
}

/** Connections that follow one another without a gap: each is opened before the one before it is ended. */
class Turns {
  readonly #receiver: Receiver;
  readonly #timing: SyslogTiming;
  /** All that are open: two during a turn. */
  readonly #open = new Set<SyslogLink>();
  #link: SyslogLink | undefined;
  /** What the link has carried: seq of its last message, 0 if none, and bytes. */
  #carried = { seq: 0, bytes: 0 };
  /** Last messages of connections whose end was answered, and when, by `performance.now()`: not yet safe. */
  #read: { readonly seq: number; readonly atMs: number }[] = [];
  #safe = 0;
  /** Why messages may be lost; nobody was told yet. */
  #problem: { readonly error: unknown } | undefined;
  /** Since the last failure nothing has become safe: a receiver that takes and never reads is not sent one batch after the other. */
  #isDoubtful = false;
  /** Aborts when all is begun anew. */
  #beginning = new AbortController();
  #turn: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(receiver: Receiver, timing: SyslogTiming) {
    this.#receiver = receiver;
    this.#timing = timing;
  }

  /** Throws, once, when messages that are not safe may be lost. */
  safeUpTo(): number {
    const problem = this.#problem;
    this.#problem = undefined;
    if (problem) throw problem.error;
    return this.#safe;
  }

  /** Resolves when the frames, up to that of message `seq`, are on their way. Rejects, and begins anew, when they may be lost. */
  async send(frames: Buffer, seq: number, signal?: AbortSignal): Promise<void> {
    const abandon = () => this.#fail(signal?.reason);
    signal?.addEventListener('abort', abandon);
    try {
      await this.#turn;
      this.safeUpTo();
      const link = (this.#link ??= await this.#openLink());
      signal?.throwIfAborted();
      // Before the write: part of it may be on its way when it fails.
      if (this.#carried.seq === 0) this.#turnAfter(this.#timing.turnMs);
      this.#carried = { seq, bytes: this.#carried.bytes + frames.length };
      await link.write(frames);
      if (this.#isDoubtful) await this.#prove();
      else if (this.#carried.bytes >= this.#timing.turnBytes) await this.#takeTurn();
    } catch (error) {
      this.#fail(error);
      this.#problem = undefined;
      throw error;
    } finally {
      signal?.removeEventListener('abort', abandon);
    }
  }

  /** Lets the receiver read what was sent and prove it, within `closeMs`; then there is no connection any more. */
  async close(): Promise<void> {
    const late = setTimeout(() => this.#fail(new Error('the receiver was not done in time')), this.#timing.closeMs);
    try {
      await this.#turn;
      await this.#prove();
    } finally {
      clearTimeout(late);
      this.#reset();
    }
  }

  /** Takes turns until all is safe, or has failed; then there is no connection any more. */
  async #prove(): Promise<void> {
    while (this.#link) {
      if (this.#carried.seq === 0) await this.#pause(this.#timing.settleMs);
      await this.#takeTurn();
    }
  }

  #turnAfter(timeMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#takeTurn(), timeMs).unref();
  }

  /** One at a time. Never rejects: what went wrong is kept in `#problem`. */
  #takeTurn(): Promise<void> {
    clearTimeout(this.#timer);
    this.#turn = this.#turn.then(() => this.#changeLinks()).catch((error: unknown) => this.#fail(error));
    return this.#turn;
  }

  async #changeLinks(): Promise<void> {
    const old = this.#link;
    if (!old) return;
    const { quietMs, settleMs } = this.#timing;
    const { seq } = this.#carried;
    const next = seq === 0 ? undefined : await this.#openLink();
    await this.#pause(quietMs);
    await old.finish();
    // Some connection has broken meanwhile: there is nothing to go on from.
    if (this.#link !== old) return;
    this.#open.delete(old);
    const atMs = performance.now();
    for (let first = this.#read[0]; first && first.atMs + settleMs <= atMs; first = this.#read[0]) {
      this.#safe = first.seq;
      this.#isDoubtful = false;
      this.#read.shift();
    }
    if (seq > 0) this.#read.push({ seq, atMs });
    this.#link = next;
    this.#carried = { seq: 0, bytes: 0 };
    if (next) this.#turnAfter(settleMs);
  }

  /** Ends early when all is begun anew. */
  async #pause(timeMs: number): Promise<void> {
    await delay(timeMs, undefined, { signal: this.#beginning.signal }).catch(() => {});
  }

  async #openLink(): Promise<SyslogLink> {
    const { signal } = this.#beginning;
    const link = await SyslogLink.open(this.#receiver, this.#timing);
    if (signal.aborted) {
      link.destroy();
      throw new Error('another connection has broken');
    }
    this.#open.add(link);
    link.onBroken(error => this.#open.has(link) && this.#fail(error));
    return link;
  }

  /** What is not safe comes again. Where there is no such thing, only the connection is gone. */
  #fail(error: unknown): void {
    if (this.#carried.seq > 0 || this.#read.length > 0) this.#problem ??= { error };
    this.#isDoubtful = true;
    this.#reset();
  }

  #reset(): void {
    this.#beginning.abort();
    this.#beginning = new AbortController();
    clearTimeout(this.#timer);
    for (const link of this.#open) link.destroy();
    this.#open.clear();
    this.#link = undefined;
    this.#carried = { seq: 0, bytes: 0 };
    this.#read = [];
  }
}
