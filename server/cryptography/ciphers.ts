import { getCiphers } from 'node:crypto';
import {
  BlockCipherMode as Mode,
  CryptographicAlgorithm as Algorithm,
  PaddingMethod,
  type CryptographicParametersValue,
} from '../../kmip-codec/index.ts';
import { CryptographicFailure } from './failure.ts';

/** One of OpenSSL's ciphers, as Cryptographic Parameters mean it. Lengths are in bytes. */
export interface Cipher {
  readonly name: string;
  /** Of an IV that is made here; 0 for a cipher that takes none. */
  readonly ivBytes: number;
  /** The IV/Counter/Nonce as OpenSSL takes it, null for none. Throws CryptographicFailure. */
  iv(given: Uint8Array | undefined): Uint8Array | null;
  readonly isPadded: boolean;
  /** 0 when it does not authenticate. */
  readonly tagBytes: number;
  /** Whether it takes data only as a whole. */
  readonly isWhole: boolean;
  /** Whether the length of the plaintext must be known beforehand. */
  readonly needsLength: boolean;
}

/** The cipher of these parameters and this key. Throws CryptographicFailure 'Unsupported Cryptographic Parameters'. */
export function cipherOf(parameters: CryptographicParametersValue, key: Uint8Array): Cipher {
  const { cryptographicAlgorithm: algorithm, blockCipherMode: mode, paddingMethod } = parameters;
  const found = streamCipher(parameters, key) ?? blockCipher(parameters, key);
  if (found === undefined || !getCiphers().includes(found.name)) throw unsupported(parameters);
  const isBlockwise = mode === Mode.ECB || mode === Mode.CBC;
  const isPadded = paddingMethod === PaddingMethod.PKCS5;
  if (paddingMethod !== undefined && paddingMethod !== PaddingMethod.None && !(isPadded && isBlockwise))
    throw unsupported(parameters);
  if (algorithm === Algorithm.ChaCha20 && mode !== undefined) throw unsupported(parameters);
  return { ...found, isPadded };
}

type Found = Omit<Cipher, 'isPadded'>;

function streamCipher(parameters: CryptographicParametersValue, key: Uint8Array): Found | undefined {
  const { cryptographicAlgorithm: algorithm, blockCipherMode: mode } = parameters;
  if (key.length !== 32) return undefined;
  if (algorithm === Algorithm.ChaCha20)
    return {
      ...plain,
      name: 'chacha20',
      ivBytes: 12,
      iv: given => chachaIv(given, parameters.initialCounterValue ?? 0),
    };
  if (algorithm !== Algorithm.ChaCha20Poly1305 || (mode !== undefined && mode !== Mode.AEAD)) return undefined;
  return { ...plain, name: 'chacha20-poly1305', ivBytes: 12, iv: ofLength(12), tagBytes: tagBytesOf(parameters) };
}

function blockCipher(parameters: CryptographicParametersValue, key: Uint8Array): Found | undefined {
  const { cryptographicAlgorithm: algorithm, blockCipherMode: mode } = parameters;
  const bits = key.length * 8;
  if (mode === Mode.NISTKeyWrap || mode === Mode.AESKeyWrapPadding) {
    if (algorithm !== Algorithm.AES) return undefined;
    const isPadding = mode === Mode.AESKeyWrapPadding;
    const name = isPadding ? `id-aes${bits}-wrap-pad` : `aes${bits}-wrap`;
    return { ...plain, name, ivBytes: 0, iv: () => (isPadding ? PADDED_WRAP_IV : WRAP_IV), isWhole: true };
  }
  const word = mode === undefined ? undefined : modes.get(mode);
  const family = algorithm === undefined ? undefined : families.get(algorithm);
  const isTripleDes = algorithm === Algorithm.DES3;
  if (word === undefined || !(family !== undefined || isTripleDes)) return undefined;
  const name = isTripleDes
    ? `${key.length === 16 ? 'des-ede' : 'des-ede3'}-${word}`
    : `${family}-${word === 'xts' ? bits / 2 : bits}-${word}`;
  if (word === 'ecb') return { ...plain, name, ivBytes: 0, iv: () => null };
  if (word === 'gcm') return { ...plain, name, ivBytes: 12, iv: ofAnyLength(12), tagBytes: tagBytesOf(parameters) };
  if (word === 'ccm') {
    const tagBytes = tagBytesOf(parameters);
    return { ...plain, name, ivBytes: 12, iv: ofAnyLength(12), tagBytes, isWhole: true, needsLength: true };
  }
  const blockBytes = isTripleDes ? 8 : 16;
  return { ...plain, name, ivBytes: blockBytes, iv: ofLength(blockBytes), isWhole: word === 'xts' };
}

