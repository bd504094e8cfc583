import { ObjectType, Operation } from '../../kmip-codec/index.ts';
import { decrypting, decryptWithRsa } from '../cryptography/index.ts';
import { computed, dataOf, keyFor, parametersFor } from './cryptographic-use.ts';
import { ofWhole } from './encrypt.ts';
import { onObject } from './operation.ts';
import { takePart } from './streams.ts';

/** Decrypt: 2.1 §6.1.11, 1.4 §4.30. With a Symmetric Key, also in several parts, or an RSA Private Key. */
export const decrypt = onObject(Operation.Decrypt, {
  changes: false,
  needs: {},
  async run(context, request) {
    const { object } = context;
    const key = keyFor(context, 'Decrypt');
    const { ivCounterNonce, authenticatedEncryptionAdditionalData: additionalData } = request;
    const part = takePart(context, Operation.Decrypt, object.uniqueIdentifier, request, isOnly => {
      const parameters = parametersFor(context, request.cryptographicParameters);
      return computed(() =>
        object.objectType === ObjectType.SymmetricKey
          ? decrypting({ parameters, key: key.export(), ivCounterNonce, additionalData }, isOnly)
          : ofWhole(isOnly, data => decryptWithRsa(key, parameters, data)),
      );
    });
    const { work, isLast, correlationValue } = part;
    const data = dataOf(part, request.data);
    const tag = request.authenticatedEncryptionTag;
    return {
      uniqueIdentifier: object.uniqueIdentifier,
      data: part.once(() => computed(() => (isLast ? work.final(data, tag).data : work.update(data)))),
      correlationValue,
    };
  },
});
