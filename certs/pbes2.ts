import { createCipheriv, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { Integer, Null, ObjectIdentifier, OctetString, Sequence } from 'asn1js';
import type { RandomBytes } from './issue.ts';

const oid = {
  pbes2: '1.2.840.113549.1.5.13',
  pbkdf2: '1.2.840.113549.1.5.12',
  hmacWithSha256: '1.2.840.113549.2.9',
  aes256Cbc: '2.16.840.1.101.3.4.1.42',
};

const SALT_OCTETS = 16;
const BLOCK_OCTETS = 16;
const KEY_OCTETS = 32;

const derive = promisify(pbkdf2);

export interface Encrypted {
  /** AlgorithmIdentifier that says how. */
  algorithm: Sequence;
  content: Buffer;
}

/** Encrypts under a password: PBES2 (RFC 8018 §6.2) with PBKDF2 by HMAC-SHA-256 and AES-256-CBC, which every program of today reads. */
export async function encryptByPassword(
  content: Uint8Array,
  password: string,
  { iterations, randomBytes }: { iterations: number; randomBytes: RandomBytes },
): Promise<Encrypted> {
  const salt = randomBytes(SALT_OCTETS);
  const vector = randomBytes(BLOCK_OCTETS);
  const key = await derive(password, salt, iterations, KEY_OCTETS, 'sha256');
  const cipher = createCipheriv('aes-256-cbc', key, vector);
  const encrypted = Buffer.concat([cipher.update(content), cipher.final()]);
  key.fill(0);
  return { algorithm: algorithmIdentifier(salt, vector, iterations), content: encrypted };
}

function algorithmIdentifier(salt: Uint8Array, vector: Uint8Array, iterations: number): Sequence {
  const pseudoRandom = named(oid.hmacWithSha256, new Null());
  const keyDerivation = named(
    oid.pbkdf2,
    new Sequence({ value: [octetString(salt), new Integer({ value: iterations }), pseudoRandom] }),
  );
  const encryption = named(oid.aes256Cbc, octetString(vector));
  return named(oid.pbes2, new Sequence({ value: [keyDerivation, encryption] }));
}

const named = (algorithm: string, parameters: Sequence | OctetString | Null) =>
  new Sequence({ value: [new ObjectIdentifier({ value: algorithm }), parameters] });

const octetString = (octets: Uint8Array) => new OctetString({ valueHex: Uint8Array.from(octets).buffer });
