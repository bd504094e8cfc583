import { createECDH, createPrivateKey, createPublicKey, ECDH, generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  CryptographicAlgorithm,
  KeyCompressionType,
  KeyFormatType,
  ObjectType,
  RecommendedCurve,
  type KeyBlock,
  type KeyMaterial,
  type TransparentRsaPrivateKey,
} from '../../kmip-codec/index.ts';
import { wholeRsaKey } from './rsa-numbers.ts';

/**
 * The Key Material of a public or private key in another Key Format Type: RSA as PKCS#1, PKCS#8, X.509 or Transparent RSA Key, elliptic
 * curves as ECPrivateKey, PKCS#8, X.509 or Transparent EC Key and its forerunners. Undefined where the one kept cannot be read or the
 * one asked for is none of that key.
 */
export function convertedMaterial(
  objectType: number,
  { keyFormatType, keyValue }: KeyBlock,
  asked: number,
): KeyMaterial | undefined {
  if (keyValue === undefined || keyValue instanceof Uint8Array) return undefined;
  const { keyMaterial } = keyValue;
  try {
    const key =
      keyMaterial instanceof Uint8Array
        ? readEncoded(objectType, keyFormatType, keyMaterial)
        : readTransparent(keyMaterial);
    if (key === undefined || key.type !== typesOf.get(objectType)) return undefined;
    return writers.get(asked)?.(key);
  } catch {
    // The material is no such key, or not of a kind that OpenSSL can write so.
    return undefined;
  }
}

const typesOf: ReadonlyMap<number, string> = new Map([
  [ObjectType.PublicKey, 'public'],
  [ObjectType.PrivateKey, 'private'],
]);

/** The key in DER as its Key Format Type says; undefined for formats that hide it. Throws OpenSSL's errors when it is none. */
export function readEncoded(objectType: number, keyFormatType: number, material: Uint8Array): KeyObject | undefined {
  const key = Buffer.from(material);
  switch (keyFormatType) {
    case KeyFormatType.PKCS_1:
      return objectType === ObjectType.PublicKey
        ? createPublicKey({ key, format: 'der', type: 'pkcs1' })
        : createPrivateKey({ key, format: 'der', type: 'pkcs1' });
    case KeyFormatType.PKCS_8:
      return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
    case KeyFormatType.ECPrivateKey:
      return createPrivateKey({ key, format: 'der', type: 'sec1' });
    case KeyFormatType.X_509:
      return createPublicKey({ key, format: 'der', type: 'spki' });
    default:
      return undefined;
  }
}

function readTransparent(material: Exclude<KeyMaterial, Uint8Array>): KeyObject | undefined {
  if ('modulus' in material) return readRsa(material);
  if (!('recommendedCurve' in material)) return undefined;
  const namedCurve = curves.get(material.recommendedCurve);
  if (namedCurve === undefined) return undefined;
  return 'd' in material ? privateOnCurve(namedCurve, material.d) : publicOnCurve(namedCurve, material.qString);
}

function readRsa(numbers: TransparentRsaPrivateKey): KeyObject | undefined {
  const { modulus, publicExponent } = numbers;
  const isPublic = numbers.privateExponent === undefined && numbers.p === undefined;
  if (isPublic)
    return publicExponent === undefined
      ? undefined
      : createPublicKey({ key: { kty: 'RSA', n: base64(modulus), e: base64(publicExponent) }, format: 'jwk' });
  const whole = wholeRsaKey(numbers);
  if (whole === undefined) return undefined;
  const { n, e, d, p, q, dp, dq, qi } = whole;
  const key = { kty: 'RSA', n: base64(n), e: base64(e), d: base64(d), p: base64(p), q: base64(q) };
  return createPrivateKey({ key: { ...key, dp: base64(dp), dq: base64(dq), qi: base64(qi) }, format: 'jwk' });
}

/** A key of OpenSSL's own on the curve is the form into which our numbers are cast: its DER has them at fixed places. */
function privateOnCurve(namedCurve: string, d: bigint): KeyObject {
  const form = generateKeyPairSync('ec', { namedCurve }).privateKey.export({ format: 'der', type: 'sec1' });
  const place = scalarIn(form);
  const scalar = bytesOf(d, place.length);
  if (scalar.length !== place.length) throw new RangeError('the private number is not one of the curve');
  const agreement = createECDH(namedCurve);
  agreement.setPrivateKey(scalar);
  const point = agreement.getPublicKey();
  place.set(scalar);
  form.set(point, form.length - point.length);
  return createPrivateKey({ key: form, format: 'der', type: 'sec1' });
}

