/** What stands in an event where a host address or a secret would. */
export const REDACTED = '[redacted]';

/**
 * The text without the IP addresses in it: each one, with its brackets, zone, prefix length and port, is `[redacted]`.
 * A text that is an address as a whole, or a URL or host:port whose host is one, is `[redacted]` as a whole.
 *
 * Four dotted numbers up to 255 are an address: nothing tells the version 7.0.3.1 from one. Five and more are not (OIDs),
 * nor are three (versions). UUIDs, MAC addresses and fingerprints with colons are none.
 */
export function redactAddresses(text: string): string {
  if (!mayHoldAddress(text)) return text;
  const rest = cutOut(text);
  // Written in other digits, or broken up by characters that do not show: it cannot be cut out, so nothing is kept.
  if (NOT_ASCII_TEXT.test(text) && readAs(rest) !== cutOut(readAs(text))) return REDACTED;
  return rest === REDACTED || isUrlToAddress(text) ? REDACTED : rest;
}

/** True if an IP address stands anywhere in the text. */
export const holdsAddress = (text: string): boolean => redactAddresses(text) !== text;

const NOT_ASCII_TEXT = /[^\x20-\x7e]/;
const NOT_SHOWN = /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Mn}]/gu;

/** The text as people and resolvers read it: compatibility forms made plain, ideographic full stops as dots. */
const readAs = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(NOT_SHOWN, '')
    .replace(/[。｡․]/g, '.');

/** False if it surely holds none: an address has three dots or two colons. Most texts have neither. */
function mayHoldAddress(text: string): boolean {
  let dots = 0;
  let colons = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0x2e) dots++;
    else if (unit === 0x3a) colons++;
    else if (unit > 0x7e || unit < 0x20) return true;
    else continue;
    if (dots === 3 || colons === 2) return true;
  }
  // Not `http://2130706433/`: two colons or three dots are missing, and yet a URL's host may be an address.
  return colons > 0 && text.includes('://');
}

function cutOut(text: string): string {
  for (let before = text; ;) {
    const rest = cutOutDotted(cutOutColoned(before));
    if (rest === before) return rest;
    before = rest; // what was one run with an address in it may be an address itself now
  }
}

// Each part in decimal, as old resolvers read it in octal (0177), or in hexadecimal (0x7f).
const PART = '(0[xX][0-9a-fA-F]{1,2}|0?[0-9]{1,3})';
const PREFIX_LENGTH_AND_PORT = '(?:/[0-9]{1,3}(?![0-9]))?(?::[0-9]{1,5}(?![0-9]))?';
const DOTTED = new RegExp(
  `(?<![0-9])(?<![0-9]\\.)\\[?${PART}\\.${PART}\\.${PART}\\.${PART}(?![0-9])(?!\\.[0-9])\\]?${PREFIX_LENGTH_AND_PORT}`,
  'g',
);
const REVERSE_NAME = /(?:[0-9a-fA-F]\.){4,32}ip6\.arpa/gi;

function cutOutDotted(text: string): string {
  return text
    .replace(DOTTED, (found, ...parts: string[]) => (parts.slice(0, 4).every(isByte) ? keepLoneBracket(found) : found))
    .replace(REVERSE_NAME, REDACTED);
}

const isByte = (part: string) => Number(part) <= 255 || (part.startsWith('0') && Number.parseInt(part, 8) <= 255);

const BEHIND_COLONED = /^(?:%[A-Za-z0-9._~-]+)?(\])?(?:\/[0-9]{1,3}(?![0-9]))?(?:(?<=\]):[0-9]{1,5}(?![0-9]))?/;
const BEHIND_LENGTH_MAX = 80;

function cutOutColoned(text: string): string {
  let out = '';
  let end = 0;
  for (const [start, stop] of runsWithColons(text)) {
    const found = ipv6In(text, start, stop);
    if (!found) continue;
    const behind = BEHIND_COLONED.exec(text.slice(found.to, found.to + BEHIND_LENGTH_MAX));
    const isBracketed = behind?.[1] !== undefined && found.from > end && text[found.from - 1] === '[';
    out += `${text.slice(end, isBracketed ? found.from - 1 : found.from)}${REDACTED}`;
    end = found.to + (behind?.[0].length ?? 0);
  }
  return end === 0 ? text : out + text.slice(end);
}

