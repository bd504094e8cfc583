import { Operation } from '../../kmip-codec/index.ts';
import { decrypt as decryptData } from '../cryptography/index.ts';
import { computed, onlyPart, parametersFor, symmetricKeyFor } from './cryptographic-use.ts';
import { onObject } from './operation.ts';

/** Decrypt: 2.1 §6.1.11, 1.4 §4.30. With a Symmetric Key, in a single part. */
export const decrypt = onObject(Operation.Decrypt, {
  changes: false,
  needs: {},
  async run(context, request) {
    const key = symmetricKeyFor(context, 'Decrypt');
    const parameters = parametersFor(context, request.cryptographicParameters);
    const {
      ivCounterNonce,
      authenticatedEncryptionAdditionalData: additionalData,
      authenticatedEncryptionTag: tag,
    } = request;
    const data = onlyPart(request.data, request);
    return {
      uniqueIdentifier: context.object.uniqueIdentifier,
      data: computed(() => decryptData({ parameters, key, data, ivCounterNonce, additionalData, tag })),
    };
  },
});
