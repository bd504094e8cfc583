import { createHash, constants, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { toPem } from '../../certs/index.ts';
import { encodeName, type Name } from './crafted-name.ts';
import * as der from './der-maker.ts';
import { subjectKeyIdentifier } from './crafted-extensions.ts';

/** Certificates of any content, right or wrong, signed with node:crypto alone. */

export type CraftedKeyType =
  | 'RSA 1024'
  | 'RSA 2048'
  | 'RSA 3072'
  | 'ECDSA P-224'
  | 'ECDSA P-256'
  | 'ECDSA P-384'
  | 'ECDSA P-521'
  | 'ECDSA secp256k1'
  | 'Ed25519'
  | 'Ed448';
export interface KeyPair {
  publicKey: KeyObject;
  privateKey: KeyObject;
}

export interface Craft {
  /** `CN=` this, unless said. A text is a common name. */
  subject?: Name | string;
  /** Itself unless said. */
  issuer?: Crafted;
  /** As the certificate says, if that is another than the issuer's. */
  issuerName?: Name;
  /** ECDSA P-256 unless said. */
  keyType?: CraftedKeyType;
  keys?: KeyPair;
  /** SubjectPublicKeyInfo, if it is not that of the keys. */
  publicKey?: Uint8Array;
  /** 3 unless said. */
  version?: number;
  /** Content octets of the INTEGER; eight random ones unless said. */
  serialNumber?: Uint8Array;
  notBefore?: Date;
  notAfter?: Date;
  /** None unless said. The subject key identifier is added unless `keyIdentifiers` is false. */
  extensions?: readonly Uint8Array[];
  hash?: Hash;
  /** RSA-PSS with this many octets of salt. */
  pssSalt?: number;
  /** AlgorithmIdentifier inside of the signed part, if another. */
  innerAlgorithm?: Uint8Array;
  /** AlgorithmIdentifier inside and outside, if not what it is signed with. */
  algorithm?: Uint8Array;
  /** A bit of the signature is changed. */
  isForged?: boolean;
}
export type Hash = 'md5' | 'sha1' | 'sha256' | 'sha384' | 'sha512';

export interface Crafted {
  der: Uint8Array;
  certificatePem: string;
  privateKeyPem: string;
  keys: KeyPair;
  /** Name, DER. */
  name: Uint8Array;
}

export const notBefore = new Date('2026-01-01T00:00:00Z');
export const notAfter = new Date('2027-01-01T00:00:00Z');
/** In the middle of it. */
export const now = new Date('2026-07-01T00:00:00Z');

export function craft(craft: Craft = {}): Crafted {
  const keys = craft.keys ?? newKeys(craft.keyType ?? 'ECDSA P-256');
  const name = encodeName(craft.subject ?? 'someone');
  const issuer = craft.issuer ?? { name, keys };
  const version = craft.version ?? 3;
  const extensions = [...(craft.extensions ?? []), ...(version === 3 ? [subjectKeyIdentifier(keys.publicKey)] : [])];
  const der_ = signed(issuer.keys, craft, algorithm => [
    ...(version === 1 ? [] : [der.context(0, der.integer(version - 1))]),
    der.element(0x02, craft.serialNumber ?? randomSerial(keys)),
    algorithm,
    craft.issuerName ? encodeName(craft.issuerName) : issuer.name,
    der.sequence(der.time(craft.notBefore ?? notBefore), der.time(craft.notAfter ?? notAfter)),
    name,
    craft.publicKey ?? keys.publicKey.export({ format: 'der', type: 'spki' }),
    ...(extensions.length === 0 ? [] : [der.context(3, der.sequence(...extensions))]),
  ]);
  return {
    der: der_,
    certificatePem: toPem('CERTIFICATE', der_),
    privateKeyPem: keys.privateKey.export({ format: 'pem', type: 'pkcs8' }) as string,
    keys,
    name,
  };
}

/** Something in the form of a certificate or a revocation list: signed part, algorithm, signature. */
export function signed(
  { privateKey }: KeyPair,
  how: Pick<Craft, 'hash' | 'pssSalt' | 'algorithm' | 'innerAlgorithm' | 'isForged'>,
  content: (algorithm: Uint8Array) => Uint8Array[],
): Buffer {
  const { hash = 'sha256', pssSalt, isForged } = how;
  const algorithm = how.algorithm ?? algorithmFor(privateKey, hash, pssSalt);
  const part = der.sequence(...content(how.innerAlgorithm ?? algorithm));
  const isEdwards = privateKey.asymmetricKeyType?.startsWith('ed');
  const signature = sign(isEdwards ? null : hash, part, {
    key: privateKey,
    ...(pssSalt !== undefined && { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: pssSalt }),
  });
  if (isForged) signature[signature.length - 1]! ^= 1;
  return der.sequence(part, algorithm, der.bitString(signature));
}

export function newKeys(keyType: CraftedKeyType): KeyPair {
  const [family, variant = ''] = keyType.split(' ');
  if (family === 'RSA') return generateKeyPairSync('rsa', { modulusLength: Number(variant) });
  if (family === 'ECDSA') return generateKeyPairSync('ec', { namedCurve: variant });
  return keyType === 'Ed448' ? generateKeyPairSync('ed448') : generateKeyPairSync('ed25519');
}

const hashes: Readonly<Record<Hash, { oid: string; rsa: string; ecdsa: string }>> = {
  md5: { oid: '1.2.840.113549.2.5', rsa: '1.2.840.113549.1.1.4', ecdsa: '' },
  sha1: { oid: '1.3.14.3.2.26', rsa: '1.2.840.113549.1.1.5', ecdsa: '1.2.840.10045.4.1' },
  sha256: { oid: '2.16.840.1.101.3.4.2.1', rsa: '1.2.840.113549.1.1.11', ecdsa: '1.2.840.10045.4.3.2' },
  sha384: { oid: '2.16.840.1.101.3.4.2.2', rsa: '1.2.840.113549.1.1.12', ecdsa: '1.2.840.10045.4.3.3' },
  sha512: { oid: '2.16.840.1.101.3.4.2.3', rsa: '1.2.840.113549.1.1.13', ecdsa: '1.2.840.10045.4.3.4' },
};

/** AlgorithmIdentifier of what this key signs with this hash. */
export function algorithmFor(key: KeyObject, hash: Hash, pssSalt?: number): Buffer {
  switch (key.asymmetricKeyType) {
    case 'ed25519':
      return der.sequence(der.oid('1.3.101.112'));
    case 'ed448':
      return der.sequence(der.oid('1.3.101.113'));
    case 'ec':
      return der.sequence(der.oid(hashes[hash].ecdsa));
    default:
      return pssSalt === undefined ? der.sequence(der.oid(hashes[hash].rsa), der.nothing) : pss(hash, pssSalt);
  }
}

function pss(hash: Hash, salt: number): Buffer {
  const hashAlgorithm = der.sequence(der.oid(hashes[hash].oid), der.nothing);
  return der.sequence(
    der.oid('1.2.840.113549.1.1.10'),
    der.sequence(
      der.context(0, hashAlgorithm),
      der.context(1, der.sequence(der.oid('1.2.840.113549.1.1.8'), hashAlgorithm)),
      der.context(2, der.integer(salt)),
    ),
  );
}

let made = 0;
/** Another for each certificate, positive. */
const randomSerial = ({ publicKey }: KeyPair): Uint8Array => {
  const hash = createHash('sha256').update(publicKey.export({ format: 'der', type: 'spki' }));
  return Buffer.concat([Buffer.of(0x40), hash.update(String(made++)).digest().subarray(0, 7)]);
};
