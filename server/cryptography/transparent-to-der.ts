import {
  KeyFormatType,
  type TransparentDhPrivateKey,
  type TransparentDhPublicKey,
  type TransparentDsaPrivateKey,
  type TransparentDsaPublicKey,
  type TransparentEcPrivateKey,
  type TransparentEcPublicKey,
  type TransparentRsaPrivateKey,
  type TransparentRsaPublicKey,
} from '../../kmip-codec/index.ts';
import { findCurve, type Curve } from './curves.ts';
import { bits, der, integer, objectIdentifier, octets, sequence, unsignedBytes } from './der.ts';
import { CryptographicFailure } from './failure.ts';
import { completeRsa } from './rsa-numbers.ts';

/** A key as DER, and the form that it has. */
export interface DerKey {
  readonly der: Buffer;
  readonly type: 'pkcs1' | 'pkcs8' | 'sec1' | 'spki';
}

export const OID = { dsa: '1.2.840.10040.4.1', dh: '1.2.840.113549.1.3.1', ec: '1.2.840.10045.2.1' } as const;

/** The numbers of a Transparent Key of two halves, as DER. Throws CryptographicFailure and RangeError for numbers that are none. */
export function derOfTransparent(keyFormatType: number, material: never): DerKey {
  const write = writers.get(keyFormatType);
  if (write === undefined)
    throw new CryptographicFailure(
      'Key Format Type Not Supported',
      `${KeyFormatType.names.show(keyFormatType)} is not supported`,
    );
  return write(material);
}

const rsaPrivate = (given: TransparentRsaPrivateKey): DerKey => {
  const { n, e, d, p, q, dp, dq, qi } = completeRsa(given);
  return { type: 'pkcs1', der: sequence(...[0n, n, e, d, p, q, dp, dq, qi].map(integer)) };
};
const rsaPublic = ({ modulus, publicExponent }: TransparentRsaPublicKey): DerKey => ({
  type: 'pkcs1',
  der: sequence(integer(modulus), integer(publicExponent)),
});

const dsa = ({ p, q, g }: TransparentDsaPublicKey | TransparentDsaPrivateKey) =>
  sequence(objectIdentifier(OID.dsa), sequence(integer(p), integer(q), integer(g)));
const dh = ({ p, g }: TransparentDhPublicKey | TransparentDhPrivateKey) =>
  sequence(objectIdentifier(OID.dh), sequence(integer(p), integer(g)));
const pkcs8 = (algorithm: Buffer, x: bigint): DerKey => ({
  type: 'pkcs8',
  der: sequence(integer(0n), algorithm, octets(integer(x))),
});
const spki = (algorithm: Buffer, key: Uint8Array): DerKey => ({ type: 'spki', der: sequence(algorithm, bits(key)) });

const ecPrivate = ({ recommendedCurve, d }: TransparentEcPrivateKey): DerKey => {
  const curve = mustHave(recommendedCurve);
  const length = Math.ceil(curve.bits / 8);
  return {
    type: 'sec1',
    der: sequence(integer(1n), octets(unsignedBytes(d, length)), der(0xa0, objectIdentifier(curve.oid))),
  };
};
const ecPublic = ({ recommendedCurve, qString }: TransparentEcPublicKey): DerKey => {
  const curve = mustHave(recommendedCurve);
  return spki(sequence(objectIdentifier(OID.ec), objectIdentifier(curve.oid)), qString);
};

function mustHave(recommendedCurve: number): Curve {
  const curve = findCurve(recommendedCurve);
  if (curve === undefined)
    throw new CryptographicFailure('Unsupported Cryptographic Parameters', 'the curve is not supported');
  return curve;
}

const writers: ReadonlyMap<number, (material: never) => DerKey> = new Map<number, (material: never) => DerKey>([
  [KeyFormatType.TransparentRSAPrivateKey, rsaPrivate],
  [KeyFormatType.TransparentRSAPublicKey, rsaPublic],
  [KeyFormatType.TransparentDSAPrivateKey, (key: TransparentDsaPrivateKey) => pkcs8(dsa(key), key.x)],
  [KeyFormatType.TransparentDSAPublicKey, (key: TransparentDsaPublicKey) => spki(dsa(key), integer(key.y))],
  [KeyFormatType.TransparentDHPrivateKey, (key: TransparentDhPrivateKey) => pkcs8(dh(key), key.x)],
  [KeyFormatType.TransparentDHPublicKey, (key: TransparentDhPublicKey) => spki(dh(key), integer(key.y))],
  [KeyFormatType.TransparentECPrivateKey, ecPrivate],
  [KeyFormatType.TransparentECPublicKey, ecPublic],
  [KeyFormatType.TransparentECDSAPrivateKey, ecPrivate],
  [KeyFormatType.TransparentECDSAPublicKey, ecPublic],
  [KeyFormatType.TransparentECDHPrivateKey, ecPrivate],
  [KeyFormatType.TransparentECDHPublicKey, ecPublic],
  [KeyFormatType.TransparentECMQVPrivateKey, ecPrivate],
  [KeyFormatType.TransparentECMQVPublicKey, ecPublic],
]);
