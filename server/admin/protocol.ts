import type { Expiry } from '../expiry/index.ts';

/**
 * What can be asked of the certificate manager, and what it answers. Both cross the administrator's socket or port as JSON, so
 * bytes are base64 and times are ISO 8601 in UTC. Request `client add` is `POST /admin/client/add`.
 */
export interface Requests {
  'client add': { readonly body: ClientAdd; readonly answer: ClientAdded };
  'client list': { readonly body: NoBody; readonly answer: { readonly clients: readonly ShownClient[] } };
  'client show': { readonly body: Named; readonly answer: ShownClientInFull };
  'client remove': { readonly body: ClientRemove; readonly answer: ClientRemoved };
  'client refused': { readonly body: NoBody; readonly answer: { readonly refused: readonly ShownRefused[] } };
  'client trust': { readonly body: ClientTrust; readonly answer: ClientAdded };
  /** Replaces the revocation lists of a client's trusted root. */
  'client crl': { readonly body: ClientCrl; readonly answer: { readonly roots: readonly ShownRoot[] } };

  'certs show': { readonly body: NoBody; readonly answer: ShownCertificates };
  /** A new certificate from our authority; with a new key unless `reuseKey`. `names`: those of the present one unless given. */
  'certs server renew': { readonly body: ServerRenew; readonly answer: ServerCertificateSet };
  /** A request to be signed elsewhere; its key waits here until the certificate is imported. */
  'certs server csr': { readonly body: ServerCsr; readonly answer: { readonly csrPem: string } };
  'certs server import': { readonly body: CertificateImport; readonly answer: ServerCertificateSet };
  'certs authority import': {
    readonly body: CertificateImport;
    readonly answer: { readonly authority: ShownCertificate };
  };
  /** The revocation list of our authority, made now. */
  'certs crl': { readonly body: NoBody; readonly answer: ShownCrl };

  'admin create': { readonly body: AdminCreate; readonly answer: AdminSet };
  'admin list': { readonly body: NoBody; readonly answer: { readonly administrators: readonly ShownAdministrator[] } };
  'admin show': { readonly body: Named; readonly answer: ShownAdministrator };
  'admin renew': { readonly body: AdminCreate; readonly answer: AdminSet };
  'admin remove': { readonly body: Named; readonly answer: { readonly name: string; readonly left: number } };

  'vault create': { readonly body: Named; readonly answer: ShownVault };
  'vault list': { readonly body: NoBody; readonly answer: { readonly vaults: readonly ShownVault[] } };

  /** Needs no administrator on the local socket, and makes no event. */
  status: { readonly body: NoBody; readonly answer: ShownStatus };
}
export type RequestName = keyof Requests;
export type BodyOf<Name extends RequestName> = Requests[Name]['body'];
export type AnswerOf<Name extends RequestName> = Requests[Name]['answer'];

export interface NoBody {}
export interface Named {
  readonly name: string;
}

/** base64 of a file as the person has it: PEM or DER. */
export type FileContent = string;
/** ISO 8601, UTC. */
export type Time = string;

export type { Expiry };

export interface ClientAdd {
  readonly name: string;
  /** Name of the vault; the client's own, or `default`, unless said. */
  readonly vault?: string;
  readonly way: TrustWay;
  /** For a client that exists: replaces what it had. */
  readonly credential?: { readonly username: string; readonly password: string };
}
/** The four ways of vCenter's dialog. */
export type TrustWay =
  /** vCenter Root CA Certificate. `file`: the root, and intermediates if there are any. */
  | {
      readonly kind: 'root';
      readonly file: FileContent;
      readonly subject: string;
      readonly crls?: readonly FileContent[];
    }
  /** vCenter Certificate. */
  | { readonly kind: 'pin'; readonly file: FileContent }
  /** KMS certificate and private key. */
  | { readonly kind: 'issue'; readonly keyType?: string }
  /** New Certificate Signing Request (CSR). */
  | { readonly kind: 'sign'; readonly file: FileContent };

export interface ClientAdded {
  readonly client: string;
  readonly id: string;
  readonly vault: string;
  readonly isNew: boolean;
  /** The certificate that was added; of way `root` the root. */
  readonly certificate: ShownCertificate;
  /** What the person should know: a certificate of an earlier generation, a SHA-1 signature, not valid yet. */
  readonly warnings: readonly string[];
  /** Of ways `issue` and `sign`: the certificate. */
  readonly certificatePem?: string;
  /** The authority and what stands above it. */
  readonly chainPem?: string;
  /** Of way `issue`, given this once and not kept: PKCS#8, not encrypted. */
  readonly privateKeyPem?: string;
}

export interface ClientRemove extends Named {
  /** Only this certificate or root of the client: its SHA-256 fingerprint or the first digits of it, with or without colons. */
  readonly certificate?: string;
}
export interface ClientRemoved {
  readonly client: string;
  /** SHA-256 of the certificates and roots that were removed. */
  readonly removed: readonly string[];
  /** Whether the client itself is gone too. */
  readonly isGone: boolean;
  /** Connections that were cut; undefined when no server is running. */
  readonly connectionsCut?: number;
}
export interface ClientTrust extends Named {
  /** SHA-256 or SHA-1, or the first digits (8 at least), with or without colons. */
  readonly fingerprint: string;
  readonly vault?: string;
}
export interface ClientCrl extends Named {
  /** SHA-256 of the root or its first digits; may be left out where the client has one root. */
  readonly root?: string;
  readonly crls: readonly FileContent[];
}

