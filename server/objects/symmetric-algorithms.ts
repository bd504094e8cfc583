import { CryptographicAlgorithm as Algorithm, type TypeOf } from '../../kmip-codec/index.ts';

type AlgorithmValue = TypeOf<typeof Algorithm>;

/** A symmetric algorithm whose keys are random bytes. Lengths are Cryptographic Lengths, in bits. */
export interface SymmetricAlgorithm {
  readonly name: string;
  /** Whether the server makes keys for it; it keeps those of others in any case. */
  readonly canCreate: boolean;
  /** What Create takes when the client gives none; undefined where no length is the usual one. */
  readonly defaultLength: number | undefined;
  /** DES keys: seven bits of each byte count, the eighth makes its parity odd. */
  readonly hasParity: boolean;
  allows(length: number): boolean;
}

/** The algorithm by its enumeration value; undefined for those that have no symmetric keys. */
export const findSymmetricAlgorithm = (value: number): SymmetricAlgorithm | undefined => algorithms.get(value);

/** Bytes of key material for a Cryptographic Length in bits: a DES key of 56 bits has 8 bytes, one of 64 as well. */
export const materialBytes = ({ hasParity }: SymmetricAlgorithm, length: number): number =>
  hasParity && length % 56 === 0 ? (length / 56) * 8 : Math.ceil(length / 8);

/** Cryptographic Length in bits of key material with this many bytes. */
export const lengthOfMaterial = ({ hasParity }: SymmetricAlgorithm, bytes: number): number =>
  hasParity ? bytes * 7 : bytes * 8;

/** Sets the lowest bit of each byte so that the number of ones is odd, in place. */
export function setOddParity(key: Uint8Array): void {
  for (let i = 0; i < key.length; i++) {
    let ones = 0;
    for (let bit = 1; bit < 8; bit++) ones += (key[i]! >> bit) & 1;
    key[i] = (key[i]! & 0xfe) | (ones % 2 === 0 ? 1 : 0);
  }
}

const oneOf = (...lengths: number[]) => ({
  allows: (length: number) => lengths.includes(length),
  defaultLength: lengths.at(-1),
});
/** Whole bytes from `least` to `most` bits. */
const bytes = (least: number, most: number, defaultLength?: number) => ({
  allows: (length: number) => length % 8 === 0 && length >= least && length <= most,
  defaultLength,
});
/** HMAC takes keys of any length; shorter than 40 bits is no key, longer than 8192 no use. */
const hmac = (digestLength: number) => bytes(40, 8192, digestLength);
/** As much as fits a message; a one-time pad has no usual length. */
const pad = bytes(8, 65536);

const lengths: readonly (readonly [AlgorithmValue, Pick<SymmetricAlgorithm, 'allows' | 'defaultLength'>])[] = [
  [Algorithm.DES, oneOf(64, 56)],
  // With and without the parity bits: both ways of counting are in use.
  [Algorithm.DES3, oneOf(112, 128, 192, 168)],
  [Algorithm.AES, oneOf(128, 192, 256)],
  [Algorithm.HMAC_SHA1, hmac(160)],
  [Algorithm.HMAC_SHA224, hmac(224)],
  [Algorithm.HMAC_SHA256, hmac(256)],
  [Algorithm.HMAC_SHA384, hmac(384)],
  [Algorithm.HMAC_SHA512, hmac(512)],
  [Algorithm.HMAC_MD5, hmac(128)],
  [Algorithm.Blowfish, bytes(32, 448, 128)],
  [Algorithm.Camellia, oneOf(128, 192, 256)],
  [Algorithm.CAST5, bytes(40, 128, 128)],
  [Algorithm.IDEA, oneOf(128)],
  [Algorithm.MARS, { allows: length => length % 32 === 0 && length >= 128 && length <= 448, defaultLength: 256 }],
  [Algorithm.RC2, bytes(8, 1024, 128)],
  [Algorithm.RC4, bytes(40, 2048, 128)],
  [Algorithm.RC5, bytes(8, 2040, 128)],
  [Algorithm.SKIPJACK, oneOf(80)],
  [Algorithm.Twofish, oneOf(128, 192, 256)],
  [Algorithm.OneTimePad, pad],
  [Algorithm.ChaCha20, oneOf(128, 256)],
  [Algorithm.Poly1305, oneOf(256)],
  [Algorithm.ChaCha20Poly1305, oneOf(256)],
  [Algorithm.HMAC_SHA3_224, hmac(224)],
  [Algorithm.HMAC_SHA3_256, hmac(256)],
  [Algorithm.HMAC_SHA3_384, hmac(384)],
  [Algorithm.HMAC_SHA3_512, hmac(512)],
];

const algorithms: ReadonlyMap<number, SymmetricAlgorithm> = new Map(
  lengths.map(([value, row]) => [
    value,
    {
      ...row,
      name: Algorithm.names.show(value),
      // A new single DES key protects nothing.
      canCreate: value !== Algorithm.DES,
      hasParity: value === Algorithm.DES || value === Algorithm.DES3,
    },
  ]),
);
