import { ObjectType, Operation } from '../../kmip-codec/index.ts';
import { CryptographicFailure, encrypting, encryptWithRsa, type Ciphering } from '../cryptography/index.ts';
import { computed, dataOf, keyFor, parametersFor } from './cryptographic-use.ts';
import { onObject } from './operation.ts';
import { takePart } from './streams.ts';
import { useObject } from './use-object.ts';

/** Encrypt: 2.1 §6.1.17, 1.4 §4.29. With a Symmetric Key, also in several parts, or an RSA Public Key; counts against its Usage Limits. */
export const encrypt = onObject(Operation.Encrypt, {
  changes: false,
  needs: {},
  async run(context, request) {
    const { object } = context;
    const key = keyFor(context, 'Encrypt');
    const { ivCounterNonce, authenticatedEncryptionAdditionalData: additionalData } = request;
    const part = takePart(context, Operation.Encrypt, object.uniqueIdentifier, request, isOnly => {
      const parameters = parametersFor(context, request.cryptographicParameters);
      return computed(() =>
        object.objectType === ObjectType.SymmetricKey
          ? encrypting({ parameters, key: key.export(), ivCounterNonce, additionalData }, context.randomBytes, isOnly)
          : ofWhole(isOnly, data => encryptWithRsa(key, parameters, data, context.randomBytes)),
      );
    });
    const data = dataOf(part, request.data);
    useObject(context, object, { bytes: data.length, objects: part.isFirst ? 1 : 0 });
    const { work, isFirst, isLast, correlationValue } = part;
    return {
      uniqueIdentifier: object.uniqueIdentifier,
      ...part.once(() => computed(() => (isLast ? work.final(data) : { data: work.update(data) }))),
      ...(isFirst && { ivCounterNonce: work.ivCounterNonce }),
      correlationValue,
    };
  },
});

/** A computation that knows no parts. Throws CryptographicFailure when there are some. */
export function ofWhole(isOnly: boolean, compute: (data: Uint8Array) => Buffer): Ciphering {
  const inParts = () =>
    new CryptographicFailure('Unsupported Cryptographic Parameters', 'RSA takes no data in several parts');
  if (!isOnly) throw inParts();
  return {
    update() {
      throw inParts();
    },
    final: data => ({ data: compute(data) }),
  };
}
