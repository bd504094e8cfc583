export {
  type Authority,
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
export type { CertificateRequest } from './certificate-request.ts';
export { colons, initiatorId, initiatorIdOf, sha1Fingerprint, sha256Fingerprint } from './fingerprint.ts';
export type { RandomBytes } from './issue.ts';
export { type KeyType, keyTypes } from './keys.ts';
export { parseCertificates, parseCsr } from './parse.ts';
export { INPUT_BYTES_MAX, toPem } from './pem.ts';
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
