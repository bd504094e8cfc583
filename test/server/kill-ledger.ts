import Sqlite from 'better-sqlite3';
import {
  AttributesItem,
  AttributeSet,
  customAttribute,
  decodeItemAs,
  Operation,
  ResultStatus,
  State,
  V1_4,
} from '../../kmip-codec/index.ts';
import { validateEvent, type AuditEvent, type PlainObject } from '../../server/audit/index.ts';
import { MARK, type Answered } from './kill-load.ts';
import { ChainCheck } from './log-chain.ts';

/** What the events say an object has become. */
interface Expected {
  state: number;
  /** Values of the custom attribute by Attribute Index. */
  readonly marks: Map<number, string>;
  /** Since the object was compared last. */
  isChanged: boolean;
}

interface EventRow {
  seq: number;
  id: string;
  action: string;
  outcome: string;
  json: string;
}
interface ObjectRow {
  uniqueIdentifier: string;
  state: number;
  revision: number;
  hasMaterial: 0 | 1;
}

/** The state reached by Destroy from each that allows it (2.1 §4.57). */
const DESTROYED = new Map<number, number>([
  [State.PreActive, State.Destroyed],
  [State.Deactivated, State.Destroyed],
  [State.Compromised, State.DestroyedCompromised],
]);

/**
 * Reads the log as an auditor would, works out from it what the objects must be, and holds that against the objects in the
 * database and against what clients were answered. It goes on where the last check ended. The database may be in use.
 */
export class Ledger {
  readonly #path: string;
  readonly #objects = new Map<string, Expected>();
  readonly #revisions = new Map<string, number>();
  readonly ids: string[] = [];
  readonly #chain = new ChainCheck();

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Everything that does not fit. `answered`: all that clients were answered since the last check; of the messages that they had
   * sent besides, at most `underWay` may have left events. `integrity`: whether SQLite looks at the whole file as well, which takes
   * longer each time.
   */
  check(answered: readonly Answered[], underWay: number, { integrity: isWhole = true } = {}): string[] {
    const database = new Sqlite(this.#path, { readonly: true, fileMustExist: true });
    try {
      const integrity = isWhole ? database.pragma('integrity_check', { simple: true }) : 'ok';
      const { events, problems } = this.#readEvents(database);
      return [
        ...(integrity === 'ok' ? [] : [`integrity_check: ${String(integrity)}`]),
        ...problems,
        ...this.#chain.problems(database),
        ...checkAnswers(answered, events, underWay),
        ...events.flatMap(event => this.#follow(event)),
        ...this.#compareObjects(database),
      ];
    } finally {
      database.close();
    }
  }

  /** How many objects, and how many of them in each state, so that a test can tell that something happened. */
  get states(): Map<number, number> {
    const counts = new Map<number, number>();
    for (const { state } of this.#objects.values()) counts.set(state, (counts.get(state) ?? 0) + 1);
    return counts;
  }

  /** Unique Identifier of every object that was not destroyed. */
  get living(): string[] {
    return [...this.#objects].filter(([, { state }]) => ![...DESTROYED.values()].includes(state)).map(([id]) => id);
  }

  #readEvents(database: Sqlite.Database): { events: AuditEvent[]; problems: string[] } {
    const problems: string[] = [];
    const rows = database
      .prepare<[number], EventRow>('SELECT seq, id, action, outcome, json FROM event WHERE seq > ? ORDER BY seq')
      .all(this.ids.length);
    const events = rows.map(({ seq, id, action, outcome, json }) => {
      const event = JSON.parse(json) as AuditEvent;
      this.ids.push(id);
      if (seq !== this.ids.length) problems.push(`event ${id} has seq ${seq}, ${this.ids.length} comes next`);
      if (event.id !== id || event.action !== action || event.outcome !== outcome)
        problems.push(`the columns of event ${id} differ from its JSON`);
      const invalid = validateEvent(event);
      if (invalid !== undefined) problems.push(`event ${id} is not valid: ${invalid}`);
      return event;
    });
    return { events: events.filter(({ dataEvent }) => dataEvent), problems };
  }

  #follow({ id, outcome, requestData, responseData }: AuditEvent): string[] {
    if (outcome !== 'success') return [];
    const uniqueIdentifier = String(responseData['uniqueIdentifier']);
    const operation = String(requestData['requestURI']).split('/').at(-1);
    const before = this.#objects.get(uniqueIdentifier);
    if (operation === 'Create') {
      if (before !== undefined) return [`event ${id}: ${uniqueIdentifier} was created before`];
      const mark = (requestData['attributes'] as PlainObject)[MARK];
      this.#objects.set(uniqueIdentifier, {
        state: State.PreActive,
        marks: new Map([[0, String(mark)]]),
        isChanged: true,
      });
      return [];
    }
    if (before === undefined) return [`event ${id}: ${operation} of ${uniqueIdentifier}, which was never created`];
    const stateBefore = State.names.show(before.state);
    if (!isPossible(before, operation, requestData, responseData))
      return [`event ${id}: ${operation} of ${uniqueIdentifier} succeeded in state ${stateBefore}`];
    return [];
  }

