import { createPublicKey } from 'node:crypto';
import { fromBER } from 'asn1js';
import { CertificationRequest } from 'pkijs';
import { CertificateError, orCertificateError } from './certificate-error.ts';
import { type DerReader, DerTag, dottedOid, readSignedPart } from './der.ts';
import { engine } from './engine.ts';
import { noExtensions, type ReadExtensions, readExtensions } from './read-extensions.ts';
import { checkedKeyType } from './keys.ts';
import { readName } from './name.ts';
import { describePublicKey } from './public-key.ts';

/** What we show and judge of a PKCS #10 certification request. */
export interface CertificateRequest {
  der: Uint8Array;
  /** As RFC 4514 writes it. Empty when the request has none. */
  subject: string;
  /** `RSA 2048`, `ECDSA P-256`, `Ed25519` and alike. */
  publicKey: string;
  /** SubjectPublicKeyInfo, DER. */
  publicKeyDer: Uint8Array;
  subjectAltNames: string[];
  /** GeneralNames in DER, as they are asked for. */
  subjectAltNamesDer: Uint8Array | undefined;
  /** The purposes that are asked for, dotted. */
  extendedKeyUsage: readonly string[] | undefined;
}

/** Reads one request in DER (RFC 2986 §4). Throws CertificateError with the byte at which it is none. */
export function readCertificateRequest(der: Uint8Array): CertificateRequest {
  const info = readSignedPart(der, 'certificate request');

  info.next(DerTag.integer, 'the version');
  const subject = readName(info, 'the subject');
  const publicKey = info.next(DerTag.sequence, 'the public key');
  const publicKeyDer = info.whole(publicKey);
  const extensions = info.isAtEnd ? noExtensions : readAttributes(info);
  info.finish("the request's signed part");
  return {
    der,
    subject,
    publicKey: describePublicKey(readPublicKey(publicKeyDer, publicKey.start)),
    publicKeyDer,
    subjectAltNames: extensions.subjectAltNames,
    subjectAltNamesDer: extensions.subjectAltNamesDer,
    extendedKeyUsage: extensions.extendedKeyUsage,
  };
}

const acceptedHashes = ['SHA-256', 'SHA-384', 'SHA-512'];
const ED25519 = '1.3.101.112';

/**
 * Gives the request as pkijs has it, once its signature is good and its key one that we sign for.
 * Throws CertificateError for a weak or unknown key, a SHA-1 or unknown signature, a signature that another key made. With `sha1`
 * it may be SHA-1, for whoever knows the key by other means.
 */
export async function verifiedRequest(
  { der }: CertificateRequest,
  { sha1 = 'refuse' }: { sha1?: 'refuse' | 'accept' } = {},
): Promise<CertificationRequest> {
  const request = orCertificateError({ found: 'other ASN.1', expected: 'a certificate request' }, () => {
    const { result } = fromBER(der);
    return new CertificationRequest({ schema: result });
  });
  const { algorithmId } = request.signatureAlgorithm;
  const publicKey = readPublicKey(new Uint8Array(request.subjectPublicKeyInfo.toSchema().toBER()));
  const keyType = checkedKeyType(publicKey);
  const hash = orCertificateError(unknownSignature(algorithmId), () =>
    engine.getHashAlgorithm(request.signatureAlgorithm),
  );
  const isEd25519 = algorithmId === ED25519 && keyType === 'Ed25519';
  const isSha1Accepted = sha1 === 'accept' && hash === 'SHA-1';
  if (!isEd25519 && !acceptedHashes.includes(hash) && !isSha1Accepted) {
    throw new CertificateError(hash ? weakSignature(hash) : unknownSignature(algorithmId));
  }
  // pkijs throws at a signature that does not even have the form of one.
  const isGenuine = await request.verify(engine).catch(() => false);
  if (!isGenuine) {
    throw new CertificateError({
      found: 'a signature that does not verify',
      expected: "one made with the request's own key",
    });
  }
  return request;
}

const weakSignature = (hash: string) => ({
  found: `a request signed with ${hash}`,
  expected: acceptedHashes.join(', '),
});
const unknownSignature = (algorithm: string) => ({
  found: `a request signed with algorithm ${algorithm}`,
  expected: `RSA or ECDSA with ${acceptedHashes.join(', ')}, or Ed25519`,
});

function readPublicKey(spki: Uint8Array, byte?: number) {
  return orCertificateError(
    {
      ...(byte !== undefined && { byte }),
      found: 'a public key that cannot be read',
      expected: 'RSA, ECDSA or Ed25519',
    },
    () => createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }),
  );
}

// PKCS #9 extensionRequest, and the one that Microsoft's tools write.
const extensionRequests = ['1.2.840.113549.1.9.14', '1.3.6.1.4.1.311.2.1.14'];

function readAttributes(info: DerReader): ReadExtensions {
  let extensions = noExtensions;
  const attributes = info.into(info.next(DerTag.context(0), 'the attributes'));
  while (!attributes.isAtEnd) {
    const attribute = attributes.into(attributes.next(DerTag.sequence, 'an attribute'));
    const type = dottedOid(attribute.content(attribute.next(DerTag.objectIdentifier, 'the type of an attribute')));
    const values = attribute.into(attribute.next(DerTag.set, `the values of attribute ${type}`));
    if (extensionRequests.includes(type)) extensions = readExtensions(values);
  }
  return extensions;
}
