import { CodecError, registry, Tag, tagName, type TtlvItem } from '../../kmip-codec/index.ts';
import { compareResponse, type Difference } from './compare.ts';
import { Connection, type Identity, NoAnswer, type Target } from './connection.ts';
import { child, children, enumeration, everyItem, text } from './items.ts';
import { type Exchange, operationName, type TestCase, versionOf } from './test-case.ts';
import { bind, readWithVariables, rememberFields, UnboundVariable } from './variables.ts';

/** What a case leaves behind for the one that follows it, and for the cleaning up. */
export interface Traces {
  /** How the objects came to be, by Unique Identifier, in the order in which they were made. */
  readonly objects: Map<string, 'generated' | 'registered'>;
}

export interface Play {
  readonly target: Target;
  /** The identity of client 'A', 'B', ... of the case. */
  readonly identityOf: (client: string) => Identity;
  /** XML names of operations and object types that an answer to Query may not leave out. */
  readonly required: ReadonlySet<string>;
  readonly now: () => Date;
  readonly skewSeconds: number;
  /** How often a request is sent until its answer is as expected, where the case says to repeat it, and the pause between. */
  readonly repeatMax: number;
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
  const player = new Player(play, traces);
  try {
    for (const [index, exchange] of testCase.exchanges.entries()) {
      const failure = await player.play(exchange);
      if (failure) {
        const outcome = { failure: { ...failure, exchange: index }, exchangesPlayed: index + 1 };
        return { ...outcome, tolerances: player.tolerances };
      }
    }
    return { failure: undefined, exchangesPlayed: testCase.exchanges.length, tolerances: player.tolerances };
  } finally {
    player.close();
  }
}

class Player {
  readonly tolerances = new Set<string>();
  readonly #play: Play;
  readonly #traces: Traces;
  readonly #connections = new Map<string, Connection>();
  readonly #attributesSent: TtlvItem[] = [];
  readonly #latest = new Map<string, TtlvItem>();
  #bindings: ReadonlyMap<string, TtlvItem> = new Map();

  constructor(play: Play, traces: Traces) {
    this.#play = play;
    this.#traces = traces;
  }

  close(): void {
    for (const connection of this.#connections.values()) connection.close();
  }

  async play(exchange: Exchange): Promise<Omit<Failure, 'exchange'> | undefined> {
    const attempts = exchange.repeatUntil === undefined ? 1 : this.#play.repeatMax;
    for (let attempt = 1; ; attempt++) {
      const failure = await this.#attempt(exchange);
      if (!failure || attempt >= attempts) return failure;
      await new Promise(resolve => setTimeout(resolve, this.#play.repeatPauseMs));
    }
  }

  async #attempt(exchange: Exchange): Promise<Omit<Failure, 'exchange'> | undefined> {
    const expected = readWithVariables(exchange.response);
    let response: TtlvItem;
    let request: TtlvItem;
    try {
      request = bind(readWithVariables(exchange.request), this.#bindings, this.#latest, this.#play.now());
      response = await this.#connection(exchange.client).exchange(request);
    } catch (error) {
      if (error instanceof UnboundVariable) return problem('RequestMessage', 'a value for each variable', error);
      if (error instanceof NoAnswer || error instanceof CodecError)
        return problem('ResponseMessage', 'a response', error);
      throw error;
    }
    this.#attributesSent.push(...[...everyItem(request)].filter(item => item.tag === Tag.Attribute));
    this.#noteObjects(response);
    const facts = {
      version: versionOf(request),
      request,
      objects: this.#traces.objects,
      attributesSent: this.#attributesSent,
      required: this.#play.required,
    };
    const moment = { now: this.#play.now(), skewSeconds: this.#play.skewSeconds };
    const comparison = compareResponse(expected, response, this.#bindings, facts, moment);
    const difference = mostTelling(comparison.differences);
    if (difference) return { ...difference, serverSays: resultMessages(response) };
    this.#bindings = comparison.bindings;
    for (const id of comparison.tolerances) this.tolerances.add(id);
    rememberFields(response, this.#latest);
    return undefined;
  }

  #connection(client: string): Connection {
    const known = this.#connections.get(client);
    if (known) return known;
    const connection = new Connection(this.#play.target, this.#play.identityOf(client));
    this.#connections.set(client, connection);
    return connection;
  }

  /** The objects that a response names as made: by Register from what the client sent, by others from what the server chose. */
  #noteObjects(response: TtlvItem): void {
    for (const item of children(response).filter(each => each.tag === Tag.BatchItem)) {
      const operation = operationName(child(item, Tag.Operation));
      if (enumeration(child(item, Tag.ResultStatus)) !== registry.ResultStatus.values.Success[0]) continue;
      if (!MAKING.has(operation)) continue;
      for (const made of children(child(item, Tag.ResponsePayload))) {
        const uniqueIdentifier = IDENTIFIERS.has(made.tag) ? text(made) : undefined;
        if (uniqueIdentifier === undefined) continue;
        this.#traces.objects.set(uniqueIdentifier, operation === 'Register' ? 'registered' : 'generated');
      }
    }
  }
}

/** Operations whose response names a new object. */
const MAKING = new Set(['Create', 'CreateKeyPair', 'Register', 'ReKey', 'ReKeyKeyPair', 'DeriveKey', 'Certify']);
const IDENTIFIERS: ReadonlySet<number> = new Set([
  Tag.UniqueIdentifier,
  Tag.PrivateKeyUniqueIdentifier,
  Tag.PublicKeyUniqueIdentifier,
]);

/** The first difference; a count of batch items that is wrong because one failed says less than that one. */
const mostTelling = (differences: readonly Difference[]): Difference | undefined =>
  differences.find(({ path }) => !path.endsWith(`.${tagName(Tag.BatchCount)}`)) ?? differences[0];

const problem = (path: string, expected: string, error: Error) => ({
  path,
  expected,
  got: error.message,
  serverSays: '',
});

function resultMessages(response: TtlvItem): string {
  const items = children(response).filter(item => item.tag === Tag.BatchItem);
  return items.flatMap(item => text(child(item, Tag.ResultMessage)) ?? []).join('; ');
}
