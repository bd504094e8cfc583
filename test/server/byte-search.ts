import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { Test } from 'tap';

/** What is searched for: by a name that says what it is, all the byte strings that would give it away. */
export type Needles = ReadonlyMap<string, readonly Buffer[]>;
/** Where it is searched for: by name, whole contents. */
export type Haystack = ReadonlyMap<string, Buffer>;

/** Each `needle in place` that is there, with how it is written. */
export function found(needles: Needles, haystack: Haystack): string[] {
  const hits: string[] = [];
  for (const [place, content] of haystack)
    for (const [name, forms] of needles) {
      const form = forms.find(bytes => content.includes(bytes));
      if (form !== undefined) hits.push(`${name} in ${place}`);
    }
  return hits;
}

/** Every file below a folder, by its path from there. */
export function filesIn(folder: string): Map<string, Buffer> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter(path => statSync(path).isFile());
  return new Map(files.map(path => [relative(folder, path), readFileSync(path)]));
}

/** Texts by name as a haystack. */
export const texts = (named: Readonly<Record<string, string>>): Map<string, Buffer> =>
  new Map(Object.entries(named).map(([name, text]) => [name, Buffer.from(text)]));

/**
 * A secret's pieces of 8 to 16 bytes, each raw, as hexadecimal digits, base64 and base64url at every alignment, and as the
 * decimal numbers of a Buffer's JSON. One piece is enough to be found, so a secret that is cut or broken into lines is found too.
 */
export function formsOf(secret: Uint8Array): Buffer[] {
  return piecesOf(secret).flatMap(piece => {
    const hex = piece.toString('hex');
    const base64 = [0, 1, 2].map(before => base64Within(piece, before));
    const written = [hex, hex.toUpperCase(), hex.match(/../g)!.join(':'), [...piece].join(), ...base64];
    const url = base64.map(text => text.replaceAll('+', '-').replaceAll('/', '_'));
    return [piece, ...[...new Set([...written, ...url])].map(text => Buffer.from(text))];
  });
}

/** Pieces of at most 16 bytes, at least two. */
export function piecesOf(secret: Uint8Array): Buffer[] {
  const count = Math.max(2, Math.ceil(secret.length / 16));
  const size = Math.ceil(secret.length / count);
  return Array.from({ length: count }, (_, i) => Buffer.from(secret.subarray(i * size, (i + 1) * size)));
}

/** The characters that base64 has for these bytes wherever they stand `before` bytes, modulo 3, behind its beginning. */
function base64Within(bytes: Buffer, before: number): string {
  const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
  const end = text.indexOf('=');
  return text.slice([0, 2, 3][before], end === -1 ? undefined : end - 1);
}

/** A folder that holds nothing else and goes with the test; `t.testdir()` is one for all of a test. */
export function newFolder(t: Test): string {
  const path = mkdtempSync(join(tmpdir(), 'kmipd-search-'));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
