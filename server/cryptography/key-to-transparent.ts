import type { KeyObject } from 'node:crypto';
import { KeyFormatType, type TransparentKey } from '../../kmip-codec/index.ts';
import { findCurveByName } from './curves.ts';
import { derContents, derNumber, derValues, unsignedNumber } from './der.ts';

/** The numbers of a key in a Transparent Key Format Type; undefined where the format is not for such a key. */
export function transparentOf(key: KeyObject, keyFormatType: number): TransparentKey | undefined {
  const isPrivate = key.type === 'private';
  switch (key.asymmetricKeyType as string | undefined) {
    case 'rsa':
      if (isPrivate && keyFormatType === KeyFormatType.TransparentRSAPrivateKey) return rsaPrivate(key);
      if (!isPrivate && keyFormatType === KeyFormatType.TransparentRSAPublicKey) return rsaPublic(key);
      return undefined;
    case 'dsa': {
      if (
        keyFormatType !== (isPrivate ? KeyFormatType.TransparentDSAPrivateKey : KeyFormatType.TransparentDSAPublicKey)
      )
        return undefined;
      const { parameters, value } = algorithmAndValue(key);
      const [p, q, g] = parameters.map(derNumber) as [bigint, bigint, bigint];
      return isPrivate ? { p, q, g, x: value } : { p, q, g, y: value };
    }
    case 'dh': {
      if (keyFormatType !== (isPrivate ? KeyFormatType.TransparentDHPrivateKey : KeyFormatType.TransparentDHPublicKey))
        return undefined;
      const { parameters, value } = algorithmAndValue(key);
      const [p, g] = parameters.map(derNumber) as [bigint, bigint];
      return isPrivate ? { p, g, x: value } : { p, g, y: value };
    }
    case 'ec':
      return (isPrivate ? ecPrivateFormats : ecPublicFormats).has(keyFormatType) ? ec(key) : undefined;
    default:
      return undefined;
  }
}

const ecPrivateFormats: ReadonlySet<number> = new Set([
  KeyFormatType.TransparentECPrivateKey,
  KeyFormatType.TransparentECDSAPrivateKey,
  KeyFormatType.TransparentECDHPrivateKey,
  KeyFormatType.TransparentECMQVPrivateKey,
]);
const ecPublicFormats: ReadonlySet<number> = new Set([
  KeyFormatType.TransparentECPublicKey,
  KeyFormatType.TransparentECDSAPublicKey,
  KeyFormatType.TransparentECDHPublicKey,
  KeyFormatType.TransparentECMQVPublicKey,
]);

function rsaPrivate(key: KeyObject): TransparentKey {
  const numbers = derContents(key.export({ format: 'der', type: 'pkcs1' })).map(derNumber);
  const [, modulus, publicExponent, privateExponent, p, q, primeExponentP, primeExponentQ, crtCoefficient] = numbers;
  return {
    modulus: modulus!,
    privateExponent,
    publicExponent,
    p,
    q,
    primeExponentP,
    primeExponentQ,
    crtCoefficient,
  };
}

function rsaPublic(key: KeyObject): TransparentKey {
  const [modulus, publicExponent] = derContents(key.export({ format: 'der', type: 'pkcs1' })).map(derNumber);
  return { modulus: modulus!, publicExponent: publicExponent! };
}

/** Domain parameters and the one number of a DSA or DH key: PKCS#8 (RFC 5958 §2) or SubjectPublicKeyInfo. */
function algorithmAndValue(key: KeyObject) {
  const isPrivate = key.type === 'private';
  const fields = derContents(isPrivate ? exportedPkcs8(key) : exportedSpki(key));
  const algorithm = fields[isPrivate ? 1 : 0]!;
  const holder = fields[isPrivate ? 2 : 1]!.content;
  // The first byte of a BIT STRING counts its unused bits.
  const value = derNumber(derValues(isPrivate ? holder : holder.subarray(1))[0]);
  return { parameters: derValues(derValues(algorithm.content)[1]!.content), value };
}

function ec(key: KeyObject): TransparentKey | undefined {
  const recommendedCurve = findCurveByName(key.asymmetricKeyDetails?.namedCurve)?.curve as 1 | undefined;
  if (recommendedCurve === undefined) return undefined;
  if (key.type === 'private') {
    const fields = derContents(key.export({ format: 'der', type: 'sec1' }));
    return { recommendedCurve, d: unsignedNumber(fields[1]!.content) };
  }
  return { recommendedCurve, qString: derContents(exportedSpki(key))[1]!.content.subarray(1) };
}

const exportedPkcs8 = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'pkcs8' });
const exportedSpki = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'spki' });
