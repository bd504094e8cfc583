/** Members of an event whose values are the same in all of its kind, or are asked for by other filters. */
const LEFT_OUT = new Set([
  'typeURI',
  'eventType',
  'eventTime',
  'observer',
  'credential',
  'dataEvent',
  'saveServiceCopy',
]);
/** Members whose own members may be left out too; what stands in payloads is the clients' and never is. */
const FRAMES = new Set(['initiator', 'target']);

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const ASCII_ONLY = /^[\0-\x7f]*$/;
const ASCII_WORDS = new RegExp(`${UUID}(?![a-z0-9])|[a-z0-9]+`, 'g');
const WORDS = new RegExp(`${UUID}(?![\\p{L}\\p{N}\\p{M}])|[\\p{L}\\p{N}\\p{M}]+`, 'gu');
/** The first 9 to 35 characters of a UUID. */
const BEGIN_OF_UUID =
  /^[0-9a-f]{8}-(?:[0-9a-f]{0,4}|[0-9a-f]{4}-(?:[0-9a-f]{0,4}|[0-9a-f]{4}-(?:[0-9a-f]{0,4}|[0-9a-f]{4}-[0-9a-f]{0,11})))$/;

/**
 * The words of an event, without repetition: of its values, not of the names of its members. A word is a UUID, or a run of letters
 * and digits outside of one; in lower case and compatibility form (NFKC). `json` is the event's.
 */
export function wordsOfEvent(json: string): Set<string> {
  const texts: string[] = [];
  gather(JSON.parse(json), texts, LEFT_OUT);
  return new Set(wordsIn(texts.join('\n')));
}

function gather(value: unknown, texts: string[], leftOut: ReadonlySet<string> | undefined): void {
  if (typeof value === 'string') texts.push(value);
  else if (typeof value !== 'object') texts.push(String(value));
  else if (Array.isArray(value)) for (const item of value) gather(item, texts, undefined);
  else if (value !== null) {
    for (const name in value) {
      if (leftOut?.has(name)) continue;
      gather((value as Record<string, unknown>)[name], texts, leftOut && FRAMES.has(name) ? LEFT_OUT : undefined);
    }
  }
}

function wordsIn(text: string): readonly string[] {
  const isAscii = ASCII_ONLY.test(text);
  const folded = isAscii ? text.toLowerCase() : text.normalize('NFKC').toLowerCase().normalize('NFKC');
  return folded.match(isAscii ? ASCII_WORDS : WORDS) ?? [];
}

/**
 * What a text asks for: of each item, one of its alternatives; of an alternative, that each is the beginning of a word of the event.
 * `20261123-07` may begin a UUID, or be two words.
 */
export type TextQuery = readonly (readonly (readonly string[])[])[];

export function textQuery(text: string): TextQuery {
  return text.split(/\s+/).flatMap(piece => {
    const words = [...new Set(wordsIn(piece))];
    const folded = piece.toLowerCase();
    if (BEGIN_OF_UUID.test(folded)) return [[[folded], words]];
    return words.length > 0 ? [[words]] : [];
  });
}

export function meetsText(words: ReadonlySet<string>, query: TextQuery): boolean {
  const holds = (beginning: string) => {
    if (words.has(beginning)) return true;
    for (const word of words) if (word.startsWith(beginning)) return true;
    return false;
  };
  return query.every(alternatives => alternatives.some(all => all.every(holds)));
}

/** Long runs of hexadecimal digits (fingerprints, digests, nonces) and UUIDs: there is a new one in nearly every event. */
const IDENTIFIER = new RegExp(`^(?:${UUID}|[0-9a-f]{16,})$`);
/** Of an identifier, the digits that the index holds: 48 bits. More would only make it longer. */
const IDENTIFIER_DIGITS = 12;
/** UTF-16 units of any other word that the index holds. */
const WORD_CHARACTERS = 40;

