import { createHash } from 'node:crypto';

// Controls, line and paragraph separators, what changes direction or does not show, and halves of surrogate pairs.
// They could forge a line, turn one around, or make two names look the same.
const UNSHOWN =
  /[\p{Cc}\p{Cf}\u2028\u2029\u115f\u1160\u3164\uffa0]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/gu;
const ONLY_PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

/** The text with every character that does not show written as `\u{a}`, so that no line can be forged. */
export function visible(text: string): string {
  if (ONLY_PRINTABLE_ASCII.test(text)) return text;
  return text.replace(UNSHOWN, character => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/**
 * The text in at most `charactersMax` UTF-16 units, at least 128. A longer one is cut and ends in a mark with its length and
 * the SHA-256 of all of it, in UTF-8, as it stands here: what was redacted before cannot be found by trying.
 */
export function cut(text: string, charactersMax: number): string {
  if (text.length <= charactersMax) return text;
  const digest = createHash('sha256').update(text, 'utf8').digest('hex');
  const mark = `... [cut, ${text.length} characters, SHA-256 ${digest}]`;
  return text.slice(0, Math.max(0, charactersMax - mark.length)).replace(/[\ud800-\udbff]$/, '') + mark;
}
