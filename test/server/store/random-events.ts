import { allActions } from '../../../server/audit/index.ts';
import { canonicalJson } from '../../../server/chain/index.ts';
import type { EventFilter, KeptEvent } from '../../../server/store/index.ts';

/** Numbers from 0 to below 1 that look like chance; the same for the same seed. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

const ACTIONS = allActions.slice(0, 6).map(({ name }) => name);
const DIGEST = 'c0ffee'.repeat(10).padEnd(64, '0');
const INITIATORS = [
  'kmipd',
  'alice',
  'CertificateID-none',
  `CertificateID-${'ab'.repeat(32)}`,
  `CertificateID-${DIGEST}`,
];
const OUTCOMES = ['success', 'failure'];
const SEVERITIES = ['normal', 'warning', 'critical'];
const VAULTS = ['', 'prod', 'Prod Vault', 'été'];
const START = Date.parse('2026-11-20T22:00:00Z');
/** Among them what differs in case, form, length, or looks like an identifier or the beginning of one. */
const WORDS = [
  ...[
    'disk',
    'Disk-2',
    'DISKS',
    'Größe',
    'GRÖSSE',
    'ﬁle',
    'file',
    'Å',
    'İstanbul',
    '鍵管理',
    '👍 up',
    "o'clock",
    'a',
    'f',
    'b',
  ],
  ...[
    '20261123-0730',
    '20261123',
    '12345678-abcd-1',
    'deadbeefdeadbeef',
    'DEADBEEF',
    'deadbeefdeadbeefx',
    'x'.repeat(60),
  ],
  ...[`${'x'.repeat(45)}y`, '😀'.repeat(30), '𝒳'.repeat(50), '-', '...', DIGEST],
];

/** Events as unlike each other as they come; their columns are what their text says. `next` gives chance. */
export function randomEvents(next: () => number, count: number): KeptEvent[] {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  const hex = (digits: number) => Array.from({ length: digits }, () => Math.floor(next() * 16).toString(16)).join('');
  const uuid = () => [8, 4, 4, 4, 12].map(hex).join('-');
  const keys = Array.from({ length: 40 }, uuid);
  const targets = [...keys, '', 'log', 'Prod Vault', '-'];
  let correlationId = uuid();
  return Array.from({ length: count }, (_, index) => {
    if (next() < 0.6) correlationId = uuid();
    // Several processes write, so that times are not quite in order.
    const time = new Date(START + index * 40_000 + Math.floor(next() * 1_200_000));
    const [id, action, outcome, initiator] = [
      uuid(),
      pick(ACTIONS),
      next() < 0.9 ? 'success' : 'failure',
      pick(INITIATORS),
    ];
    const [severity, target, vault] = [pick(SEVERITIES), pick(targets), pick(VAULTS)];
    const event = {
      ...{ id, action, outcome, severity, correlationId, typeURI: 'http://hidden/word', eventTime: 'hiddentime' },
      initiator: { id: initiator, name: pick(WORDS), typeURI: 'hidden' },
      target: { id: `crn:v1::key:${target}`, name: pick(WORDS), typeURI: 'hidden' },
      message: `Service: do ${pick(WORDS)} ${pick(WORDS)}`,
      requestData: {
        vault,
        number: Math.floor(next() * 500),
        numbered: `n${Math.floor(next() * 400)}`,
        typeURI: pick(WORDS),
      },
      responseData: { list: [{ deep: pick(WORDS) }, true, null, 0.5], digest: hex(64) },
    };
    const kept = { id, time, action, outcome, severity, initiator, target, vault, correlationId };
    return { ...kept, json: canonicalJson(event) };
  });
}