const digitsOf = (identifier: string) => identifier.replaceAll('-', '').slice(0, IDENTIFIER_DIGITS);
/** Never half a surrogate pair: a database keeps none. */
const cut = (word: string) =>
  word.length <= WORD_CHARACTERS ? word : word.slice(0, WORD_CHARACTERS).replace(/[\ud800-\udbff]$/, '');

/**
 * Events of one epoch: those whose seq, divided by this, has the same quotient. FTS5 walks the events of a token from their end, so
 * each epoch has tokens of its own: a page deep in the log then costs no more than the newest, and the work for one epoch is bounded.
 */
const EPOCH_EVENTS = 65_536;
/** Stands for the number of the epoch, in tokens that are looked for. */
const EPOCH = '~';

export const epochOf = (seq: number): number => Math.floor(seq / EPOCH_EVENTS);
export const firstOfEpoch = (seq: number): number => epochOf(seq) * EPOCH_EVENTS;
/** The expression for FTS5 with the tokens of that epoch. */
export const inEpoch = (match: string, epoch: number): string => match.replaceAll(EPOCH, String(epoch));

/** A token of the index: the number of the epoch, a letter that says what it is of, and the value. */
export interface Tokens {
  /** What `event_text` gets. */
  readonly all: readonly string[];
  /** Words that are no identifiers, as `event_word` gets them. */
  readonly words: readonly string[];
}

export interface IndexedEvent {
  readonly seq: number;
  /** Numbers in the index, of its class and of its initiator. */
  readonly class: number;
  readonly initiator: number;
  readonly target: string;
  readonly correlationId: string;
  readonly json: string;
}

export function tokensOf(event: IndexedEvent): Tokens {
  const epoch = epochOf(event.seq);
  const all = new Set([
    tokenOfClass(event.class),
    tokenOfInitiator(event.initiator),
    tokenOfTarget(event.target),
    tokenOfCorrelation(event.correlationId),
  ]);
  const words = new Set<string>();
  for (const word of wordsOfEvent(event.json)) {
    if (IDENTIFIER.test(word)) all.add(tokenOfIdentifier(digitsOf(word)));
    else words.add(cut(word));
  }
  for (const word of words) all.add(tokenOfWord(word));
  return { all: [...all].map(token => inEpoch(token, epoch)), words: [...words] };
}

export const tokenOfWord = (word: string): string => `${EPOCH}w${word}`;
export const tokenOfIdentifier = (digits: string): string => `${EPOCH}i${digits}`;
export const tokenOfClass = (number: number): string => `${EPOCH}k${number}`;
export const tokenOfInitiator = (number: number): string => `${EPOCH}n${number}`;
/** Events with this target hold this token; so may others. */
export const tokenOfTarget = (target: string): string => tokenOfValue('t', target);
export const tokenOfCorrelation = (correlationId: string): string => tokenOfValue('c', correlationId);

const tokenOfValue = (letter: string, value: string) =>
  IDENTIFIER.test(value)
    ? tokenOfIdentifier(digitsOf(value))
    : `${EPOCH}${letter}${Buffer.from(value)
        .toString('hex')
        .slice(0, 2 * WORD_CHARACTERS)}`;

/** How the index finds the words that begin so. */
export interface Beginning {
  /** Of a word in `event_word`; undefined where no such word can begin so. */
  readonly word: string | undefined;
  /** Of an identifier, its digits; undefined where none can begin so. */
  readonly digits: string | undefined;
  /** Whether the index holds enough of such words to tell, without a look at the event. */
  readonly isExact: boolean;
}

export function beginningOf(word: string): Beginning {
  const mayBeIdentifier = /^[0-9a-f]+$/.test(word) || BEGIN_OF_UUID.test(word) || IDENTIFIER.test(word);
  const mayBeWord = !word.includes('-');
  return {
    word: mayBeWord ? cut(word) : undefined,
    digits: mayBeIdentifier ? digitsOf(word) : undefined,
    isExact: !mayBeIdentifier && word.length < WORD_CHARACTERS,
  };
}
