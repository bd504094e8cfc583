/**
 * The JSON text of a value in the one form that RFC 8785 allows: members by the UTF-16 units of their names, no white space,
 * numbers and strings as ECMAScript writes them. Members that are undefined are left out, as `JSON.stringify` does. Throws
 * TypeError for what JSON has no form for (RFC 8785 §3.2.2.2, §3.2.2.3): a number that is not finite, half a surrogate pair, a bigint.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string') return canonicalString(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`JSON has no form for the number ${value}`);
    return JSON.stringify(value);
  }
  if (value === null || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `[${value.map(item => canonicalJson(item ?? null)).join(',')}]`;
  if (typeof value !== 'object') throw new TypeError(`JSON has no form for a ${typeof value}`);
  return canonicalObject(value as Readonly<Record<string, unknown>>);
}

/** Whether a text is JSON in RFC 8785 form. Any text may be asked about. */
export function isCanonicalJson(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    // The short way, much faster, where it is certain: `JSON.stringify` keeps the order of names, and writes half a surrogate pair.
    if (hasSortedNames(value) && JSON.stringify(value) === text && !text.includes('\\ud')) return true;
    return canonicalJson(value) === text;
  } catch {
    return false; // no JSON, a value without canonical form, or nested deeper than any event is
  }
}

function hasSortedNames(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(hasSortedNames);
  let last = '';
  for (const name in value) {
    if (name < last || !hasSortedNames((value as Readonly<Record<string, unknown>>)[name])) return false;
    last = name;
  }
  return true;
}

function canonicalObject(object: Readonly<Record<string, unknown>>): string {
  let text = '';
  // Without a comparison of its own, `sort` goes by UTF-16 units (RFC 8785 §3.2.3).
  for (const name of Object.keys(object).sort()) {
    const value = object[name];
    if (value === undefined) continue;
    text += `${text === '' ? '' : ','}${canonicalString(name)}:${canonicalJson(value)}`;
  }
  return `{${text}}`;
}

function canonicalString(text: string): string {
  if (!text.isWellFormed()) throw new TypeError('JSON has no form for half a surrogate pair');
  return JSON.stringify(text);
}
