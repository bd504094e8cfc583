import { createPrivateKey, createPublicKey, ECDH, type KeyObject } from 'node:crypto';
import {
  CryptographicAlgorithm,
  KeyCompressionType,
  KeyFormatType,
  ObjectType,
  type KeyBlock,
  type KeyMaterial,
} from '../../kmip-codec/index.ts';
import { CryptographicFailure, findCurve, keyBlockOf, keyObjectOf } from '../cryptography/index.ts';

/** Bits of the largest modulus that is reckoned with: what is larger would keep everybody else waiting. */
const MODULUS_BITS_MAX = 8192;

/**
 * The Key Material of a public or private key in another Key Format Type. Undefined where the one kept cannot be read or the one asked
 * for is none of that key.
 */
export function convertedMaterial(objectType: number, keyBlock: KeyBlock, asked: number): KeyMaterial | undefined {
  if (objectType !== ObjectType.PublicKey && objectType !== ObjectType.PrivateKey) return undefined;
  if (keyBlock.keyFormatType === KeyFormatType.Opaque || isTooLarge(keyBlock)) return undefined;
  try {
    const { keyValue } = keyBlockOf(keyObjectOf(objectType, keyBlock), asked);
    return keyValue === undefined || keyValue instanceof Uint8Array ? undefined : keyValue.keyMaterial;
  } catch (error) {
    if (error instanceof CryptographicFailure) return undefined;
    throw error;
  }
}

function isTooLarge({ keyValue }: KeyBlock): boolean {
  const material = keyValue === undefined || keyValue instanceof Uint8Array ? undefined : keyValue.keyMaterial;
  if (material === undefined || material instanceof Uint8Array) return false;
  return Object.values(material).some(one => typeof one === 'bigint' && one >> BigInt(MODULUS_BITS_MAX) > 0n);
}

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
      curveAlgorithms.has(keyBlock.cryptographicAlgorithm) &&
      keyMaterial[keyMaterial.length - 1 - 2 * Math.ceil((keyBlock.cryptographicLength ?? 0) / 8)] === UNCOMPRESSED;
    return isUncompressed ? { ...keyBlock, keyCompressionType: asked } : undefined;
  }
  const namedCurve = 'qString' in keyMaterial ? findCurve(keyMaterial.recommendedCurve)?.name : undefined;
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

/** The octet before both coordinates, which end an X.509 key on a curve (SEC 1 §2.3.3). */
const UNCOMPRESSED = 4;

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
