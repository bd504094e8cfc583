import { createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto';

/** A text is no signed note, key or checkpoint, or the signature is wrong. The message says which and why. */
export class NoteError extends Error {
  override readonly name = 'NoteError';
  /** Whether the note is well-formed but none of its signatures is by the key that was asked for. */
  readonly isOtherKey: boolean;

  constructor(message: string, options: ErrorOptions & { readonly isOtherKey?: boolean } = {}) {
    super(message, options);
    this.isOtherKey = options.isOtherKey ?? false;
  }
}

/** A public key with which notes are checked (C2SP signed-note). */
export interface VerifierKey {
  /** Of the key: `kmipd/<instance>/audit`. */
  readonly name: string;
  /** 8 lower-case hex digits. */
  readonly keyId: string;
  /** Ed25519. */
  readonly publicKey: KeyObject;
}

/** C2SP signed-note: signature type of Ed25519. */
const ED25519 = 0x01;
const PUBLIC_KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const KEY_ID_BYTES = 4;
/** SubjectPublicKeyInfo of Ed25519 up to the key itself (RFC 8410 §4). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** The key as text, one line without newline: `NAME+ID+KEY`. Throws NoteError for a name that a note cannot have. */
export function formatVerifierKey(name: string, publicKey: KeyObject): string {
  checkName(name);
  const raw = rawPublicKey(publicKey);
  return `${name}+${keyIdOf(name, raw)}+${Buffer.concat([Buffer.of(ED25519), raw]).toString('base64')}`;
}

/** Throws NoteError when the text is no Ed25519 verifier key, or its id is not that of its name and key. */
export function parseVerifierKey(text: string): VerifierKey {
  const [, name, keyId, encoded] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text) ?? [];
  if (name === undefined || keyId === undefined || encoded === undefined) {
    throw new NoteError('no verifier key: expected NAME+ID+KEY');
  }
  checkName(name);
  const bytes = decodeBase64(encoded);
  if (bytes?.length !== 1 + PUBLIC_KEY_BYTES || bytes[0] !== ED25519) {
    throw new NoteError('no verifier key of Ed25519: expected base64 of 33 bytes, the first of them 1');
  }
  const raw = bytes.subarray(1);
  if (keyIdOf(name, raw) !== keyId)
    throw new NoteError(`the verifier key's id is ${keyIdOf(name, raw)}, found ${keyId}`);
  const publicKey = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: 'der', type: 'spki' });
  return { name, keyId, publicKey };
}

/** The note: the text, an empty line, one signature. `text` ends in a newline. */
export function signNote(text: string, name: string, privateKey: KeyObject): string {
  checkText(text);
  const publicKey = createPublicKey(privateKey);
  const [keyName, keyId] = formatVerifierKey(name, publicKey).split('+') as [string, string];
  const signature = Buffer.concat([Buffer.from(keyId, 'hex'), sign(null, Buffer.from(text), privateKey)]);
  return `${text}\n— ${keyName} ${signature.toString('base64')}\n`;
}

/** The text of a note that this key has signed. Throws NoteError when it has not, or the note is none. */
export function openNote(note: string, key: VerifierKey): string {
  const { text, signatures } = parseNote(note);
  const own = signatures.filter(({ name, keyId }) => name === key.name && keyId === key.keyId);
  if (own.length === 0) {
    const others = signatures.map(({ name, keyId }) => `${name}+${keyId}`).join(', ');
    throw new NoteError(`signed by ${others}, not by ${key.name}+${key.keyId}`, { isOtherKey: true });
  }
  for (const { signature } of own) {
    const isRight = signature.length === SIGNATURE_BYTES && verify(null, Buffer.from(text), key.publicKey, signature);
    if (!isRight) throw new NoteError(`the signature by ${key.name}+${key.keyId} is wrong`);
  }
  return text;
}

/** A signature line of a note. */
interface NoteSignature {
  readonly name: string;
  readonly keyId: string;
  readonly signature: Uint8Array;
}

/** The parts of a note, without checking a signature. Throws NoteError when it is none. */
export function parseNote(note: string): { readonly text: string; readonly signatures: readonly NoteSignature[] } {
  const end = note.lastIndexOf('\n\n');
  if (end < 0 || !note.endsWith('\n'))
    throw new NoteError('no signed note: expected a text, an empty line, signatures');
  const text = note.slice(0, end + 1);
  checkText(text);
  const lines = note.slice(end + 2, -1).split('\n');
  if (lines.length > SIGNATURES_MAX) throw new NoteError(`a note with more than ${SIGNATURES_MAX} signatures`);
  return { text, signatures: lines.map(parseSignature) };
}

/** More than anybody needs; bounds the work that a note can ask for. */
const SIGNATURES_MAX = 100;

function parseSignature(line: string): NoteSignature {
  const [, name, encoded] = /^— ([^\s+]+) ([A-Za-z0-9+/=]+)$/u.exec(line) ?? [];
  const bytes = encoded === undefined ? undefined : decodeBase64(encoded);
  if (name === undefined || !bytes || bytes.length <= KEY_ID_BYTES) {
    throw new NoteError('no signature line: expected a dash, the name of the key, base64');
  }
  return {
    name,
    keyId: bytes.subarray(0, KEY_ID_BYTES).toString('hex'),
    signature: bytes.subarray(KEY_ID_BYTES),
  };
}

/** First bytes of SHA-256(name || newline || type || key), hex. */
const keyIdOf = (name: string, raw: Uint8Array): string =>
  hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(ED25519), raw]), 'hex').slice(0, 2 * KEY_ID_BYTES);

function rawPublicKey(publicKey: KeyObject): Uint8Array {
  if (publicKey.asymmetricKeyType !== 'ed25519') throw new NoteError('notes are signed with Ed25519');
  return publicKey.export({ format: 'der', type: 'spki' }).subarray(SPKI_PREFIX.length);
}

function checkName(name: string): void {
  if (!/^[^\s+]+$/u.test(name) || !name.isWellFormed()) {
    throw new NoteError('the name of a key has no space and no plus sign');
  }
}

function checkText(text: string): void {
  if (!text.endsWith('\n') || /[\u0000-\u0009\u000b-\u001f]/.test(text) || !text.isWellFormed()) {
    throw new NoteError('the text of a note ends in a newline and has no other control character');
  }
}

/** Base64 in the one form that encoding gives; undefined for anything else. */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}
