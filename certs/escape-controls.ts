/**
 * Text with its control and format characters as `\` and hex octets (RFC 4514 §2.4). A name comes from a stranger and is shown in
 * terminals: nothing in it may move the cursor or turn the reading direction.
 */
export const escapeControls = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/gu, found =>
    Array.from(Buffer.from(found, 'utf8'), octet => `\\${octet.toString(16).padStart(2, '0')}`).join(''),
  );
