import { CertificateError } from './certificate-error.ts';
import { positionIn } from './text-position.ts';

/** Base64 between two indices of the text. Passed over: white space, and line ends that a JSON or shell string left as `\n`. Throws CertificateError. */
export function decodeBase64(text: string, start: number, end: number, expected: string): Uint8Array {
  let body = text.slice(start, end).replace(/\\[nrt]/g, '  ');
  if (!/[^\s"']/.test(body)) throw new CertificateError({ ...positionIn(text, start), found: 'nothing', expected });
  // A quoted string's closing quote; inside, a quote stays an error.
  body = body.replace(/["',]\s*$/, '');
  const wrong = /[^A-Za-z0-9+/\s=]|=(?=\s*[^\s=])/u.exec(body);
  if (wrong) {
    throw new CertificateError({
      ...positionIn(text, start + wrong.index),
      found: describeCharacter(wrong[0]),
      expected,
    });
  }
  const digits = body.replace(/[\s=]/g, '');
  const padding = (body.match(/=/g) ?? []).length;
  // Missing padding is made up for; wrong padding and a digit too many mean that something was lost.
  if (digits.length % 4 === 1 || (padding > 0 && (digits.length + padding) % 4 !== 0) || padding > 2) {
    throw new CertificateError({
      ...positionIn(text, start),
      found: `${digits.length} base64 digits and ${padding} of padding`,
      expected,
    });
  }
  // Memory of its own: what lies around in a Buffer's pool must not travel with it.
  return Uint8Array.from(Buffer.from(digits, 'base64'));
}

/** By code point when it cannot be seen: a soft hyphen or a long dash from a word processor must be recognisable. */
const describeCharacter = (character: string) =>
  /^[\x21-\x7e]$/.test(character)
    ? `'${character}'`
    : `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
