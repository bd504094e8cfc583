import { createHmac, timingSafeEqual } from 'node:crypto';
import {
  CryptographicAlgorithm,
  CryptographicUsageMask,
  type CryptographicParametersValue,
  type MacSignatureKeyInformation,
} from '../../kmip-codec/index.ts';
import { hashNameOf, hmacHashOf } from '../cryptography/index.ts';
import { symmetricKeyBytes } from './key-formats.ts';
import type { Context } from './operation.ts';
import { OperationFailure } from './results.ts';
import { checkDates, checkMask, loadKey, openKey, parametersOf } from './wrapping-key.ts';

/** A symmetric key with which wrapped keys are MACed, and how. */
export interface MacKey {
  readonly uniqueIdentifier: string;
  readonly cryptographicParameters: CryptographicParametersValue;
  mac(bytes: Uint8Array): Buffer;
  /** Whether `mac` is that of these bytes. */
  verifies(bytes: Uint8Array, mac: Uint8Array): boolean;
}

/**
 * The key to MAC with: a symmetric key of this vault that is Active and may Generate MACs, with an HMAC as its algorithm or in its
 * Cryptographic Parameters (1.4 §2.1.5). Throws the OperationFailures of 1.4 §11.12.
 */
export async function findMacKey(
  { uniqueIdentifier, cryptographicParameters: asked }: MacSignatureKeyInformation,
  context: Context,
  use: 'generate' | 'verify' = 'generate',
): Promise<MacKey> {
  const object = await loadKey(uniqueIdentifier, context);
  checkDates(object, context.now, use === 'generate' ? 'protect' : 'process');
  if (use === 'generate') checkMask(object, CryptographicUsageMask.MACGenerate, 'MAC');
  else checkMask(object, CryptographicUsageMask.MACVerify, 'verify MACs');
  const parameters = use === 'verify' && asked !== undefined ? asked : parametersOf(object, asked);
  const algorithm = parameters.cryptographicAlgorithm ?? object.attributes.get(CryptographicAlgorithm);
  const hash = hmacHashOf(algorithm) ?? hashNameOf(parameters.hashingAlgorithm);
  if (hash === undefined)
    throw new OperationFailure(
      'Unsupported Cryptographic Parameters',
      'the MAC key has neither an HMAC as Cryptographic Algorithm nor a Hashing Algorithm among its parameters',
      { before2: 'Feature Not Supported' },
    );
  const key = symmetricKeyBytes(openKey(object, context));
  if (key === undefined)
    throw new OperationFailure('Permission Denied', 'the server does not have the MAC key as plain key');
  const mac = (bytes: Uint8Array) => createHmac(hash, key).update(bytes).digest();
  return {
    uniqueIdentifier,
    cryptographicParameters: asked ?? parameters,
    mac,
    verifies(bytes, given) {
      const expected = mac(bytes);
      return expected.length === given.length && timingSafeEqual(expected, given);
    },
  };
}
