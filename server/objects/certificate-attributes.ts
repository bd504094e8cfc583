import { createPublicKey, type KeyObject } from 'node:crypto';
import { readCertificateIdentity, type CertificateIdentity, type IdentityName } from '../../certs/index.ts';
import {
  AttributeSet,
  CertificateIdentifier,
  CertificateIssuer,
  CertificateLength,
  CertificateSubject,
  CertificateType,
  CryptographicAlgorithm,
  CryptographicLength,
  DigitalSignatureAlgorithm,
  findAttribute,
  X509CertificateIdentifier,
  X509CertificateIssuer,
  X509CertificateSubject,
  type Certificate,
  type TypeOf,
  type Version,
} from '../../kmip-codec/index.ts';

/**
 * What a certificate says of itself, for clients to find it by: 2.1 §4.6 to §4.8, §4.22, §4.61 to §4.63, 1.4 §3.8 to §3.16. Of a PGP
 * certificate only type and length are known. An algorithm that the
 * version does not know is left out. Throws CertificateError when an X.509 certificate is none.
 */
export function certificateAttributes(
  { certificateType, certificateValue }: Certificate,
  version: Version,
): AttributeSet {
  const set = new AttributeSet().set(CertificateType, certificateType).set(CertificateLength, certificateValue.length);
  if (certificateType !== CertificateType.X_509) return set;
  const identity = readCertificateIdentity(certificateValue);
  const { subject, issuer, serialNumber, serialNumberDer } = identity;
  set
    .set(X509CertificateIdentifier, { issuerDistinguishedName: issuer.der, certificateSerialNumber: serialNumberDer })
    .set(X509CertificateSubject, {
      subjectDistinguishedName: subject.der,
      subjectAlternativeName: subject.alternativeNamesDer,
    })
    .set(X509CertificateIssuer, {
      issuerDistinguishedName: issuer.der,
      issuerAlternativeName: issuer.alternativeNamesDer,
    })
    .set(CertificateIdentifier, { issuer: issuer.text, serialNumber: serialNumber.toUpperCase() })
    .set(CertificateSubject, { certificateSubjectDistinguishedName: subject.text })
    .set(CertificateIssuer, { certificateIssuerDistinguishedName: issuer.text });
  const signedWith = signatureAlgorithms.get(identity.signatureAlgorithm);
  if (signedWith !== undefined) set.set(DigitalSignatureAlgorithm, signedWith);
  addParts(set, 'Subject', subject);
  addParts(set, 'Issuer', issuer);
  addPublicKey(set, identity, version);
  return set;
}

/** The parts of a name, each an attribute of its own since 2.0: 2.1 §4.6. */
function addParts(set: AttributeSet, whose: 'Subject' | 'Issuer', { parts }: IdentityName): void {
  for (const { type, value } of parts) {
    const attribute = findAttribute(`Certificate ${whose} ${partNames.get(type) ?? type}`);
    if (attribute !== undefined) set.add(attribute, value);
  }
}
/** Where the attribute is not named after the part as RFC 4514 writes it. */
const partNames = new Map([
  ['emailAddress', 'Email'],
  ['serialNumber', 'Serial Number'],
  ['title', 'Title'],
  ['2.5.4.46', 'DN Qualifier'],
]);

function addPublicKey(set: AttributeSet, { publicKeyDer }: CertificateIdentity, version: Version): void {
  let key: KeyObject;
  try {
    key = createPublicKey({ key: Buffer.from(publicKeyDer), format: 'der', type: 'spki' });
  } catch {
    return; // Of an algorithm that OpenSSL does not have.
  }
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  const algorithm = keyAlgorithms.get(key.asymmetricKeyType ?? '');
  if (algorithm === undefined || !CryptographicAlgorithm.names.isKnownIn(algorithm, version)) return;
  set.set(CryptographicAlgorithm, algorithm);
  const length = modulusLength ?? curveBits(namedCurve ?? key.asymmetricKeyType!);
  if (length !== undefined) set.set(CryptographicLength, length);
}

/** Bits of a curve, which are in its name: `prime256v1`, `SECP384R1`, `P-521`, `ed448`. Those of Curve25519 fill 256. */
export function curveBits(name: string): number | undefined {
  if (name.includes('25519')) return 256;
  const bits = /[0-9]{3}/.exec(name)?.[0];
  return bits === undefined ? undefined : Number(bits);
}

const keyAlgorithms: ReadonlyMap<string, TypeOf<typeof CryptographicAlgorithm>> = new Map<
  string,
  TypeOf<typeof CryptographicAlgorithm>
>([
  ['rsa', CryptographicAlgorithm.RSA],
  ['rsa-pss', CryptographicAlgorithm.RSA],
  ['ec', CryptographicAlgorithm.ECDSA],
  ['dsa', CryptographicAlgorithm.DSA],
  ['ed25519', CryptographicAlgorithm.Ed25519],
  ['ed448', CryptographicAlgorithm.Ed448],
]);

type SignatureValue = TypeOf<typeof DigitalSignatureAlgorithm>;
/** By the names that certs gives them. */
const signatureAlgorithms: ReadonlyMap<string, SignatureValue> = new Map<string, SignatureValue>([
  ['RSA MD2', DigitalSignatureAlgorithm.MD2WithRSAEncryption],
  ['RSA MD5', DigitalSignatureAlgorithm.MD5WithRSAEncryption],
  ['RSA SHA-1', DigitalSignatureAlgorithm.SHA_1WithRSAEncryption],
  ['RSA SHA-224', DigitalSignatureAlgorithm.SHA_224WithRSAEncryption],
  ['RSA SHA-256', DigitalSignatureAlgorithm.SHA_256WithRSAEncryption],
  ['RSA SHA-384', DigitalSignatureAlgorithm.SHA_384WithRSAEncryption],
  ['RSA SHA-512', DigitalSignatureAlgorithm.SHA_512WithRSAEncryption],
  ['RSA-PSS SHA-1', DigitalSignatureAlgorithm.RSASSA_PSS],
  ['RSA-PSS SHA-224', DigitalSignatureAlgorithm.RSASSA_PSS],
  ['RSA-PSS SHA-256', DigitalSignatureAlgorithm.RSASSA_PSS],
  ['RSA-PSS SHA-384', DigitalSignatureAlgorithm.RSASSA_PSS],
  ['RSA-PSS SHA-512', DigitalSignatureAlgorithm.RSASSA_PSS],
  ['ECDSA SHA-1', DigitalSignatureAlgorithm.ECDSAWithSHA_1],
  ['ECDSA SHA-224', DigitalSignatureAlgorithm.ECDSAWithSHA224],
  ['ECDSA SHA-256', DigitalSignatureAlgorithm.ECDSAWithSHA256],
  ['ECDSA SHA-384', DigitalSignatureAlgorithm.ECDSAWithSHA384],
  ['ECDSA SHA-512', DigitalSignatureAlgorithm.ECDSAWithSHA512],
]);
