import { CryptographicAlgorithm, CryptographicLength, QuantumSafe, type AttributeSet } from '../../kmip-codec/index.ts';
import { findSymmetricAlgorithm } from './symmetric-algorithms.ts';

/** Bits of a symmetric key of which half remain to who can search with a quantum computer. */
const SYMMETRIC_BITS_MIN = 256;

/**
 * Whether the object is what its attribute Quantum Safe demands (2.1 §4.45): symmetric keys that are long enough are, those of
 * pairs as they are known today are not. Of objects without an algorithm nobody can tell; they are taken at their word.
 */
export function isAsSafeAsDemanded(attributes: AttributeSet): boolean {
  const algorithm = attributes.get(CryptographicAlgorithm);
  if (attributes.get(QuantumSafe) !== true || algorithm === undefined) return true;
  return (
    findSymmetricAlgorithm(algorithm) !== undefined && (attributes.get(CryptographicLength) ?? 0) >= SYMMETRIC_BITS_MIN
  );
}
