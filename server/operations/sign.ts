import { Operation, ValidityIndicator } from '../../kmip-codec/index.ts';
import { isSignatureOf, isSignatureOfDigest, signatureOf, signatureOfDigest } from '../cryptography/index.ts';
import { Collected } from './collected.ts';
import { computed, dataOf, keyFor, parametersFor } from './cryptographic-use.ts';
import { onObject, type ObjectContext } from './operation.ts';
import { OperationFailure } from './results.ts';
import { takePart, type Parts } from './streams.ts';
import { useObject } from './use-object.ts';

interface SignedData extends Parts {
  readonly data?: Uint8Array | undefined;
  readonly digestedData?: Uint8Array | undefined;
  readonly cryptographicParameters?: object | undefined;
}

/** Sign: 2.1 §6.1.55, 1.4 §4.31. With a Private Key, also data in several parts, or their digest; counts against its Usage Limits. */
export const sign = onObject(Operation.Sign, {
  changes: false,
  needs: {},
  async run(context, request) {
    const { object } = context;
    const { uniqueIdentifier } = object;
    const key = keyFor(context, 'Sign');
    const { digestedData } = request;
    if (digestedData !== undefined) {
      const parameters = parametersOfDigest(context, request);
      useObject(context, object, { bytes: digestedData.length, objects: 1 });
      return { uniqueIdentifier, signatureData: computed(() => signatureOfDigest(key, parameters, digestedData)) };
    }
    const { part, data } = signedPart(context, Operation.Sign, request);
    const { work, isFirst, isLast, correlationValue } = part;
    useObject(context, object, { bytes: data.length, objects: isFirst ? 1 : 0 });
    const signatureData = part.once(() =>
      computed(() => {
        work.data.add(data);
        return isLast ? signatureOf(key, work.parameters, work.data.whole) : undefined;
      }),
    );
    return { uniqueIdentifier, signatureData, correlationValue };
  },
});

/**
 * Signature Verify: 2.1 §6.1.56, 1.4 §4.32. With a Public Key or the one of a Certificate; the signature comes with the last part, or
 * with the digest.
 */
export const signatureVerify = onObject(Operation.SignatureVerify, {
  changes: false,
  needs: {},
  async run(context, request) {
    const { uniqueIdentifier } = context.object;
    const key = keyFor(context, 'Verify');
    const { digestedData, signatureData } = request;
    if (digestedData !== undefined) {
      const parameters = parametersOfDigest(context, request);
      const signature = given(signatureData);
      const isValid = computed(() => isSignatureOfDigest(key, parameters, digestedData, signature));
      return { uniqueIdentifier, validityIndicator: isValid ? ValidityIndicator.Valid : ValidityIndicator.Invalid };
    }
    const { part, data } = signedPart(context, Operation.SignatureVerify, request);
    const { work, isLast, correlationValue } = part;
    const signature = isLast ? given(signatureData) : undefined;
    const isValid = part.once(() =>
      computed(() => {
        work.data.add(data);
        return signature && isSignatureOf(key, work.parameters, work.data.whole, signature);
      }),
    );
    if (isValid === undefined) return { uniqueIdentifier, correlationValue };
    return { uniqueIdentifier, validityIndicator: isValid ? ValidityIndicator.Valid : ValidityIndicator.Invalid };
  },
});

function given(signatureData: Uint8Array | undefined): Uint8Array {
  if (signatureData === undefined) throw new OperationFailure('Invalid Field', 'Signature Data is missing');
  return signatureData;
}

/** A digest stands for all the data. */
function parametersOfDigest(context: ObjectContext, request: SignedData) {
  const { data, initIndicator, finalIndicator, correlationValue, cryptographicParameters } = request;
  if (data !== undefined) throw new OperationFailure('Invalid Field', 'Data and Digested Data are both given');
  if (initIndicator === true || finalIndicator === true || correlationValue !== undefined)
    throw new OperationFailure('Invalid Field', 'Digested Data has no parts');
  return parametersFor(context, cryptographicParameters);
}

function signedPart(
  context: ObjectContext,
  operation: typeof Operation.Sign | typeof Operation.SignatureVerify,
  request: SignedData,
) {
  const part = takePart(context, operation, context.object.uniqueIdentifier, request, () => ({
    parameters: parametersFor(context, request.cryptographicParameters),
    data: new Collected(),
  }));
  return { part, data: dataOf(part, request.data) };
}
