import { REDACTED, redactAddresses } from './addresses.ts';
import type { Plain, PlainObject } from './plain.ts';
import { cut, visible } from './text.ts';

/** How much of a payload an event takes in. */
export interface Extent {
  /** UTF-16 units of one text, marks included; at least 128. */
  readonly charactersMax: number;
  /** Items of one list, members of one object. */
  readonly itemsMax: number;
  readonly depthMax: number;
}

/** What an event has of a payload unless that makes it too long. */
export const FULL_EXTENT: Extent = { charactersMax: 1024, itemsMax: 128, depthMax: 16 };

/** Members whose value is a secret wherever they stand: the redaction list of the events page. */
const SECRET_NAMES: ReadonlySet<string> = new Set([
  'service_principal_password',
  'secret_access_key',
  'access_key_id',
  'api_key',
]);

// The names that `event.schema.json` forbids: members that would hold key material, a secret or a host address.
const FORBIDDEN_NAME =
  /^(?:[Kk]ey(?:_?[Mm]aterial|_?[Bb]lock|_?[Vv]alue)|[Ss]ecret_?[Dd]ata|[Pp]rivate_?[Kk]ey|[Pp]laintext|[Pp]assword|[Pp]assphrase|(?:[Cc]lient|[Rr]emote|[Pp]eer|[Ss]ource|[Cc]aller|[Ss]rc)_?(?:IP|[Ii]p|[Aa]ddress|[Aa]ddr|[Hh]ost|[Pp]ort)|[Hh]ost_?[Aa]ddress|[Ii]p_?[Aa]ddress|addressType|x-forwarded-for|X-Forwarded-For)$/;

/** A text as it may stand in an event: without host addresses, every character visible, at most `charactersMax` long. */
export function redactText(text: string, charactersMax: number = FULL_EXTENT.charactersMax): string {
  return cut(visible(redactAddresses(text)), charactersMax);
}

/**
 * A payload as it may stand in an event. Texts and names of members as `redactText` has them; the values of the redaction
 * list's names are `[redacted]`, a forbidden name is `[redacted]` itself. Long lists and objects end in how many are left out.
 */
export function redact(payload: PlainObject, extent: Extent = FULL_EXTENT): PlainObject {
  return redactObject(payload, extent, 1);
}

function redactValue(value: Plain, extent: Extent, depth: number): Plain {
  if (typeof value === 'string') return redactText(value, extent.charactersMax);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > extent.depthMax) return '[deeper]';
  return isList(value) ? redactList(value, extent, depth) : redactObject(value, extent, depth);
}

function redactList(list: readonly Plain[], extent: Extent, depth: number): Plain {
  const kept = list.slice(0, extent.itemsMax).map(item => redactValue(item, extent, depth + 1));
  return kept.length === list.length ? kept : [...kept, `[${list.length - kept.length} more]`];
}

function redactObject(object: PlainObject, extent: Extent, depth: number): PlainObject {
  const out: Record<string, Plain> = {};
  const names = Object.keys(object);
  for (const name of names.slice(0, extent.itemsMax)) {
    const value = object[name];
    if (value === undefined) continue;
    const shown = freeName(out, redactName(name, extent));
    const isSecret = shown.startsWith(REDACTED) || SECRET_NAMES.has(name);
    put(out, shown, isSecret ? REDACTED : redactValue(value, extent, depth + 1));
  }
  if (names.length > extent.itemsMax) put(out, freeName(out, '[more]'), names.length - extent.itemsMax);
  return out;
}

function redactName(name: string, extent: Extent): string {
  const shown = redactText(name, Math.min(extent.charactersMax, 256));
  return FORBIDDEN_NAME.test(shown) || (shown !== name && FORBIDDEN_NAME.test(name)) ? REDACTED : shown;
}

/** Two names that became the same are told apart by a number. */
function freeName(object: PlainObject, name: string): string {
  if (!Object.hasOwn(object, name)) return name;
  let number = 2;
  while (Object.hasOwn(object, `${name} (${number})`)) number++;
  return `${name} (${number})`;
}

/** Assignment to `__proto__` would set the prototype and lose the member. */
function put(object: Record<string, Plain>, name: string, value: Plain): void {
  if (name === '__proto__')
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  else object[name] = value;
}

const isList = (value: readonly Plain[] | PlainObject): value is readonly Plain[] => Array.isArray(value);