  /** Both ways: every object and each change of it has its event, every success event has its object and change. */
  #compareObjects(database: Sqlite.Database): string[] {
    const problems: string[] = [];
    const attributesOf = database
      .prepare<[string], Buffer>('SELECT attributes FROM managed_object WHERE unique_identifier = ?')
      .pluck();
    const rows = database
      .prepare<[], ObjectRow>(
        `SELECT unique_identifier AS uniqueIdentifier, state, revision,
          coalesce((SELECT wrapped <> zeroblob(length(wrapped)) FROM material WHERE number = material), 0) AS hasMaterial
         FROM managed_object`,
      )
      .all();
    const missing = new Set(this.#objects.keys());
    for (const { uniqueIdentifier, state, revision, hasMaterial } of rows) {
      missing.delete(uniqueIdentifier);
      const expected = this.#objects.get(uniqueIdentifier);
      if (expected === undefined) {
        problems.push(`${uniqueIdentifier} has no event of its creation`);
        continue;
      }
      const what = (found: unknown, wanted: unknown, name: string) => {
        if (found !== wanted)
          problems.push(`${uniqueIdentifier}: ${name} ${String(found)}, by its events ${String(wanted)}`);
      };
      what(State.names.show(state), State.names.show(expected.state), 'State');
      what(hasMaterial === 1, ![...DESTROYED.values()].includes(expected.state), 'has key material');
      if (!expected.isChanged && this.#revisions.get(uniqueIdentifier) === revision) continue;
      const attributes = new AttributeSet(decodeItemAs(AttributesItem, attributesOf.get(uniqueIdentifier)!, V1_4));
      const marks = attributes.all(customAttribute(MARK)).map(one => [one.index, String(one.value.value)] as const);
      what(shown(marks), shown(expected.marks), MARK);
      what(attributes.get(State), state, 'State among the attributes');
      expected.isChanged = false;
      this.#revisions.set(uniqueIdentifier, revision);
    }
    return [...problems, ...[...missing].map(id => `${id} was created by its events and is not there`)];
  }
}

/** Makes the change and says whether the object's state allows it. */
function isPossible(
  object: Expected,
  operation: string | undefined,
  requestData: PlainObject,
  responseData: PlainObject,
): boolean {
  const { state, marks } = object;
  const { [MARK]: mark, attributeIndex = 0 } = (responseData['attribute'] ?? {}) as PlainObject;
  object.isChanged = true;
  switch (operation) {
    case 'AddAttribute':
    case 'ModifyAttribute': {
      const isNew = !marks.has(Number(attributeIndex));
      marks.set(Number(attributeIndex), String(mark));
      return isNew === (operation === 'AddAttribute');
    }
    case 'DeleteAttribute':
      return marks.delete(Number(attributeIndex));
    case 'Activate':
      object.state = State.Active;
      return state === State.PreActive;
    case 'Revoke':
      if (requestData['revocationReasonCode'] === 'Key Compromise') {
        object.state = COMPROMISED.get(state) ?? state;
        return COMPROMISED.has(state);
      }
      object.state = State.Deactivated;
      return state === State.Active;
    case 'Destroy':
      object.state = DESTROYED.get(state) ?? state;
      return DESTROYED.has(state);
    default:
      return true;
  }
}

/** The state reached by Revoke for a compromise from each that allows it. */
const COMPROMISED = new Map<number, number>([
  [State.PreActive, State.Compromised],
  [State.Active, State.Compromised],
  [State.Deactivated, State.Compromised],
  [State.Destroyed, State.DestroyedCompromised],
]);

const shown = (marks: Iterable<readonly [number, string]>) =>
  [...marks]
    .sort(([a], [b]) => a - b)
    .map(([index, value]) => `${index}: ${value}`)
    .join(', ');

/** Every answered item has its one event, the events of a message are all there or none, and no others than those under way. */
function checkAnswers(answered: readonly Answered[], events: readonly AuditEvent[], underWay: number): string[] {
  const problems: string[] = [];
  const byMessage = new Map<string, AuditEvent[]>();
  for (const event of events) {
    const ofMessage = byMessage.get(event.correlationId);
    if (ofMessage) ofMessage.push(event);
    else byMessage.set(event.correlationId, [event]);
  }
  for (const [correlationId, ofMessage] of byMessage) {
    const positions = ofMessage.map(({ requestData }) => requestData['batchItem']).join();
    const count = Number(ofMessage[0]!.requestData['batchCount']);
    const wanted = Array.from({ length: count }, (_, i) => i + 1).join();
    if (positions !== wanted) problems.push(`message ${correlationId} has events of items ${positions} of ${count}`);
  }
  for (const { correlationId, items } of answered) {
    const ofMessage = byMessage.get(correlationId) ?? [];
    byMessage.delete(correlationId);
    if (ofMessage.length !== items.length)
      problems.push(`message ${correlationId} was answered with ${items.length} items, ${ofMessage.length} events`);
    items.forEach((item, position) => {
      const event = ofMessage[position];
      if (event === undefined) return;
      const asAnswered = described(
        Operation.names.xmlName(item.operation),
        item.status === ResultStatus.Success,
        item.reason ?? event.responseData['resultReason'],
        item.uniqueIdentifier ?? event.responseData['uniqueIdentifier'] ?? targetOf(event),
      );
      const { requestData, outcome, responseData } = event;
      const asRecorded = described(
        String(requestData['requestURI']).split('/').at(-1),
        outcome === 'success',
        responseData['resultReason'],
        targetOf(event),
      );
      if (asAnswered !== asRecorded) problems.push(`answered: ${asAnswered}; recorded: ${asRecorded}`);
    });
  }
  if (byMessage.size > underWay)
    problems.push(`${byMessage.size} messages have events and no answer, ${underWay} can have been under way`);
  return problems;
}

const targetOf = ({ target }: AuditEvent) => target.id.split(':').at(-1);

const described = (operation: unknown, isDone: boolean, reason: unknown, uniqueIdentifier: unknown) =>
  `${String(operation)} of ${String(uniqueIdentifier)} ${isDone ? 'succeeded' : `failed: ${String(reason)}`}`;
