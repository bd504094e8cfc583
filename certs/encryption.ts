import { createCipheriv, createDecipheriv, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { CertificateError } from './certificate-error.ts';
import { type DerReader, DerTag, dottedOid } from './der.ts';
import * as der from './der-writer.ts';
import type { RandomBytes } from './issue.ts';
import { deriveForPkcs12 } from './pkcs12-derivation.ts';

/** How something is encrypted under a password: PBES2 with PBKDF2 (RFC 8018 §6.2), or PKCS#12's own with 3DES (RFC 7292 appendix C). */
export interface Encryption extends Derivation {
  scheme: 'PBES2' | 'PBE-SHA1-3DES';
  /** As node:crypto names it. */
  cipher: string;
  keyOctets: number;
  /** Undefined where it is derived too. */
  iv: Uint8Array | undefined;
}

/** How a key comes from a password. `hash` as node:crypto names it. */
export interface Derivation {
  hash: string;
  salt: Uint8Array;
  iterations: number;
}

/** About a second of work for PBKDF2, in which others have their turn; programs of today ask for less. A hostile file could ask for years. */
export const ITERATIONS_MAX = 2_000_000;

const derive = promisify(pbkdf2);

/** The content. Wrong passwords mostly give an Error, of padding; sometimes garbage. */
export async function decryptWith(encryption: Encryption, data: Uint8Array, password: string): Promise<Uint8Array> {
  const { scheme, cipher, keyOctets, iv, hash, salt, iterations } = encryption;
  const key =
    scheme === 'PBES2'
      ? await derive(password, salt, iterations, keyOctets, hash)
      : await deriveForPkcs12(password, encryption, 'key', keyOctets);
  const decipher = createDecipheriv(
    cipher,
    key,
    iv ?? (await deriveForPkcs12(password, encryption, 'iv', DES_BLOCK_OCTETS)),
  );
  return Uint8Array.from(Buffer.concat([decipher.update(data), decipher.final()]));
}

const DES_BLOCK_OCTETS = 8;

const oid = {
  pbes2: '1.2.840.113549.1.5.13',
  pbkdf2: '1.2.840.113549.1.5.12',
  hmacSha256: '1.2.840.113549.2.9',
  aes256: '2.16.840.1.101.3.4.1.42',
  sha1And3Des: '1.2.840.113549.1.12.1.3',
};

/** Encrypts by PBES2: PBKDF2 with HMAC-SHA-256, AES-256-CBC. Gives the AlgorithmIdentifier in DER beside the data. */
export async function encryptWith(
  password: string,
  content: Uint8Array,
  { iterations, randomBytes }: { iterations: number; randomBytes: RandomBytes },
): Promise<{ algorithm: Uint8Array; data: Uint8Array }> {
  const salt = randomBytes(16);
  const iv = randomBytes(16);
  const cipher = createCipheriv('aes-256-cbc', await derive(password, salt, iterations, 32, 'sha256'), iv);
  const data = Uint8Array.from(Buffer.concat([cipher.update(content), cipher.final()]));
  const prf = der.sequence(der.objectIdentifier(oid.hmacSha256), der.nothing);
  const derivation = der.sequence(der.octetString(salt), der.integer(iterations), prf);
  const algorithm = der.sequence(
    der.objectIdentifier(oid.pbes2),
    der.sequence(
      der.sequence(der.objectIdentifier(oid.pbkdf2), derivation),
      der.sequence(der.objectIdentifier(oid.aes256), der.octetString(iv)),
    ),
  );
  return { algorithm, data };
}

/**
 * Reads the AlgorithmIdentifier that stands next. Throws CertificateError for what we do not open, with how to encrypt anew, and for
 * more than ITERATIONS_MAX iterations.
 */
export function readEncryption(reader: DerReader): Encryption {
  const { id, parameters, byte } = readAlgorithm(reader, 'the encryption algorithm');
  if (id === oid.sha1And3Des) {
    const fields = parameters.into(parameters.next(DerTag.sequence, 'the parameters of the encryption'));
    const salt = fields.content(fields.next(DerTag.octetString, 'the salt'));
    const iterations = readIterations(fields);
    const cipher = { cipher: 'des-ede3-cbc', keyOctets: 24, iv: undefined };
    return { scheme: 'PBE-SHA1-3DES', hash: 'sha1', salt, iterations, ...cipher };
  }
  if (id !== oid.pbes2) throw notOpened(id, byte);
  const fields = parameters.into(parameters.next(DerTag.sequence, 'the parameters of the encryption'));
  const derivation = readPbkdf2(fields);
  return { scheme: 'PBES2', ...derivation, ...readCipher(fields) };
}

// Hash functions by the object identifier of their HMAC.
const prfs = new Map([
  ['1.2.840.113549.2.7', 'sha1'],
  ['1.2.840.113549.2.8', 'sha224'],
  [oid.hmacSha256, 'sha256'],
  ['1.2.840.113549.2.10', 'sha384'],
  ['1.2.840.113549.2.11', 'sha512'],
]);

/** The hash function of the HMAC whose AlgorithmIdentifier stands next, as node:crypto names it. */
export function readHmac(reader: DerReader): string {
  const { id, byte } = readAlgorithm(reader, 'the HMAC');
  const hash = prfs.get(id);
  if (hash !== undefined) return hash;
  throw new CertificateError({ byte, found: `pseudorandom function ${id}`, expected: 'HMAC with SHA-1 or SHA-2' });
}

/** Reads PBKDF2's AlgorithmIdentifier (RFC 8018 appendix A.2); the length that it may give is passed over, for the cipher has one. */
export function readPbkdf2(reader: DerReader): Derivation & { keyOctets: number | undefined } {
  const { id, parameters, byte } = readAlgorithm(reader, 'the key derivation');
  if (id !== oid.pbkdf2) throw new CertificateError({ byte, found: `key derivation ${id}`, expected: 'PBKDF2' });
  const fields = parameters.into(parameters.next(DerTag.sequence, 'the parameters of PBKDF2'));
  const salt = fields.content(fields.next(DerTag.octetString, 'the salt'));
  const iterations = readIterations(fields);
  const keyOctets = fields.nextTag === DerTag.integer ? readCount(fields, 'the length of the key') : undefined;
  return { salt, iterations, keyOctets, hash: fields.isAtEnd ? 'sha1' : readHmac(fields) };
}

const ciphers = new Map([
  ['2.16.840.1.101.3.4.1.2', { cipher: 'aes-128-cbc', keyOctets: 16 }],
  ['2.16.840.1.101.3.4.1.22', { cipher: 'aes-192-cbc', keyOctets: 24 }],
  [oid.aes256, { cipher: 'aes-256-cbc', keyOctets: 32 }],
  ['1.2.840.113549.3.7', { cipher: 'des-ede3-cbc', keyOctets: 24 }],
]);

function readCipher(reader: DerReader): Pick<Encryption, 'cipher' | 'keyOctets' | 'iv'> {
  const { id, parameters, byte } = readAlgorithm(reader, 'the cipher');
  const cipher = ciphers.get(id);
  if (!cipher) throw notOpened(id, byte);
  const iv = parameters.content(parameters.next(DerTag.octetString, 'the initialization vector'));
  const expected = cipher.cipher.startsWith('aes') ? 16 : DES_BLOCK_OCTETS;
  if (iv.length !== expected) {
    throw new CertificateError({
      byte,
      found: `an initialization vector of ${iv.length} bytes`,
      expected: `${expected}`,
    });
  }
  return { ...cipher, iv };
}

/** Reads the iteration count that stands next. Throws CertificateError beyond ITERATIONS_MAX. */
export function readIterations(reader: DerReader): number {
  const byte = reader.offset;
  const iterations = readCount(reader, 'the iteration count');
  if (iterations >= 1 && iterations <= ITERATIONS_MAX) return iterations;
  throw new CertificateError({ byte, found: `${iterations} iterations`, expected: `1 to ${ITERATIONS_MAX}` });
}

function readCount(reader: DerReader, what: string): number {
  const octets = reader.content(reader.next(DerTag.integer, what));
  return Number(BigInt.asIntN(octets.length * 8, BigInt(`0x0${Buffer.from(octets).toString('hex')}`)));
}

/** Longer than any that is known: it goes into messages. */
const ID_CHARACTERS_MAX = 100;

/** An AlgorithmIdentifier: its dotted name, where it stands, and what its parameters are read with. */
export function readAlgorithm(reader: DerReader, what: string): { id: string; parameters: DerReader; byte: number } {
  const byte = reader.offset;
  const parameters = reader.into(reader.next(DerTag.sequence, what));
  const id = dottedOid(parameters.content(parameters.next(DerTag.objectIdentifier, what)));
  return { id: id.slice(0, ID_CHARACTERS_MAX), parameters, byte };
}

const notOpened = (id: string, byte: number) =>
  new CertificateError({
    byte,
    found: `encryption with ${old.get(id) ?? `algorithm ${id}`}`,
    expected: 'AES-256: export it anew (Windows: AES256-SHA256; OpenSSL: version 3, without -legacy)',
  });

// What tools of old encrypt with, most of them in 40 bits.
const old = new Map([
  ['1.2.840.113549.1.12.1.1', 'RC4, which is broken'],
  ['1.2.840.113549.1.12.1.2', 'RC4, which is broken'],
  ['1.2.840.113549.1.12.1.4', '3DES of two keys'],
  ['1.2.840.113549.1.12.1.5', 'RC2, which is broken'],
  ['1.2.840.113549.1.12.1.6', 'RC2 of 40 bits, which is broken'],
  ['1.2.840.113549.3.2', 'RC2, which is broken'],
  ['1.2.840.113549.1.5.3', 'MD5 and DES, which are broken'],
  ['1.2.840.113549.1.5.10', 'SHA-1 and DES, which is broken'],
  ['1.3.14.3.2.7', 'DES, which is broken'],
  ['1.3.6.1.4.1.11591.4.11', 'a key by scrypt'],
]);
