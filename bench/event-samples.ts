import { buildEvent, type Occurrence, serviceIdentity, toKept } from '../server/audit/index.ts';
import type { KeptEvent } from '../server/store/index.ts';

/** Events of a month, as a few dozen clients make them. The same at each run. */
export interface EventSamples {
  /** The `index`th event, from 0; in the order of time. */
  event(index: number): KeptEvent;
  /** What there is to filter by: of each sort something that many events have, and something that few have. */
  readonly initiators: { readonly common: string; readonly rare: string };
  readonly vaults: { readonly common: string; readonly rare: string };
  readonly start: Date;
}

const START = new Date('2026-10-24T00:00:00Z');
const MONTH_MS = 30 * 24 * 3600 * 1000;
/** Names of clients and shares of the events that they make; the last makes one in fifty thousand. */
const CLIENTS = 24;
const RARE_SHARE = 50_000;
/** A message has one or two batch items. */
const BATCH = 2;
const KEYS = 50_000;

const OUTCOME_NOT_FOUND = {
  ok: false,
  cause: 'not found',
  resultReason: 'Object Not Found',
  detail: 'no managed object has this Unique Identifier',
  reasonForFailure: 'The vault holds no managed object with this Unique Identifier; look for it with Locate.',
} as const;
const OUTCOME_WRONG_STATE = {
  ok: false,
  cause: 'conflict',
  resultReason: 'Wrong Key Lifecycle State',
  detail: 'the state is Active, must be Pre-Active',
  reasonForFailure: 'Only a key in the state Pre-Active can be activated.',
} as const;
type Kind = readonly [share: number, operation: NonNullable<Occurrence['operation']>, outcome?: Occurrence['outcome']];
const KINDS: readonly Kind[] = [
  [550, 'Get'],
  [170, 'GetAttributes'],
  [80, 'Create'],
  [70, 'Activate'],
  [60, 'Locate'],
  [20, 'ModifyAttribute'],
  [15, 'Revoke'],
  [10, 'Destroy'],
  [20, 'Get', OUTCOME_NOT_FOUND],
  [5, 'Activate', OUTCOME_WRONG_STATE],
];

/** What is put in place of these in the text of a template. */
const [ID, KEY, CORRELATION] = [1, 2, 3].map(digit => `${String(digit).repeat(8)}-0000-4000-8000-000000000000`) as [
  string,
  string,
  string,
];
const TIME = new Date('2001-01-01T00:00:00.00Z');
const TIME_TEXT = '2001-01-01T00:00:00.00';
const PARTS = new RegExp(`(${ID}|${KEY}|${CORRELATION}|${TIME_TEXT})`);

export function eventSamples(count: number): EventSamples {
  const templates = KINDS.map(kind => Array.from({ length: CLIENTS }, (_, client) => templateOf(kind, client)));
  const kinds = KINDS.flatMap(([share], index) => Array.from({ length: share }, () => index));
  return {
    event(index) {
      const random = hash(index);
      const kind = kinds[random % kinds.length]!;
      const client =
        index % RARE_SHARE === 777
          ? CLIENTS - 1
          : Math.floor((((random >>> 10) % 997) ** 2 / 997 ** 2) * (CLIENTS - 1));
      const { kept, parts } = templates[kind]![client]!;
      const time = new Date(START.getTime() + Math.floor((index / count) * MONTH_MS));
      const values = new Map([
        [ID, uuid(index, 11)],
        [KEY, uuid(random % KEYS, 12)],
        [CORRELATION, uuid(Math.floor(index / BATCH), 13)],
        [TIME_TEXT, time.toISOString().slice(0, 22)],
      ]);
      const put = (text: string) => values.get(text) ?? text;
      return {
        ...kept,
        ...{ time, id: put(ID), target: put(kept.target), correlationId: put(CORRELATION) },
        json: parts.map(put).join(''),
      };
    },
    initiators: { common: initiatorOf(0), rare: initiatorOf(CLIENTS - 1) },
    vaults: { common: vaultOf(0), rare: vaultOf(CLIENTS - 1) },
    start: START,
  };
}

function templateOf([, operation, outcome = { ok: true }]: Kind, client: number) {
  const isListing = operation === 'Locate';
  const event = buildEvent(
    {
      ...{ id: ID, time: TIME, operation, version: '1.4', outcome, correlationId: CORRELATION },
      initiator: { id: initiatorOf(client), name: `vcenter-${client}` },
      ...(!isListing && { uniqueIdentifier: KEY }),
      ...{ batchItem: 1, batchCount: BATCH },
      requestData: {
        vault: vaultOf(client),
        ...(isListing
          ? { maximumItems: 10, attributes: { name: `key-of-vm-${client}`, objectType: 'SymmetricKey' } }
          : { uniqueIdentifier: KEY }),
        ...(operation === 'Create' && {
          attributes: { cryptographicAlgorithm: 'AES', cryptographicLength: 256, name: `vm-${client}-disk` },
        }),
      },
      responseData: outcome.ok && !isListing ? { uniqueIdentifier: KEY, objectType: 'SymmetricKey' } : {},
    },
    serviceIdentity(),
  );
  if (!event) throw new Error(`${operation} makes no event`);
  const kept = toKept(event);
  return { kept, parts: kept.json.split(PARTS) };
}

const initiatorOf = (client: number) =>
  `CertificateID-${hash(client + 1)
    .toString(16)
    .padStart(8, '0')
    .repeat(8)}`;
const vaultOf = (client: number) => (client === CLIENTS - 1 ? 'archive' : `vault-${client % 5}`);

/** A UUID that depends on the number and its sort only. */
function uuid(number: number, sort: number): string {
  const hex = [1, 2, 3, 4]
    .map(part =>
      hash(number * 64 + sort + part * 17_000_003)
        .toString(16)
        .padStart(8, '0'),
    )
    .join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** 32 bits that look like chance. */
function hash(number: number): number {
  let bits = Math.imul((number ^ Math.floor(number / 2 ** 32)) + 0x9e3779b9, 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 15), 0xc2b2ae35);
  bits = Math.imul(bits ^ (bits >>> 13), 0x27d4eb2f);
  return (bits ^ (bits >>> 16)) >>> 0;
}