function publicOnCurve(namedCurve: string, qString: Uint8Array): KeyObject {
  const form = generateKeyPairSync('ec', { namedCurve }).publicKey.export({ format: 'der', type: 'spki' });
  const point = ECDH.convertKey(qString, namedCurve, undefined, undefined, 'uncompressed') as Buffer;
  form.set(point, form.length - point.length);
  return createPublicKey({ key: form, format: 'der', type: 'spki' });
}

/** The private number in an ECPrivateKey (RFC 5915 §3): after the sequence's header and the version, an OCTET STRING of fixed length. */
function scalarIn(sec1: Buffer): Buffer {
  const start = sec1[1]! < 0x80 ? 2 : 2 + (sec1[1]! & 0x7f);
  const octets = start + 3;
  return sec1.subarray(octets + 2, octets + 2 + sec1[octets + 1]!);
}

/**
 * A Transparent EC Public Key with its point in another form (SEC 1 §2.3.3); undefined for what has no point to be seen, and for X.509
 * unless the form is the uncompressed one that it has.
 */
export function compressed(
  keyBlock: KeyBlock,
  asked: NonNullable<KeyBlock['keyCompressionType']>,
): KeyBlock | undefined {
  const { keyFormatType, keyValue } = keyBlock;
  const form = forms.get(asked);
  if (form === undefined || keyValue === undefined || keyValue instanceof Uint8Array) return undefined;
  const { keyMaterial } = keyValue;
  if (keyMaterial instanceof Uint8Array) {
    const isUncompressed =
      form === 'uncompressed' &&
      keyFormatType === KeyFormatType.X_509 &&
      keyBlock.cryptographicAlgorithm !== undefined &&
      curveAlgorithms.has(keyBlock.cryptographicAlgorithm);
    return isUncompressed ? { ...keyBlock, keyCompressionType: asked } : undefined;
  }
  const namedCurve = 'qString' in keyMaterial ? curves.get(keyMaterial.recommendedCurve) : undefined;
  if (namedCurve === undefined || !('qString' in keyMaterial)) return undefined;
  try {
    const qString = ECDH.convertKey(keyMaterial.qString, namedCurve, undefined, undefined, form) as Buffer;
    return {
      ...keyBlock,
      keyCompressionType: asked,
      keyValue: { ...keyValue, keyMaterial: { ...keyMaterial, qString } },
    };
  } catch {
    return undefined; // Not a point of the curve.
  }
}

const forms: ReadonlyMap<number, 'compressed' | 'uncompressed' | 'hybrid'> = new Map([
  [KeyCompressionType.ECPublicKeyTypeUncompressed, 'uncompressed'],
  [KeyCompressionType.ECPublicKeyTypeX9_62CompressedPrime, 'compressed'],
  [KeyCompressionType.ECPublicKeyTypeX9_62CompressedChar2, 'compressed'],
  [KeyCompressionType.ECPublicKeyTypeX9_62Hybrid, 'hybrid'],
]);
const curveAlgorithms: ReadonlySet<number> = new Set([
  CryptographicAlgorithm.EC,
  CryptographicAlgorithm.ECDSA,
  CryptographicAlgorithm.ECDH,
  CryptographicAlgorithm.ECMQV,
]);

type Write = (key: KeyObject) => KeyMaterial | undefined;
const der =
  (type: 'pkcs1' | 'pkcs8' | 'spki' | 'sec1', only?: string): Write =>
  key =>
    only === undefined || key.asymmetricKeyType === only
      ? key.export({ format: 'der', type } as { format: 'der'; type: 'pkcs1' })
      : undefined;

const rsaPrivate: Write = key => {
  if (key.asymmetricKeyType !== 'rsa') return undefined;
  const { n, e, d, p, q, dp, dq, qi } = key.export({ format: 'jwk' });
  return {
    modulus: number(n),
    privateExponent: number(d),
    publicExponent: number(e),
    p: number(p),
    q: number(q),
    primeExponentP: number(dp),
    primeExponentQ: number(dq),
    crtCoefficient: number(qi),
  };
};
const rsaPublic: Write = key => {
  if (key.asymmetricKeyType !== 'rsa') return undefined;
  const { n, e } = key.export({ format: 'jwk' });
  return { modulus: number(n), publicExponent: number(e) };
};
const ecPrivate: Write = key => {
  const recommendedCurve = curveOf(key);
  if (recommendedCurve === undefined) return undefined;
  const scalar = scalarIn(key.export({ format: 'der', type: 'sec1' }));
  return { recommendedCurve, d: BigInt(`0x${scalar.toString('hex')}`) };
};
const ecPublic: Write = key => {
  const recommendedCurve = curveOf(key);
  if (recommendedCurve === undefined) return undefined;
  const agreement = createECDH(curves.get(recommendedCurve)!);
  const { length } = agreement.generateKeys();
  const spki = key.export({ format: 'der', type: 'spki' }) as Buffer;
  return { recommendedCurve, qString: Buffer.from(spki.subarray(spki.length - length)) };
};

