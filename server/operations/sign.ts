import { Operation, ValidityIndicator } from '../../kmip-codec/index.ts';
import { isSignatureOf, signatureOf } from '../cryptography/index.ts';
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

/** Sign: 2.1 §6.1.55, 1.4 §4.31. With a Private Key, also data in several parts; counts against its Usage Limits. */
export const sign = onObject(Operation.Sign, {
  changes: false,
  needs: {},
  async run(context, request) {
    const { object } = context;
    const key = keyFor(context, 'Sign');
    const { part, data } = signedPart(context, Operation.Sign, request);
    const { work, isFirst, isLast, correlationValue } = part;
    useObject(context, object, { bytes: data.length, objects: isFirst ? 1 : 0 });
    const signatureData = part.once(() =>
      computed(() => {
        work.data.add(data);
        return isLast ? signatureOf(key, work.parameters, work.data.whole) : undefined;
      }),
    );
    return { uniqueIdentifier: object.uniqueIdentifier, signatureData, correlationValue };
  },
});

/** Signature Verify: 2.1 §6.1.56, 1.4 §4.32. With a Public Key or the one of a Certificate; the signature comes with the last part. */
export const signatureVerify = onObject(Operation.SignatureVerify, {
  changes: false,
  needs: {},
  async run(context, request) {
    const { uniqueIdentifier } = context.object;
    const key = keyFor(context, 'Verify');
    const { part, data } = signedPart(context, Operation.SignatureVerify, request);
    const { work, isLast, correlationValue } = part;
    const { signatureData } = request;
    if (isLast && signatureData === undefined) throw new OperationFailure('Invalid Field', 'Signature Data is missing');
    const isValid = part.once(() =>
      computed(() => {
        work.data.add(data);
        return isLast ? isSignatureOf(key, work.parameters, work.data.whole, signatureData!) : undefined;
      }),
    );
    if (isValid === undefined) return { uniqueIdentifier, correlationValue };
    return { uniqueIdentifier, validityIndicator: isValid ? ValidityIndicator.Valid : ValidityIndicator.Invalid };
  },
});

function signedPart(
  context: ObjectContext,
  operation: typeof Operation.Sign | typeof Operation.SignatureVerify,
  request: SignedData,
) {
  if (request.digestedData !== undefined)
    throw new OperationFailure('Feature Not Supported', 'Digested Data is not taken, the server hashes what it signs');
  const part = takePart(context, operation, context.object.uniqueIdentifier, request, () => ({
    parameters: parametersFor(context, request.cryptographicParameters),
    data: new Collected(),
  }));
  return { part, data: dataOf(part, request.data) };
}
