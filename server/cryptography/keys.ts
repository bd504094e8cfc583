import { createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import { KeyFormatType, ObjectType, type KeyBlock } from '../../kmip-codec/index.ts';
import { attempt, CryptographicFailure } from './failure.ts';
import { algorithmOf } from './key-algorithm.ts';
import { edwardsKey } from './edwards-keys.ts';
import { derOfTransparent } from './transparent-to-der.ts';
import { transparentOf } from './key-to-transparent.ts';

/**
 * The key of a plain Key Block, as node:crypto takes it: Raw (symmetric keys, secret data, Ed25519, Ed448), PKCS#1, PKCS#8, X.509
 * (SubjectPublicKeyInfo, RFC 5280 §4.1.2.7), ECPrivateKey (RFC 5915) and every Transparent Key of RSA, DSA, DH and EC (2.1 §3, 1.4
 * §2.1.7). Throws CryptographicFailure: Key Value Not Present for a key that is wrapped or elsewhere; Key Format Type Not Supported;
 * Cryptographic Failure for material that is no such key.
 */
export function keyObjectOf(objectType: number, keyBlock: KeyBlock): KeyObject {
  const { keyFormatType, keyValue, keyWrappingData } = keyBlock;
  if (keyValue === undefined)
    throw new CryptographicFailure('Key Value Not Present', 'the server has only the attributes of this key');
  if (keyWrappingData !== undefined || keyValue instanceof Uint8Array)
    throw new CryptographicFailure('Key Value Not Present', 'the key is wrapped, so that the server cannot use it');
  const { keyMaterial } = keyValue;
  const name = KeyFormatType.names.show(keyFormatType);
  const failure = `the key material is not a ${ObjectType.names.show(objectType)} in the format ${name}`;
  return attempt(failure, () => {
    if (!(keyMaterial instanceof Uint8Array)) {
      if (Array.isArray(keyMaterial)) throw notSupported(name);
      if ('key' in keyMaterial) return createSecretKey(keyMaterial.key);
      const { der, type } = derOfTransparent(keyFormatType, keyMaterial as never);
      return type === 'spki' || (type === 'pkcs1' && objectType === ObjectType.PublicKey)
        ? createPublicKey({ key: der, format: 'der', type: type })
        : createPrivateKey({ key: der, format: 'der', type: type });
    }
    const isPublic = objectType === ObjectType.PublicKey;
    const isPrivate = objectType === ObjectType.PrivateKey;
    if (keyFormatType === KeyFormatType.Raw || keyFormatType === KeyFormatType.Opaque)
      return isPublic || isPrivate
        ? (edwardsKey(keyBlock.cryptographicAlgorithm, isPublic, keyMaterial) ?? asAnyDer(keyMaterial, isPublic, name))
        : createSecretKey(keyMaterial);
    const types = isPublic ? publicTypes : privateTypes;
    const type = types.get(keyFormatType);
    if (type === undefined || !(isPublic || isPrivate)) throw notSupported(name);
    return fromDer(keyMaterial, isPublic, type);
  });
}

type DerType = 'pkcs1' | 'pkcs8' | 'sec1' | 'spki';
const publicTypes: ReadonlyMap<number, DerType> = new Map<number, DerType>([
  [KeyFormatType.PKCS_1, 'pkcs1'],
  [KeyFormatType.X_509, 'spki'],
]);
const privateTypes: ReadonlyMap<number, DerType> = new Map<number, DerType>([
  [KeyFormatType.PKCS_1, 'pkcs1'],
  [KeyFormatType.PKCS_8, 'pkcs8'],
  [KeyFormatType.ECPrivateKey, 'sec1'],
]);

function fromDer(bytes: Uint8Array, isPublic: boolean, type: DerType): KeyObject {
  const key = Buffer.from(bytes);
  return isPublic
    ? createPublicKey({ key, format: 'der', type: type as 'spki' })
    : createPrivateKey({ key, format: 'der', type: type as 'pkcs8' });
}

/** Raw and Opaque say nothing of the form: whichever of those that have a format of their own it turns out to be. */
function asAnyDer(bytes: Uint8Array, isPublic: boolean, name: string): KeyObject {
  for (const type of new Set((isPublic ? publicTypes : privateTypes).values())) {
    try {
      return fromDer(bytes, isPublic, type);
    } catch {
      // it is not this one
    }
  }
  throw notSupported(name);
}

/**
 * The key in a Key Format Type, with Cryptographic Algorithm and Length (bits). Throws CryptographicFailure with Key Format Type
 * Not Supported where the format is not for such a key.
 */
export function keyBlockOf(key: KeyObject, keyFormatType: number): KeyBlock {
  const material = materialOf(key, keyFormatType);
  return {
    keyFormatType: keyFormatType as KeyBlock['keyFormatType'],
    keyValue: { keyMaterial: material },
    ...algorithmOf(key),
  } as KeyBlock;
}

function materialOf(key: KeyObject, format: number): Uint8Array | object {
  const name = KeyFormatType.names.show(format);
  if (key.type === 'secret') {
    if (format === KeyFormatType.Raw || format === KeyFormatType.Opaque) return key.export();
    if (format === KeyFormatType.TransparentSymmetricKey) return { key: key.export() };
    throw notSupported(name);
  }
  const edwards = format === KeyFormatType.Raw ? edwardsBytes(key) : undefined;
  if (edwards !== undefined) return edwards;
  const type = (key.type === 'public' ? publicTypes : privateTypes).get(format);
  if (type !== undefined)
    return attempt(
      `the key cannot be written as ${name}`,
      () => key.export({ format: 'der', type: type as 'pkcs1' }),
      'Key Format Type Not Supported',
    );
  const transparent = transparentOf(key, format);
  if (transparent === undefined) throw notSupported(name);
  return transparent;
}

/** The 32 or 57 bytes of RFC 8032 (32 or 56 of RFC 7748), or undefined for keys of other kinds. */
function edwardsBytes(key: KeyObject): Buffer | undefined {
  if (!/^(ed|x)(25519|448)$/.test(key.asymmetricKeyType ?? '')) return undefined;
  const { d, x } = key.export({ format: 'jwk' });
  return Buffer.from((key.type === 'private' ? d : x)!, 'base64url');
}

const notSupported = (name: string) =>
  new CryptographicFailure('Key Format Type Not Supported', `the format ${name} is not for such a key`);
