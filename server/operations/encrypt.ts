import { Operation } from '../../kmip-codec/index.ts';
import { encrypt as encryptData } from '../cryptography/index.ts';
import { computed, onlyPart, parametersFor, symmetricKeyFor } from './cryptographic-use.ts';
import { onObject } from './operation.ts';

/** Encrypt: 2.1 §6.1.17, 1.4 §4.29. With a Symmetric Key, in a single part. */
export const encrypt = onObject(Operation.Encrypt, {
  changes: false,
  needs: {},
  async run(context, request) {
    const key = symmetricKeyFor(context, 'Encrypt');
    const parameters = parametersFor(context, request.cryptographicParameters);
    const { ivCounterNonce, authenticatedEncryptionAdditionalData: additionalData } = request;
    const data = onlyPart(request.data, request);
    const encrypted = computed(() =>
      encryptData({ parameters, key, data, ivCounterNonce, additionalData }, context.randomBytes),
    );
    return { uniqueIdentifier: context.object.uniqueIdentifier, ...encrypted };
  },
});
