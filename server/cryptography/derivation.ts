import { createHash, createHmac, diffieHellman, pbkdf2 as derivePbkdf2, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { registry, type CryptographicParametersValue } from '../../kmip-codec/index.ts';
import { encrypt } from './block-cipher.ts';
import { cipherOf } from './ciphers.ts';
import { attempt, CryptographicFailure } from './failure.ts';
import { hashNameOf } from './hashes.ts';
import { counterMode, doublePipelineMode, feedbackMode } from './sp800-108.ts';
import { hmacHashOf, macOf } from './mac.ts';

/** What a derivation works on. Which of it is needed the method says. */
export interface DerivationInput {
  readonly parameters: CryptographicParametersValue;
  /** The derivation key, or the password. */
  readonly key: Buffer;
  /** Derivation Data, in one piece or more. */
  readonly data: readonly Uint8Array[];
  readonly salt?: Uint8Array | undefined;
  readonly iterationCount?: number | undefined;
  readonly initializationVector?: Uint8Array | undefined;
}
type Derive = (input: DerivationInput, bytes: number) => Buffer | Promise<Buffer>;

/**
 * As many bytes as are asked for, derived by a Derivation Method (2.1 §11.14, 1.4 §4.6). Throws CryptographicFailure: Unsupported
 * Cryptographic Parameters for a method or function that is not there, Bad Cryptographic Parameters and Invalid Field where
 * something is missing or does not fit, Cryptographic Failure where the method has no output of that length.
 */
export async function derive(method: number, input: DerivationInput, bytes: number): Promise<Buffer> {
  const made = await methodFor(method)(input, bytes);
  return leftmost(made, bytes);
}

/** The secret that a private key and the public key of the other side agree on: the Derivation Method Asymmetric Key. Throws as `derive`. */
export function agree(privateKey: KeyObject, publicKey: KeyObject, bytes: number): Buffer {
  if (!agreeing.has(privateKey.asymmetricKeyType ?? '') || privateKey.asymmetricKeyType !== publicKey.asymmetricKeyType)
    throw new CryptographicFailure('Unsupported Cryptographic Parameters', 'there is no key agreement with these keys');
  const secret = attempt('the keys do not agree: they are not of one group or curve', () =>
    diffieHellman({ privateKey, publicKey }),
  );
  return leftmost(secret, bytes);
}
const agreeing: ReadonlySet<string> = new Set(['ec', 'dh', 'x25519', 'x448']);

function leftmost(made: Buffer, bytes: number): Buffer {
  if (bytes > made.length) {
    const message = `${bytes} bytes are asked for, the derivation method gives ${made.length}`;
    made.fill(0);
    throw new CryptographicFailure('Cryptographic Failure', message);
  }
  return made.subarray(0, bytes);
}

/** How a method is computed. Throws CryptographicFailure 'Unsupported Cryptographic Parameters'. */
function methodFor(method: number): Derive {
  const found = methods.get(method);
  if (found === undefined)
    throw new CryptographicFailure('Unsupported Cryptographic Parameters', 'the Derivation Method is not supported');
  return found;
}

/** Hash operations that one derivation may take: beyond, everybody else would wait for it for seconds. */
const PBKDF2_WORK_MAX = 10_000_000;
const newPbkdf2 = promisify(derivePbkdf2);

/** RFC 8018 §5.2, whose pseudorandom function is HMAC with SHA-1 unless another is named. */
const pbkdf2: Derive = ({ parameters, key, salt, iterationCount }, bytes) => {
  const hash = hashOf(parameters, hmacHashOf(parameters.cryptographicAlgorithm) ?? 'sha1');
  if (salt === undefined || iterationCount === undefined)
    throw invalid(`${salt === undefined ? 'Salt' : 'Iteration Count'} is required with PBKDF2`);
  if (iterationCount < 1) throw invalid(`Iteration Count ${iterationCount}, must be at least 1`);
  const blocks = Math.ceil(bytes / createHash(hash).digest().length);
  if (iterationCount * blocks > PBKDF2_WORK_MAX)
    throw invalid(
      `Iteration Count ${iterationCount} for ${blocks} blocks, at most ${PBKDF2_WORK_MAX} iterations are done`,
    );
  return newPbkdf2(key, salt, iterationCount, bytes, hash);
};

const hash: Derive = ({ parameters, key }) => createHash(hashOf(parameters)).update(key).digest();

const hmac: Derive = ({ parameters, key, data }) => {
  const name = hmacHashOf(parameters.cryptographicAlgorithm) ?? hashOf(parameters);
  return createHmac(name, key).update(single(data)).digest();
};

/** Without an Initialization Vector an empty one is assumed: zeros, as many as the mode needs. */
const encryption: Derive = ({ parameters, key, data, initializationVector }) => {
  const { ivBytes } = cipherOf(parameters, key);
  const ivCounterNonce = initializationVector ?? (ivBytes > 0 ? Buffer.alloc(ivBytes) : undefined);
  return encrypt({ parameters: { ...parameters, randomIV: false }, key, ivCounterNonce, data: single(data) }, none)
    .data;
};
const none = () => Buffer.alloc(0);

/** RFC 5869. */
const hkdf: Derive = ({ parameters, key, data, salt }, bytes) => {
  const name = hashOf(parameters, hmacHashOf(parameters.cryptographicAlgorithm) ?? 'sha256');
  const hmacOf = (secret: Uint8Array, ...parts: Uint8Array[]) => {
    const work = createHmac(name, secret);
    for (const part of parts) work.update(part);
    return work.digest();
  };
  const pseudorandomKey = hmacOf(salt ?? Buffer.alloc(0), key);
  const info = data.length === 0 ? Buffer.alloc(0) : single(data);
  const blocks: Buffer[] = [];
  let block = Buffer.alloc(0);
  // The counter is one octet (§2.3).
  for (let i = 1; i <= 0xff && blocks.length * pseudorandomKey.length < bytes; i++)
    blocks.push((block = hmacOf(pseudorandomKey, block, info, Buffer.of(i))));
  return Buffer.concat(blocks);
};

/** The signing key of Amazon's Signature Version 4: HMAC upon HMAC over date, region, service and a fixed word. */
const awsSignature: Derive = ({ key, data }) => {
  if (data.length !== 3) throw invalid(`Derivation Data ${data.length} times, must be Date, Region and Service`);
  return [...data, Buffer.from('aws4_request')].reduce<Buffer>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    Buffer.concat([Buffer.from('AWS4'), key]),
  );
};