const plain = { tagBytes: 0, isWhole: false, needsLength: false };
/** RFC 3394 §2.2.3.1, RFC 5649 §3. */
const WRAP_IV = Buffer.from('a6a6a6a6a6a6a6a6', 'hex');
const PADDED_WRAP_IV = Buffer.from('a65959a6', 'hex');

/** OpenSSL's words for block ciphers; the length of the key follows where there are several. */
const families: ReadonlyMap<number, string> = new Map([
  [Algorithm.AES, 'aes'],
  [Algorithm.Camellia, 'camellia'],
  [Algorithm.ARIA, 'aria'],
]);
const modes: ReadonlyMap<number, string> = new Map([
  [Mode.ECB, 'ecb'],
  [Mode.CBC, 'cbc'],
  [Mode.CFB, 'cfb'],
  [Mode.OFB, 'ofb'],
  [Mode.CTR, 'ctr'],
  [Mode.GCM, 'gcm'],
  [Mode.CCM, 'ccm'],
  [Mode.XTS, 'xts'],
]);

/** Tag Length is in bytes (1.4 §3.6); the lengths that NIST SP 800-38D §5.2.1.2 has for common use. */
function tagBytesOf(parameters: CryptographicParametersValue): number {
  const { tagLength = 16 } = parameters;
  if (tagLength >= 12 && tagLength <= 16) return tagLength;
  throw new CryptographicFailure(
    'Bad Cryptographic Parameters',
    `a Tag Length of ${tagLength} bytes is not supported, 12 to 16 are`,
  );
}

const missingIv = () =>
  new CryptographicFailure('Missing Initialization Vector', 'missing-iv: the mode needs an IV/Counter/Nonce');
const wrongIv = (length: number, must: string) =>
  new CryptographicFailure('Cryptographic Failure', `an IV/Counter/Nonce of ${length} bytes, must be ${must}`);

const ofLength = (bytes: number) => (given: Uint8Array | undefined) => {
  if (given === undefined) throw missingIv();
  if (given.length !== bytes) throw wrongIv(given.length, `${bytes}`);
  return given;
};
/** GCM takes a nonce of any length (NIST SP 800-38D §5.2.1.1). */
const ofAnyLength = (usual: number) => (given: Uint8Array | undefined) => {
  if (given === undefined) throw missingIv();
  if (given.length === 0) throw wrongIv(0, `${usual}`);
  return given;
};

/** The block counter, little-endian, and the nonce: 4 and 12 bytes (RFC 8439 §2.3), or 8 and 8 as ChaCha20 first was. */
function chachaIv(given: Uint8Array | undefined, counter: number): Buffer {
  if (given === undefined) throw missingIv();
  if (given.length !== 8 && given.length !== 12) throw wrongIv(given.length, '8 or 12');
  const iv = Buffer.alloc(16);
  iv.writeInt32LE(counter, 0);
  iv.set(given, 16 - given.length);
  return iv;
}

const unsupported = ({ cryptographicAlgorithm, blockCipherMode, paddingMethod }: CryptographicParametersValue) =>
  new CryptographicFailure(
    'Unsupported Cryptographic Parameters',
    `${shown(Algorithm.names, cryptographicAlgorithm)} in mode ${shown(Mode.names, blockCipherMode)} with padding ${shown(PaddingMethod.names, paddingMethod)} and a key of this length is not supported`,
  );
const shown = (names: { show(value: number): string }, value: number | undefined): string =>
  value === undefined ? 'not given' : names.show(value);