/** Longest stretches of hexadecimal digits, colons and dots that hold two colons. Linear, whatever the text. */
function* runsWithColons(text: string): Generator<readonly [start: number, stop: number]> {
  for (let start = 0; start < text.length; start++) {
    let stop = start;
    let colons = 0;
    for (; isOfAddress(text.charCodeAt(stop)); stop++) if (text.charCodeAt(stop) === COLON) colons++;
    if (colons >= 2) yield [start, stop];
    start = stop;
  }
}

const COLON = 0x3a;

/** Digits and the colon stand side by side, then the full stop, A to F, a to f. False for NaN, behind the end. */
const isOfAddress = (unit: number) =>
  (unit >= 0x30 && unit <= COLON) || unit === 0x2e || (unit >= 0x41 && unit <= 0x46) || (unit >= 0x61 && unit <= 0x66);

/** Where in the run an IPv6 address stands, without the punctuation around it. Parts of words (`std::dead`) are none. */
function ipv6In(text: string, start: number, stop: number): { from: number; to: number } | undefined {
  let from = start;
  let to = stop;
  while (text[to - 1] === '.') to--;
  if (text[to - 1] === ':' && text[to - 2] !== ':') to--;
  while (text[from] === '.') from++;
  if (text[from] === ':' && text[from + 1] !== ':') from++;
  const candidate = text.slice(from, to);
  if (!looksLikeIpv6(candidate)) return undefined;
  // Two colons alone separate words more often than they are the unspecified address.
  const standsAlone = (start === 0 && stop === text.length) || text[from - 1] === '[' || /[%/]/.test(text[to] ?? '');
  if (candidate === '::' && !standsAlone) return undefined;
  const isPartOfWord = (from === start && isOfWord(text[from - 1])) || (to === stop && isOfWord(text[to]));
  const groups = candidate.split(':').filter(group => group !== '').length;
  return isPartOfWord && groups < 3 ? undefined : { from, to };
}

const isOfWord = (character: string | undefined) => character !== undefined && /[0-9A-Za-z_]/.test(character);

/**
 * True for every textual form of an IPv6 address without zone (RFC 4291 §2.2), mapped IPv4 included, also with a port
 * written behind it. With `::` in it, more groups than an address has are taken for one too: nothing else looks like that.
 */
function looksLikeIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const parts = halves.flatMap(half => (half === '' ? [] : half.split(':')));
  const last = parts.at(-1);
  const endsDotted = last?.includes('.') === true && cutOutDotted(last) === REDACTED;
  if (!parts.slice(0, endsDotted ? -1 : undefined).every(part => /^[0-9A-Fa-f]{1,4}$/.test(part))) {
    return parts.length === 9 && /^[0-9]{5}$/.test(last ?? '') && looksLikeIpv6(parts.slice(0, 8).join(':'));
  }
  const groups = parts.length + (endsDotted ? 1 : 0);
  return halves.length === 2 || groups === 8 || groups === 9;
}

/** A bracket that was swallowed without its partner goes back. */
function keepLoneBracket(found: string): string {
  const opens = found.startsWith('[');
  const closes = found.includes(']');
  if (opens === closes) return REDACTED;
  return opens ? `[${REDACTED}` : `${REDACTED}]`;
}

/** True if the whole text is a URL whose host is an IP address in any spelling that a browser takes. */
function isUrlToAddress(text: string): boolean {
  const trimmed = text.trim();
  const scheme = /^[A-Za-z][A-Za-z0-9+.-]*:\/\//.exec(trimmed)?.[0];
  if (scheme === undefined || /\s/.test(trimmed)) return false;
  // With http's rules, numbers such as 2130706433 and 0x7f000001 become the address that they stand for.
  const url = `http://${trimmed.slice(scheme.length)}`;
  if (!URL.canParse(url)) return false;
  const { hostname } = new URL(url);
  return cutOut(hostname) !== hostname;
}
