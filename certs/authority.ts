import { createPublicKey } from 'node:crypto';
import { fromBER } from 'asn1js';
import { type Extension, PublicKeyInfo, type RelativeDistinguishedNames } from 'pkijs';
import { type CertificateRequest, verifiedRequest } from './certificate-request.ts';
import * as extension from './extensions.ts';
import * as issue from './issue.ts';
import { generateKeyPair, importPrivateKey, type KeyType, privateKeyPem } from './keys.ts';
import { type Authority, loadAuthority } from './load-authority.ts';
import { parseCsr } from './parse.ts';
import { toPem } from './pem.ts';
import { serverNames } from './server-names.ts';

export interface IssuedCertificate {
  certificatePem: string;
  der: Uint8Array;
}

export interface KeyedCertificate extends IssuedCertificate {
  /** PKCS#8, not encrypted. */
  privateKeyPem: string;
}

export interface CreateAuthority {
  commonName: string;
  now: Date;
  validityDays: number;
  /** RSA 3072 unless said. */
  keyType?: KeyType;
  /** A key that is there already, instead of a new one of `keyType`. */
  privateKeyPem?: string;
  randomBytes?: issue.RandomBytes;
}

/** Makes a self-signed authority for end certificates (path length 0). */
export async function createAuthority({
  commonName,
  now,
  validityDays,
  keyType,
  privateKeyPem: givenKey,
  randomBytes,
}: CreateAuthority): Promise<KeyedCertificate> {
  const subject = issue.commonNameOnly(commonName);
  const validity = issue.validityFrom(now, validityDays);
  const privateKey = givenKey ?? (await privateKeyPem((await generateKeyPair(keyType ?? 'RSA 3072')).privateKey));
  const publicKey = await publicKeyInfoOf(privateKey);
  const der = await issue.issueCertificate({
    subject,
    issuer: subject,
    ...validity,
    publicKey,
    extensions: [
      extension.basicConstraints(0),
      extension.keyUsage('keyCertSign', 'cRLSign'),
      extension.authorityKeyIdentifier(issue.keyIdentifier(publicKey)),
    ],
    signWith: await importPrivateKey(privateKey),
    randomBytes,
  });
  return { certificatePem: toPem('CERTIFICATE', der), der, privateKeyPem: privateKey };
}

interface Issuing {
  authority: Authority;
  now: Date;
  /** The certificate ends no later than the authority's own. */
  validityDays: number;
  randomBytes?: issue.RandomBytes;
}

export interface IssueServerCertificate extends Issuing {
  /** Host names and IP addresses that clients connect to; `localhost` is always added. */
  names: readonly string[];
  /** The first name unless said; what vCenter shows as the subject. */
  commonName?: string;
  /** RSA 2048 unless said. */
  keyType?: KeyType;
  /** A key that is there already, instead of a new one of `keyType`. */
  privateKeyPem?: string;
}

/**
 * Makes a server certificate, and a key for it unless one is given. Throws CertificateError for a name that is neither host name
 * nor address, and for a key of a kind that we do not certify.
 */
export async function issueServerCertificate({
  names,
  commonName,
  keyType,
  privateKeyPem,
  ...issuing
}: IssueServerCertificate): Promise<KeyedCertificate> {
  const allNames = serverNames(names);
  const subject = issue.commonNameOnly(commonName ?? allNames.find(issue.fitsCommonName) ?? 'localhost');
  const extensions = [
    extension.extendedKeyUsage('serverAuth', 'clientAuth'),
    extension.subjectAltNames(extension.generalNames(allNames)),
  ];
  if (privateKeyPem === undefined) return issueWithNewKey(issuing, subject, keyType, extensions);
  const der = await issueEndCertificate(issuing, subject, await publicKeyInfoOf(privateKeyPem), extensions);
  return { certificatePem: toPem('CERTIFICATE', der), der, privateKeyPem };
}

export interface IssueClientCertificate extends Issuing {
  commonName: string;
  /** RSA 2048 unless said: every vCenter takes it. */
  keyType?: KeyType;
}

/** Makes a key and a client certificate for it. */
export async function issueClientCertificate({
  commonName,
  keyType,
  ...issuing
}: IssueClientCertificate): Promise<KeyedCertificate> {
  const subject = issue.commonNameOnly(commonName);
  return issueWithNewKey(issuing, subject, keyType, [extension.extendedKeyUsage('clientAuth')]);
}

export interface SignRequest extends Issuing {
  /** As `parseCsr` takes or gives it. */
  csr: string | Uint8Array | CertificateRequest;
}

/**
 * Issues a client certificate for a request: subject and subject alternative names as asked for, all else as we decide.
 * Throws CertificateError when the request is damaged, weak (RSA under 2048, SHA-1), of an unknown kind or badly signed.
 */
export async function signRequest({ csr, ...issuing }: SignRequest): Promise<IssuedCertificate> {
  const read = typeof csr === 'string' || csr instanceof Uint8Array ? parseCsr(csr) : csr;
  const request = await verifiedRequest(read);
  const isUnnamed = read.subject === '';
  const names = read.subjectAltNamesDer && extension.subjectAltNames(read.subjectAltNamesDer, isUnnamed);
  const der = await issueEndCertificate(issuing, request.subject, request.subjectPublicKeyInfo, [
    extension.extendedKeyUsage('clientAuth'),
    ...(names ? [names] : []),
  ]);
  return { certificatePem: toPem('CERTIFICATE', der), der };
}

async function issueWithNewKey(
  issuing: Issuing,
  subject: RelativeDistinguishedNames,
  keyType: KeyType | undefined,
  extensions: Extension[],
): Promise<KeyedCertificate> {
  const keys = await generateKeyPair(keyType ?? 'RSA 2048');
  const der = await issueEndCertificate(issuing, subject, await issue.publicKeyInfo(keys.publicKey), extensions);
  return { certificatePem: toPem('CERTIFICATE', der), der, privateKeyPem: await privateKeyPem(keys.privateKey) };
}

async function publicKeyInfoOf(privateKeyPem: string): Promise<PublicKeyInfo> {
  const { keyObject } = await importPrivateKey(privateKeyPem);
  const spki = createPublicKey(keyObject).export({ format: 'der', type: 'spki' });
  return new PublicKeyInfo({ schema: fromBER(spki).result });
}

const ED25519 = '1.3.101.112';

async function issueEndCertificate(
  { authority, now, validityDays, randomBytes }: Issuing,
  subject: RelativeDistinguishedNames,
  publicKey: PublicKeyInfo,
  extensions: Extension[],
): Promise<Uint8Array> {
  const issuer = await loadAuthority(authority, now);
  // An Ed25519 key can encipher nothing, and RFC 8410 §5 forbids to say that it does. vCenter asks for both of the others.
  const canEncipher = publicKey.algorithm.algorithmId !== ED25519;
  return issue.issueCertificate({
    subject,
    issuer: issuer.name,
    ...issue.validityFrom(now, validityDays, issuer.certificate),
    publicKey,
    extensions: [
      extension.basicConstraints(),
      canEncipher ? extension.keyUsage('digitalSignature', 'keyEncipherment') : extension.keyUsage('digitalSignature'),
      ...extensions,
      extension.authorityKeyIdentifier(issuer.keyIdentifier),
    ],
    signWith: issuer.signWith,
    randomBytes,
  });
}
