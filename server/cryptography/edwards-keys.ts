import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { CryptographicAlgorithm } from '../../kmip-codec/index.ts';
import { bits, integer, objectIdentifier, octets, sequence } from './der.ts';

/** Object identifiers of RFC 8410 §3. */
const oids: ReadonlyMap<number, string> = new Map([
  [CryptographicAlgorithm.Ed25519, '1.3.101.112'],
  [CryptographicAlgorithm.Ed448, '1.3.101.113'],
]);

/** The key whose bytes RFC 8032 §5.1.5, §5.2.5 describe; undefined when the algorithm is another or the bytes are no such key. */
export function edwardsKey(
  cryptographicAlgorithm: number | undefined,
  isPublic: boolean,
  bytes: Uint8Array,
): KeyObject | undefined {
  const oid = cryptographicAlgorithm === undefined ? undefined : oids.get(cryptographicAlgorithm);
  if (oid === undefined || (bytes.length !== 32 && bytes.length !== 57)) return undefined;
  const algorithm = sequence(objectIdentifier(oid));
  return isPublic
    ? createPublicKey({ key: sequence(algorithm, bits(bytes)), format: 'der', type: 'spki' })
    : createPrivateKey({ key: sequence(integer(0n), algorithm, octets(octets(bytes))), format: 'der', type: 'pkcs8' });
}
