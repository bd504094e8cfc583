import { randomBytes as systemRandomBytes } from 'node:crypto';
import { CertificateError } from './certificate-error.ts';
import * as der from './der-writer.ts';
import { encryptedPrivateKeyInfo } from './encrypted-private-key.ts';
import { encryptWith } from './encryption.ts';
import { sha1Fingerprint } from './fingerprint.ts';
import type { RandomBytes } from './issue.ts';
import { orderChain } from './key-pair.ts';
import { parseCertificates } from './parse.ts';
import { pkcs12Mac } from './pkcs12-derivation.ts';
import { pkcs12Oid } from './pkcs12-oids.ts';
import { readPrivateKey } from './private-key-file.ts';

export interface ToPkcs12 {
  certificatePem: string;
  /** PKCS#8, not encrypted. */
  privateKeyPem: string;
  /** The authority and what stands above it. */
  chainPem?: string;
  /** Under which all of it is encrypted. */
  password: string;
  /** Under which other programs show certificate and key; keytool's alias. */
  friendlyName: string;
  randomBytes?: RandomBytes;
}

/** For each of three derivations, which together take half a second. OpenSSL's own number is 2048, keytool's 10,000. */
const ITERATIONS = 100_000;
const MAC_SALT_OCTETS = 20;

/**
 * A certificate, its key and its chain as a PKCS#12 file (RFC 7292), encrypted by PBES2 with PBKDF2-HMAC-SHA-256 and AES-256-CBC, with
 * a MAC of SHA-256: what openssl, keytool and Windows of today read. Throws CertificateError when the key is of another certificate,
 * or for a password that is empty or not ASCII (Java would not open the file).
 */
export async function toPkcs12(options: ToPkcs12): Promise<Uint8Array> {
  const { password, friendlyName, randomBytes = systemRandomBytes } = options;
  if (!/^[\x20-\x7e]+$/.test(password)) {
    const found = password === '' ? 'an empty password' : 'a password with other characters than those of ASCII';
    throw new CertificateError({ found, expected: 'ASCII alone, which every program takes for the same password' });
  }
  const pair = orderChain(`${options.certificatePem}\n${options.chainPem ?? ''}`, options.privateKeyPem);
  const [own] = parseCertificates(pair.certificatePem);
  const chain = pair.chainPem === '' ? [] : parseCertificates(pair.chainPem);
  const encryption = { iterations: ITERATIONS, randomBytes };

  const attributes = [
    attribute(pkcs12Oid.friendlyName, der.bmpString(friendlyName)),
    attribute(pkcs12Oid.localKeyId, der.octetString(Buffer.from(sha1Fingerprint(own!.der), 'hex'))),
  ];
  const certificates = der.sequence(
    certificateBag(own!.der, attributes),
    ...chain.map(certificate => certificateBag(certificate.der, [])),
  );
  const pkcs8 = readPrivateKey(pair.privateKeyPem).export({ format: 'der', type: 'pkcs8' });
  const key = await encryptedPrivateKeyInfo(pkcs8, password, encryption);
  pkcs8.fill(0);
  const safe = der.sequence(
    encryptedContent(await encryptWith(password, certificates, encryption)),
    plainContent(der.sequence(bag(pkcs12Oid.encryptedKeyBag, key, attributes))),
  );

  const derivation = { hash: 'sha256', salt: randomBytes(MAC_SALT_OCTETS), iterations: ITERATIONS };
  const mac = await pkcs12Mac(password, derivation, safe);
  const digest = der.sequence(der.sequence(der.objectIdentifier(pkcs12Oid.sha256), der.nothing), der.octetString(mac));
  const macData = der.sequence(digest, der.octetString(derivation.salt), der.integer(ITERATIONS));
  return der.sequence(der.integer(3), plainContent(safe), macData);
}

/** ContentInfo of type data (RFC 7292 §4.1). */
const plainContent = (content: Uint8Array) =>
  der.sequence(der.objectIdentifier(pkcs12Oid.data), der.context(0, der.octetString(content)));

/** ContentInfo of type encryptedData (RFC 5652 §8). */
const encryptedContent = ({ algorithm, data }: { algorithm: Uint8Array; data: Uint8Array }) =>
  der.sequence(
    der.objectIdentifier(pkcs12Oid.encryptedData),
    der.context(
      0,
      der.sequence(
        der.integer(0),
        der.sequence(der.objectIdentifier(pkcs12Oid.data), algorithm, der.contextPrimitive(0, data)),
      ),
    ),
  );

const certificateBag = (certificate: Uint8Array, attributes: readonly Uint8Array[]) =>
  bag(
    pkcs12Oid.certificateBag,
    der.sequence(der.objectIdentifier(pkcs12Oid.x509Certificate), der.context(0, der.octetString(certificate))),
    attributes,
  );

function bag(id: string, value: Uint8Array, attributes: readonly Uint8Array[]): Uint8Array {
  const content = [der.objectIdentifier(id), der.context(0, value)];
  // DER puts the members of a SET OF in the order of their octets.
  if (attributes.length > 0) content.push(der.set(...attributes.toSorted(Buffer.compare)));
  return der.sequence(...content);
}

const attribute = (id: string, value: Uint8Array) => der.sequence(der.objectIdentifier(id), der.set(value));
