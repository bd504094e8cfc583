import type { Certificate } from './certificate.ts';
import { normalText, normalValue } from './name-matching.ts';
import { PatternScanner } from './pattern-scanner.ts';

/** Which subjects an administrator means: each part must be matched by one whole value of the certificate. */
export interface SubjectPattern {
  /** As it was given. */
  readonly text: string;
  readonly parts: readonly PatternPart[];
}
interface PatternPart {
  /** An attribute type as `Certificate.subjectParts` has it, or `DNS`. */
  readonly type: string;
  /** What stands before, between and after the `*`, in normal form. */
  readonly pieces: readonly string[];
}

/**
 * Parses `CN=vcenter-*, O=VMware` or `DNS=*.example`. Types are those of RFC 4514 in upper or lower case, or dotted; `DNS` is a host
 * name among the subject alternative names. In a value `*` stands for any characters, also none. As in RFC 4514 a backslash takes
 * its meaning from the character after it (`\,` `\*`) or stands before the hex digits of octets, and a value may stand in quotes, in
 * which only `*`, `"` and `\` are special.
 * Throws CertificateError with the column, what was found and what was expected.
 */
export function parseSubjectPattern(text: string): SubjectPattern {
  const scanner = new PatternScanner(text);
  const parts: PatternPart[] = [];
  do {
    const type = scanner.type();
    parts.push({ type, pieces: scanner.value().map(normalText) });
  } while (scanner.hasAnother());
  return { text, parts };
}

/**
 * Whether the certificate's subject is one of those that the pattern means. Upper and lower case, and how many blanks there are,
 * make no difference (caseIgnoreMatch, RFC 4518). Values are compared as they are meant, not as a line shows them: what a common
 * name holds is never taken for another part. A value with control or format characters matches nothing.
 */
export function matchesSubject(pattern: SubjectPattern, certificate: Certificate): boolean {
  const { subjectParts, dnsNames } = certificate;
  const values = [...subjectParts, ...dnsNames.map(value => ({ type: 'DNS', value }))]
    .filter(({ value }) => !unreadable.test(value))
    .map(({ type, value }) => ({ type, value: normalValue(value) }));
  return pattern.parts.every(part => values.some(({ type, value }) => type === part.type && fits(part.pieces, value)));
}

// A reader cannot see them, so an administrator cannot have meant them. U+FFFD is what stands for bytes that are no text.
const unreadable = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029\uFFFD]/u;

/** Each piece at its first place behind the one before; no going back, so that no value makes it slow. */
function fits(pieces: readonly string[], value: string): boolean {
  if (pieces.length === 1) return value === pieces[0]!.trim();
  const first = pieces[0]!.trimStart();
  const last = pieces.at(-1)!.trimEnd();
  if (value.length < first.length + last.length || !value.startsWith(first) || !value.endsWith(last)) return false;
  let at = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = value.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return at <= value.length - last.length;
}
