import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign,
  timingSafeEqual,
  verify,
} from 'node:crypto';

/** A request to be signed: always a POST. */
export interface SignRequestOptions {
  /** `/admin/client/add`. */
  readonly path: string;
  readonly body: Uint8Array;
  /** Of the server that is asked; the signature is good there only. */
  readonly instanceId: string;
  /** SHA-256 over the administrator's public key (SubjectPublicKeyInfo), 64 lower-case hex digits. */
  readonly keyId: string;
  /** Ed25519 or ECDSA P-256, PKCS#8, not encrypted. */
  readonly privateKeyPem: string;
  readonly now: Date;
  /** base64url of at least 16 random bytes, never used before. */
  readonly nonce: string;
}

/** What the headers of a signed request say; nothing of it is checked yet. */
export interface SignatureClaim {
  readonly keyId: string;
  readonly algorithm: SignatureAlgorithm;
  readonly instanceId: string;
  /** Whole seconds. */
  readonly created: Date;
  readonly nonce: string;
  /** SHA-256 that the body is said to have. */
  readonly digest: Uint8Array;
  /** The parameters as they stand in Signature-Input. */
  readonly parameters: string;
  readonly signature: Uint8Array;
}

/** Names of RFC 9421 §6.2.2. */
export type SignatureAlgorithm = 'ed25519' | 'ecdsa-p256-sha256';

/** The headers are not those of a signed request. The message says which header, never what stood in it. */
export class SignatureFormError extends Error {
  override readonly name = 'SignatureFormError';
}

/**
 * Headers, in lower case, that sign a request: HTTP Message Signatures (RFC 9421) over method, path and Content-Digest
 * (RFC 9530), in one fixed form. Throws TypeError for a key that is neither Ed25519 nor ECDSA P-256, and for a nonce that is too short.
 */
export function signRequest(options: SignRequestOptions): Record<string, string> {
  const { path, body, instanceId, keyId, nonce, now } = options;
  const key = createPrivateKey(options.privateKeyPem);
  const algorithm = signatureAlgorithmOf(key);
  if (algorithm === undefined) throw new TypeError('a signature key is Ed25519 or ECDSA P-256');
  const created = Math.floor(now.getTime() / 1000);
  const parameters = `${COVERED};created=${created};nonce="${nonce}";keyid="${keyId}";alg="${algorithm}";tag="kmipd-${instanceId}"`;
  if (!PARAMETERS.test(parameters)) throw new TypeError('nonce, key id or instance id has not its form');
  const contentDigest = `sha-256=:${digestOf(body).toString('base64')}:`;
  const base = signatureBase(path, contentDigest, parameters);
  const signature = sign(HASHES[algorithm], base, { key, dsaEncoding: 'ieee-p1363' });
  return {
    'content-digest': contentDigest,
    'signature-input': `sig=${parameters}`,
    signature: `sig=:${signature.toString('base64')}:`,
  };
}

/** Whether any header of a signature is there. */
export const isSigned = (headers: Readonly<Record<string, string | undefined>>): boolean =>
  headers['signature'] !== undefined || headers['signature-input'] !== undefined;

/** Reads the headers that `signRequest` makes, names in lower case. Any other form of RFC 9421 is refused: SignatureFormError. */
export function readSignature(headers: Readonly<Record<string, string | undefined>>): SignatureClaim {
  const parameters = /^sig=(.*)$/.exec(headers['signature-input'] ?? '')?.[1] ?? '';
  const [, seconds, nonce, keyId, algorithm, instanceId] = PARAMETERS.exec(parameters) ?? [];
  if (nonce === undefined || keyId === undefined || instanceId === undefined) throw malformed('Signature-Input');
  return {
    keyId,
    algorithm: algorithm as SignatureAlgorithm,
    instanceId,
    created: new Date(Number(seconds) * 1000),
    nonce,
    digest: bytesIn(headers, 'Content-Digest', CONTENT_DIGEST),
    parameters,
    signature: bytesIn(headers, 'Signature', SIGNATURE),
  };
}

/** Whether the body is the one that was signed. */
export const isDigestOf = ({ digest }: SignatureClaim, body: Uint8Array): boolean =>
  timingSafeEqual(digest, digestOf(body));

/** Whether this key (SubjectPublicKeyInfo, DER) has signed a POST to this path, with the digest that is claimed. */
export function isSignedBy(claim: SignatureClaim, path: string, publicKey: Uint8Array): boolean {
  const { algorithm, digest, parameters, signature } = claim;
  const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' });
  if (signatureAlgorithmOf(key) !== algorithm) return false;
  const contentDigest = `sha-256=:${Buffer.from(digest).toString('base64')}:`;
  const base = signatureBase(path, contentDigest, parameters);
  return verify(HASHES[algorithm], base, { key, dsaEncoding: 'ieee-p1363' }, signature);
}

/** The algorithm by which a key signs; undefined for one that no administrator may have. */
export function signatureAlgorithmOf(key: KeyObject): SignatureAlgorithm | undefined {
  if (key.asymmetricKeyType === 'ed25519') return 'ed25519';
  const isP256 = key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
  return isP256 ? 'ecdsa-p256-sha256' : undefined;
}

const COVERED = '("@method" "@path" "content-digest")';
/** 22 characters of base64url are 16 bytes. */
const PARAMETERS =
  /^\("@method" "@path" "content-digest"\);created=(0|[1-9]\d{0,10});nonce="([\w-]{22,128})";keyid="([0-9a-f]{64})";alg="(ed25519|ecdsa-p256-sha256)";tag="kmipd-([A-Za-z0-9-]{1,128})"$/;
const CONTENT_DIGEST = /^sha-256=:([A-Za-z0-9+/]{43}=):$/;
/** Both algorithms make 64 bytes (RFC 9421 §3.3.4, §3.3.6). */
const SIGNATURE = /^sig=:([A-Za-z0-9+/]{86}==):$/;

/** Ed25519 has its own. */
const HASHES: Readonly<Record<SignatureAlgorithm, string | null>> = { ed25519: null, 'ecdsa-p256-sha256': 'sha256' };

const digestOf = (body: Uint8Array): Buffer => createHash('sha256').update(body).digest();

/** RFC 9421 §2.5. */
const signatureBase = (path: string, contentDigest: string, parameters: string): Buffer =>
  Buffer.from(
    `"@method": POST\n"@path": ${path}\n"content-digest": ${contentDigest}\n"@signature-params": ${parameters}`,
  );

/** The bytes in the form's only group. Base64 that is not as it would be written is none. */
function bytesIn(headers: Readonly<Record<string, string | undefined>>, name: string, form: RegExp): Buffer {
  const text = form.exec(headers[name.toLowerCase()] ?? '')?.[1];
  const bytes = Buffer.from(text ?? '', 'base64');
  if (text === undefined || bytes.toString('base64') !== text) throw malformed(name);
  return bytes;
}

const malformed = (header: string) => new SignatureFormError(`header ${header} is missing or not as expected`);