type Mode = typeof counterMode;
/** NIST SP 800-108; the pseudorandom function is HMAC or CMAC. */
const inMode =
  (mode: Mode): Derive =>
  ({ parameters, key, data, initializationVector }, bytes) =>
    mode(part => macOf(parameters, key, part), { fixed: single(data), initializationVector, bytes });

const { values } = registry.DerivationMethod;
const methods: ReadonlyMap<number, Derive> = new Map<number, Derive>([
  [values.PBKDF2[0], pbkdf2],
  [values.HASH[0], hash],
  [values.HMAC[0], hmac],
  [values.ENCRYPT[0], encryption],
  [values.NIST800_108_C[0], inMode(counterMode)],
  [values.NIST800_108_F[0], inMode(feedbackMode)],
  [values.NIST800_108_DPI[0], inMode(doublePipelineMode)],
  [values.AWSSignatureVersion4[0], awsSignature],
  [values.HKDF[0], hkdf],
]);

function hashOf({ hashingAlgorithm }: CryptographicParametersValue, usual?: string): string {
  const found = hashingAlgorithm === undefined ? usual : hashNameOf(hashingAlgorithm);
  if (found !== undefined) return found;
  throw hashingAlgorithm === undefined
    ? new CryptographicFailure('Bad Cryptographic Parameters', 'no Hashing Algorithm is among the parameters')
    : new CryptographicFailure('Unsupported Cryptographic Parameters', 'the Hashing Algorithm is not supported');
}

function single(data: readonly Uint8Array[]): Uint8Array {
  const [only] = data;
  if (only === undefined) throw invalid('Derivation Data are required with this Derivation Method');
  if (data.length > 1) throw invalid(`Derivation Data ${data.length} times, must be once`);
  return only;
}

const invalid = (message: string) => new CryptographicFailure('Invalid Field', message);