export interface ShownCertificate {
  /** SHA-256, lower-case hex without colons, as `sha1`. */
  readonly sha256: string;
  readonly sha1: string;
  readonly serialNumber: string;
  /** RFC 4514. */
  readonly subject: string;
  readonly issuer: string;
  readonly subjectAltNames: readonly string[];
  /** `RSA 2048`, `ECDSA P-256` … */
  readonly publicKey: string;
  /** `RSA SHA-256`, `ECDSA SHA-384`, `Ed25519` … */
  readonly signatureAlgorithm: string;
  readonly notBefore: Time;
  readonly notAfter: Time;
  /** Whole days until its end, rounded down; negative once it is past. */
  readonly daysLeft: number;
}
export interface ShownClientCertificate extends ShownCertificate {
  readonly origin: 'issued' | 'pinned' | 'signed' | 'seen';
  readonly addedAt: Time;
  readonly lastHandshakeAt: Time | null;
  readonly lastRequestAt: Time | null;
}
export interface ShownRoot extends ShownCertificate {
  readonly subjectPattern: string;
  readonly addedAt: Time;
  readonly crls: readonly {
    readonly issuer: string;
    readonly thisUpdate: Time;
    readonly nextUpdate: Time | null;
    readonly revoked: number;
  }[];
}
export interface ShownClient {
  readonly name: string;
  readonly id: string;
  readonly vault: string;
  readonly createdAt: Time;
  readonly username: string | null;
  readonly certificates: readonly ShownClientCertificate[];
  readonly roots: readonly ShownRoot[];
}
export interface ShownClientInFull extends ShownClient {
  readonly lastHandshakeAt: Time | null;
  readonly lastRequestAt: Time | null;
  /** Managed objects of its vault. */
  readonly keys: number;
  /** What the vault's keys say of who made them, by x-Product and x-Product_Version. */
  readonly products: readonly { readonly attribute: string; readonly value: string; readonly keys: number }[];
}
export interface ShownRefused {
  readonly sha256: string;
  readonly sha1: string;
  readonly subject: string;
  readonly issuer: string;
  readonly notBefore: Time | null;
  readonly notAfter: Time | null;
  readonly cause: string;
  readonly firstAt: Time;
  readonly lastAt: Time;
  readonly count: number;
}

export interface ShownCertificates {
  readonly server: ShownCertificate;
  /** What the server sends above its own certificate. */
  readonly chain: readonly ShownCertificate[];
  readonly serverPem: string;
  readonly authority: ShownCertificate;
  readonly authorityPem: string;
  /** Whether a key waits for the certificate to a request. */
  readonly hasPendingRequest: boolean;
}
export interface ServerRenew {
  readonly reuseKey?: boolean;
  readonly names?: readonly string[];
  readonly keyType?: string;
  readonly validityDays?: number;
}
export interface ServerCsr {
  readonly reuseKey?: boolean;
  readonly names?: readonly string[];
  readonly commonName?: string;
  readonly keyType?: string;
}
/** PEM pair (or the certificate alone, to a key that waits here), or PKCS#12 with its password; the chain in `certificate` or `chain`. */
export interface CertificateImport {
  readonly certificate?: FileContent;
  readonly key?: FileContent;
  /** Of an encrypted `key`. */
  readonly passphrase?: string;
  readonly chain?: FileContent;
  readonly pkcs12?: { readonly file: FileContent; readonly password: string };
}
export interface ServerCertificateSet {
  readonly certificate: ShownCertificate;
  readonly chain: readonly ShownCertificate[];
  readonly warnings: readonly string[];
  /** Whether a running server shows it to new connections from now on. */
  readonly isServed: boolean;
}
export interface ShownCrl {
  readonly crlPem: string;
  readonly thisUpdate: Time;
  readonly nextUpdate: Time;
  readonly revoked: number;
}

/** The key pair is made by the administrator; only the public part comes here. */
export interface AdminCreate extends Named {
  /** SubjectPublicKeyInfo, PEM: Ed25519 or ECDSA P-256. */
  readonly publicKeyPem: string;
}
export interface AdminSet extends ShownAdministrator {
  /** What the administrator's key file keeps: the server that it is for, and its authority. */
  readonly instanceId: string;
  readonly authorityPem: string;
}
export interface ShownAdministrator {
  readonly name: string;
  readonly id: string;
  readonly keyId: string;
  readonly keyType: 'Ed25519' | 'ECDSA P-256';
  readonly createdAt: Time;
  readonly keySetAt: Time;
}
export interface ShownVault {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Time;
  readonly clients: readonly string[];
}

export interface ShownStatus {
  readonly isRunning: boolean;
  readonly version: string;
  readonly startedAt: Time | null;
  /** `host:port` of KMIP; null when not running. */
  readonly listen: string | null;
  readonly connections: number;
  readonly clients: number;
  readonly refused: number;
  /** Soonest end first. */
  readonly expiries: readonly Expiry[];
  readonly sinks: readonly ShownSink[];
  /** The newest; null before the first. */
  readonly checkpoint: {
    /** Events that it covers. */
    readonly size: number;
    readonly time: Time;
  } | null;
  /** Room for the data folder, and what it allows: `enough`, `low`, `no changes` or `nothing`; null when not running. */
  readonly storage: { readonly stage: string; readonly freeBytes: number } | null;
}
export interface ShownSink {
  readonly sink: string;
  /** Number of the last event that is safe there. */
  readonly cursor: number;
  /** Events that it has not taken yet, and the age of the oldest of them; 0 when there is none. */
  readonly lag: number;
  readonly oldestAgeSeconds: number;
  /** In a row, until now, as a running server has seen it. */
  readonly failures: number;
  /** Whether it takes long over a batch. */
  readonly isHanging: boolean;
  /** Since when it fails or hangs; null while all is well. */
  readonly since: Time | null;
}
