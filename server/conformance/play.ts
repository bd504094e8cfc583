import { CodecError, Tag, tagName, type TtlvItem, type XmlElement } from '../../kmip-codec/index.ts';
import { type AttributeItem, attributesIn } from './attribute-items.ts';
import { compareResponse, type Difference } from './compare.ts';
import { type Channel, type Identity, NoAnswer, type Target } from './channel.ts';
import { isStillPending, isUnsupportedAid, objectsMade, resultMessages, type Sent } from './responses.ts';
import { type Exchange, type TestCase, versionOf } from './test-case.ts';
import { UNSUPPORTED_AID } from './tolerances.ts';
import { userOf } from './users.ts';
import {
  bind,
  latestMoment,
  readWithVariables,
  rememberFields,
  sameValue,
  type Template,
  UnboundVariable,
} from './variables.ts';
import { openChannel, type Way } from './ways.ts';

/** What a case leaves behind for the one that follows it, and for the cleaning up. */
export interface Traces {
  /** How the objects came to be, by Unique Identifier, in the order in which they were made. */
  readonly objects: Map<string, 'generated' | 'registered'>;
}

export interface Play {
  readonly target: Target;
  readonly way: Way;
  /** The identity of client 'A', 'B', ... of the case; `user`: the name in the Credential of the request, if it has one. */
  readonly identityOf: (client: string, user: string | undefined) => Identity;
  /** XML names of operations and object types that an answer to Query may not leave out. */
  readonly required: ReadonlySet<string>;
  readonly now: () => Date;
  readonly skewSeconds: number;
  /** How long a request is repeated until its answer is as expected, and the pause between two. */
  readonly repeatMs: number;
  readonly repeatPauseMs: number;
}

/** How a case went. */
export interface Outcome {
  /** Undefined when every response was as expected. */
  readonly failure: Failure | undefined;
  readonly exchangesPlayed: number;
  readonly tolerances: ReadonlySet<string>;
}
export interface Failure extends Difference {
  /** Counted from 0. */
  readonly exchange: number;
  /** Result Messages of the response. */
  readonly serverSays: string;
}

/** Plays the exchanges in order, up to the first that fails. Never throws for what a server does. */
export async function playCase(testCase: TestCase, play: Play, traces: Traces): Promise<Outcome> {
  const { exchanges } = testCase;
  const player = new Player(play, traces, hurryOf(exchanges, play.repeatMs));
  try {
    for (let index = 0; index < exchanges.length; index++) {
      const { failure, isNextDone } = await player.play(exchanges[index]!, exchanges[index + 1]);
      if (failure) {
        const outcome = { failure: { ...failure, exchange: index }, exchangesPlayed: index + 1 };
        return { ...outcome, tolerances: player.tolerances };
      }
      if (isNextDone) index++;
    }
    return { failure: undefined, exchangesPlayed: exchanges.length, tolerances: player.tolerances };
  } finally {
    player.close();
  }
}

/**
 * By how much the times to come in a case are brought nearer, at most 1: a case that waits for one must reach it within
 * half of the time for which a request is repeated.
 */
function hurryOf(exchanges: readonly Exchange[], repeatMs: number): number {
  if (exchanges.every(({ repeatUntil }) => repeatUntil === undefined)) return 1;
  const messages = exchanges.flatMap(({ request, response }) => [request, response]);
  return Math.min(1, repeatMs / 2000 / Math.max(1, ...messages.map(latestMoment)));
}

type Problem = Omit<Failure, 'exchange'>;
class Player {
  readonly tolerances = new Set<string>();
  readonly #play: Play;
  readonly #traces: Traces;
  readonly #channels = new Map<string, Channel>();
  readonly #attributesSent: AttributeItem[] = [];
  readonly #latest = new Map<string, TtlvItem>();
  #bindings: ReadonlyMap<string, TtlvItem> = new Map();

  readonly #hurry: number;

  constructor(play: Play, traces: Traces, hurry: number) {
    this.#play = play;
    this.#traces = traces;
    this.#hurry = hurry;
  }