/** A filter that some of the events meet, or none. */
export function randomFilter(next: () => number, events: readonly KeptEvent[]): EventFilter {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  const some = <T>(list: readonly T[]) => Array.from({ length: 1 + Math.floor(next() * 2) }, () => pick(list));
  const [one, other] = [pick(events), pick(events)];
  const [since, until] = [one.time, other.time].sort((a, b) => a.getTime() - b.getTime()) as [Date, Date];
  const parts: (() => EventFilter)[] = [
    () => (next() < 0.5 ? { since, until } : next() < 0.5 ? { since } : { until }),
    () => ({ actions: some([...ACTIONS, 'unknown']) }),
    () => ({ initiators: some([...INITIATORS, 'unknown']) }),
    () => ({ outcomes: some(OUTCOMES) }),
    () => ({ severities: some([...SEVERITIES, 'unknown']) }),
    () => ({ target: pick([one.target, other.target, 'unknown', '']) }),
    () => ({ vault: pick([...VAULTS, 'unknown']) }),
    () => ({ correlationId: pick([one.correlationId, 'unknown']) }),
    () => ({
      text: some([...WORDS, one.target, ...textsOf(one), ...textsOf(other)])
        .map(word => cut(next, word))
        .join(' '),
    }),
  ];
  const chosen = some(parts).concat(next() < 0.2 ? some(parts) : []);
  return next() < 0.02 ? {} : Object.assign({}, ...chosen.map(part => part()));
}

const textsOf = ({ id, correlationId, json }: KeptEvent) => [
  ...[id, correlationId, id.slice(0, 8), id.slice(4)],
  ...['n1', 'n', 'hidden', 'hiddentime', 'message', 'true', '0.5', 'service', 'certificateid', 'crn:v1'],
  ...json.split(/[^\p{L}\p{N}]+/u).filter(word => word !== ''),
];

/** The beginning of a word, or all of it; in some other case. */
function cut(next: () => number, word: string): string {
  const characters = [...word];
  const part = next() < 0.5 ? word : characters.slice(0, 1 + Math.floor(next() * characters.length)).join('');
  return next() < 0.7 ? part : next() < 0.5 ? part.toUpperCase() : part.toLowerCase();
}

/** What the store's contract says of filters, said plainly: nothing of the store's own is used. */
export function meetsFilter(event: KeptEvent, filter: EventFilter): boolean {
  const isOneOf = (list: readonly string[] | undefined, value: string) => list === undefined || list.includes(value);
  const is = (wanted: string | undefined, value: string) => wanted === undefined || wanted === value;
  return (
    event.time.getTime() >= (filter.since?.getTime() ?? -Infinity) &&
    event.time.getTime() <= (filter.until?.getTime() ?? Infinity) &&
    isOneOf(filter.actions, event.action) &&
    isOneOf(filter.initiators, event.initiator) &&
    isOneOf(filter.outcomes, event.outcome) &&
    isOneOf(filter.severities, event.severity) &&
    is(filter.target, event.target) &&
    is(filter.vault, event.vault) &&
    is(filter.correlationId, event.correlationId) &&
    (filter.text === undefined || hasText(event.json, filter.text))
  );
}

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const WHOLE_UUID = new RegExp(`(?<![\\p{L}\\p{N}\\p{M}])${UUID}(?![\\p{L}\\p{N}\\p{M}])`, 'gu');

const remembered = new Map<string, readonly string[]>();

function hasText(json: string, text: string): boolean {
  let words = remembered.get(json);
  if (!words) remembered.set(json, (words = valuesOf(JSON.parse(json)).flatMap(wordsOf)));
  const begins = (beginning: string) => words.some(word => word.startsWith(beginning));
  return text
    .split(/\s+/)
    .every(piece => (isBeginOfUuid(piece) && begins(piece.toLowerCase())) || wordsOf(piece).every(begins));
}

function valuesOf({ typeURI: _, eventTime: __, initiator, target, ...rest }: Record<string, object>): string[] {
  const shown = [rest, { ...initiator, typeURI: null }, { ...target, typeURI: null }];
  const values: string[] = [];
  JSON.stringify(shown, (_name, value: unknown) => {
    if (value !== null && typeof value !== 'object') values.push(String(value));
    return value;
  });
  return values;
}

function wordsOf(text: string): string[] {
  const folded = text.normalize('NFKC').toLowerCase().normalize('NFKC');
  const runs = folded.replace(WHOLE_UUID, ' ').split(/[^\p{L}\p{N}\p{M}]+/u);
  return [...(folded.match(WHOLE_UUID) ?? []), ...runs.filter(run => run !== '')];
}

/** Longer than its first group, shorter than all. */
function isBeginOfUuid(piece: string): boolean {
  const rest = '00000000-0000-0000-0000-000000000000'.slice(piece.length);
  return piece.length > 8 && rest !== '' && new RegExp(`^${UUID}$`).test(piece.toLowerCase() + rest);
}
