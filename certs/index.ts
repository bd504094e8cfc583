export {
  type CreateAuthority,
  createAuthority,
  type IssueClientCertificate,
  issueClientCertificate,
  type IssuedCertificate,
  type IssueServerCertificate,
  issueServerCertificate,
  type KeyedCertificate,
  type SignRequest,
  signRequest,
} from './authority.ts';
export type { Certificate } from './certificate.ts';
export { CertificateError, type Position } from './certificate-error.ts';
export { type CertificateIdentity, type IdentityName, readCertificateIdentity } from './certificate-identity.ts';
export type { CertificateRequest } from './certificate-request.ts';
export { parseCrls, type RevocationList } from './crl.ts';
export type { KeyUsageName } from './extension-values.ts';
export type { GivenKeyUsage } from './extensions.ts';
export { certifyKey, type CertifyKey, checkRequest } from './certify.ts';
export { colons, initiatorId, initiatorIdOf, sha1Fingerprint, sha256Fingerprint } from './fingerprint.ts';
export type { RandomBytes } from './issue.ts';
export { type IssueCrl, type IssuedCrl, issueCrl } from './issue-crl.ts';
export { type OrderedChain, orderChain } from './key-pair.ts';
export { checkKeyType, type KeyType, keyTypes } from './keys.ts';
export { type Authority, checkAuthority, issuerChainPem } from './load-authority.ts';
export { parseCertificates, parseCsr } from './parse.ts';
export { rootProblem, type ValidatedPath, type ValidatePath, validatePath } from './path.ts';
export { type PathProblem, type PathRule, pathRules } from './path-problem.ts';
export { INPUT_BYTES_MAX, toPem } from './pem.ts';
export { type ToPkcs12, toPkcs12 } from './pkcs12.ts';
export { type FromPkcs12, readPkcs12 } from './pkcs12-read.ts';
export { decryptPrivateKey, encryptPrivateKey, parsePrivateKey } from './private-key-file.ts';
export { checkServerCertificate } from './server-certificate.ts';
export { type CreateServerRequest, createServerRequest } from './server-request.ts';
export {
  generateSigningKey,
  publicKeyOf,
  publicPartOf,
  type PublicSigningKey,
  type SigningKeyType,
  signingKeyTypes,
} from './signing-key.ts';
export { matchesSubject, parseSubjectPattern, type SubjectPattern } from './subject-pattern.ts';
export {
  type Identified,
  identify,
  type Lookup,
  type NotIdentified,
  type PeerCertificate,
  type ReadPeer,
  readPeer,
} from './trust.ts';
export { type Validity, validityAt, validityOf } from './validity.ts';