  close(): void {
    for (const channel of this.#channels.values()) channel.close();
  }

  /**
   * One exchange. One that the case says to repeat, and whose request the next one sends again, is repeated until the answer
   * is that of the next, which is then done as well.
   */
  async play(exchange: Exchange, next: Exchange | undefined): Promise<{ failure?: Problem; isNextDone?: true }> {
    const end = this.#play.now().getTime() + this.#play.repeatMs;
    for (;;) {
      const sent = await this.#send(exchange);
      if ('problem' in sent) return { failure: sent.problem };
      if (exchange.repeatUntil !== undefined && next && this.#isSameRequest(next, sent.request)) {
        if (!this.#judge(next, sent)) return { isNextDone: true };
        const failure = this.#judge(exchange, sent);
        if (failure) return { failure };
        // Once the time is over, what the next exchange expects decides.
        if (this.#play.now().getTime() >= end) return {};
      } else {
        const failure = this.#judge(exchange, sent);
        const mayRepeat = exchange.repeatUntil !== undefined || isStillPending(sent);
        if (!failure || !mayRepeat || this.#play.now().getTime() >= end) return failure ? { failure } : {};
      }
      await new Promise(resolve => setTimeout(resolve, this.#play.repeatPauseMs));
    }
  }

  #isSameRequest(exchange: Exchange, request: TtlvItem): boolean {
    const other = bind(this.#read(exchange.request), this.#bindings, this.#latest, this.#play.now());
    return sameValue(request, other);
  }

  #read = (message: XmlElement): Template => readWithVariables(message, this.#hurry);

  async #send(exchange: Exchange): Promise<Sent | { problem: Problem }> {
    try {
      const request = bind(this.#read(exchange.request), this.#bindings, this.#latest, this.#play.now());
      const response = await this.#channel(exchange.client, userOf(request)?.name).exchange(request);
      this.#attributesSent.push(...attributesIn(request));
      for (const [made, origin] of objectsMade(response)) this.#traces.objects.set(made, origin);
      return { request, response };
    } catch (error) {
      if (error instanceof UnboundVariable) {
        return { problem: problem('RequestMessage', 'a value for each variable', error) };
      }
      if (error instanceof NoAnswer || error instanceof CodecError) {
        return { problem: problem('ResponseMessage', 'a response', error) };
      }
      throw error;
    }
  }

  /** What is wrong with the response. If nothing is, what it told is kept. */
  #judge(exchange: Exchange, { request, response }: Sent): Problem | undefined {
    if (isUnsupportedAid({ request, response })) {
      this.tolerances.add(UNSUPPORTED_AID);
      return undefined;
    }
    const facts = {
      version: versionOf(request),
      request,
      objects: this.#traces.objects,
      attributesSent: this.#attributesSent,
      required: this.#play.required,
    };
    const moment = { now: this.#play.now(), skewSeconds: this.#play.skewSeconds };
    const comparison = compareResponse(this.#read(exchange.response), response, this.#bindings, facts, moment);
    const difference = mostTelling(comparison.differences);
    if (difference) return { ...difference, serverSays: resultMessages(response) };
    this.#bindings = comparison.bindings;
    for (const id of comparison.tolerances) this.tolerances.add(id);
    rememberFields(response, this.#latest);
    return undefined;
  }

  /** Clients of different letters have connections of their own, also where they show the same certificate. */
  #channel(client: string, user: string | undefined): Channel {
    const { target, way, identityOf } = this.#play;
    const identity = identityOf(client, user);
    const key = `${client} ${identity.cert}`;
    const known = this.#channels.get(key);
    if (known) return known;
    const channel = openChannel(way, target, identity);
    this.#channels.set(key, channel);
    return channel;
  }
}

/** The first difference; a count of batch items that is wrong because one failed says less than that one. */
const mostTelling = (differences: readonly Difference[]): Difference | undefined =>
  differences.find(({ path }) => !path.endsWith(`.${tagName(Tag.BatchCount)}`)) ?? differences[0];

const problem = (path: string, expected: string, error: Error) => ({
  path,
  expected,
  got: error.message,
  serverSays: '',
});