const writers: ReadonlyMap<number, Write> = new Map<number, Write>([
  [KeyFormatType.PKCS_1, der('pkcs1', 'rsa')],
  [KeyFormatType.PKCS_8, key => (key.type === 'private' ? der('pkcs8')(key) : undefined)],
  [KeyFormatType.X_509, key => (key.type === 'public' ? der('spki')(key) : undefined)],
  [KeyFormatType.ECPrivateKey, key => (key.type === 'private' ? der('sec1', 'ec')(key) : undefined)],
  [KeyFormatType.TransparentRSAPrivateKey, key => (key.type === 'private' ? rsaPrivate(key) : undefined)],
  [KeyFormatType.TransparentRSAPublicKey, key => (key.type === 'public' ? rsaPublic(key) : undefined)],
  ...['EC', 'ECDSA', 'ECDH', 'ECMQV'].flatMap((name): [number, Write][] => [
    [
      KeyFormatType[`Transparent${name}PrivateKey` as 'TransparentECPrivateKey'],
      key => (key.type === 'private' ? ecPrivate(key) : undefined),
    ],
    [
      KeyFormatType[`Transparent${name}PublicKey` as 'TransparentECPublicKey'],
      key => (key.type === 'public' ? ecPublic(key) : undefined),
    ],
  ]),
]);

type Curve = ReturnType<typeof RecommendedCurve.codec> extends { read(...x: never[]): infer V } ? V : never;
const curveOf = ({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): Curve | undefined =>
  asymmetricKeyType === 'ec'
    ? [...curves].find(([, name]) => name === asymmetricKeyDetails?.namedCurve)?.[0]
    : undefined;

/** OpenSSL's names of the curves (RFC 5480, SEC 2, RFC 5639); those that it does not have are left out. */
const curves: ReadonlyMap<Curve, string> = new Map<Curve, string>([
  [RecommendedCurve.P_192, 'prime192v1'],
  [RecommendedCurve.P_224, 'secp224r1'],
  [RecommendedCurve.P_256, 'prime256v1'],
  [RecommendedCurve.P_384, 'secp384r1'],
  [RecommendedCurve.P_521, 'secp521r1'],
  [RecommendedCurve.K_233, 'sect233k1'],
  [RecommendedCurve.B_233, 'sect233r1'],
  [RecommendedCurve.K_283, 'sect283k1'],
  [RecommendedCurve.B_283, 'sect283r1'],
  [RecommendedCurve.K_409, 'sect409k1'],
  [RecommendedCurve.B_409, 'sect409r1'],
  [RecommendedCurve.K_571, 'sect571k1'],
  [RecommendedCurve.B_571, 'sect571r1'],
  [RecommendedCurve.SECP192K1, 'secp192k1'],
  [RecommendedCurve.SECP224K1, 'secp224k1'],
  [RecommendedCurve.SECP256K1, 'secp256k1'],
  [RecommendedCurve.BRAINPOOLP256R1, 'brainpoolP256r1'],
  [RecommendedCurve.BRAINPOOLP320R1, 'brainpoolP320r1'],
  [RecommendedCurve.BRAINPOOLP384R1, 'brainpoolP384r1'],
  [RecommendedCurve.BRAINPOOLP512R1, 'brainpoolP512r1'],
]);

/** Big-endian, with zeros before it up to `length`. */
function bytesOf(value: bigint, length = 0): Buffer {
  const hex = value.toString(16);
  return Buffer.from(hex.padStart(Math.max(length * 2, hex.length + (hex.length % 2)), '0'), 'hex');
}
const base64 = (value: bigint): string => bytesOf(value).toString('base64url');
const number = (value: string | undefined): bigint => BigInt(`0x${Buffer.from(value!, 'base64url').toString('hex')}`);
