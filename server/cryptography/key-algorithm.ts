import type { KeyObject } from 'node:crypto';
import { CryptographicAlgorithm } from '../../kmip-codec/index.ts';
import { findCurveByName } from './curves.ts';

/** What a Key Block says of its key. A secret key tells only its length. */
export interface KeyAlgorithm {
  readonly cryptographicAlgorithm?: number;
  /** Bits. */
  readonly cryptographicLength?: number;
}

/** Algorithm and length of a key; empty for kinds that KMIP has no name for. EC keys are EC: what they are used for is not told by the key. */
export function algorithmOf(key: KeyObject): KeyAlgorithm {
  if (key.type === 'secret') return { cryptographicLength: (key.symmetricKeySize ?? 0) * 8 };
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  switch (key.asymmetricKeyType as string | undefined) {
    case 'rsa':
    case 'rsa-pss':
      return { cryptographicAlgorithm: CryptographicAlgorithm.RSA, cryptographicLength: modulusLength! };
    case 'dsa':
      return { cryptographicAlgorithm: CryptographicAlgorithm.DSA, cryptographicLength: modulusLength! };
    case 'dh':
      return { cryptographicAlgorithm: CryptographicAlgorithm.DH };
    case 'ec': {
      const bits = findCurveByName(namedCurve)?.bits;
      return {
        cryptographicAlgorithm: CryptographicAlgorithm.EC,
        ...(bits !== undefined && { cryptographicLength: bits }),
      };
    }
    case 'ed25519':
      return { cryptographicAlgorithm: CryptographicAlgorithm.Ed25519, cryptographicLength: 256 };
    case 'ed448':
      return { cryptographicAlgorithm: CryptographicAlgorithm.Ed448, cryptographicLength: 456 };
    default:
      return {};
  }
}
