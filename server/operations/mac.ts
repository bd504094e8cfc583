import { timingSafeEqual } from 'node:crypto';
import { Operation, ValidityIndicator } from '../../kmip-codec/index.ts';
import { macOf } from '../cryptography/index.ts';
import { Collected } from './collected.ts';
import { computed, dataOf, keyFor, parametersFor } from './cryptographic-use.ts';
import { onObject, type ObjectContext } from './operation.ts';
import { OperationFailure } from './results.ts';
import { takePart, type Parts } from './streams.ts';
import { useObject } from './use-object.ts';

/** MAC: 2.1 §6.1.32, 1.4 §4.33. With a Symmetric Key, also of several parts; counts against its Usage Limits. */
export const mac = onObject(Operation.MAC, {
  changes: false,
  needs: {},
  async run(context, request) {
    const { object } = context;
    const { macData, bytes, isFirst, correlationValue } = macPart(context, Operation.MAC, 'MACGenerate', request);
    useObject(context, object, { bytes, objects: isFirst ? 1 : 0 });
    return { uniqueIdentifier: object.uniqueIdentifier, macData, correlationValue };
  },
});

/** MAC Verify: 2.1 §6.1.33, 1.4 §4.34. What the MAC must be comes with the last part. */
export const macVerify = onObject(Operation.MACVerify, {
  changes: false,
  needs: {},
  async run(context, request) {
    const { macData, correlationValue } = macPart(context, Operation.MACVerify, 'MACVerify', request);
    const { uniqueIdentifier } = context.object;
    if (macData === undefined) return { uniqueIdentifier, correlationValue };
    const given = request.macData;
    if (given === undefined) throw new OperationFailure('Invalid Field', 'MAC Data is missing');
    const isSame = given.length === macData.length && timingSafeEqual(given, macData);
    return { uniqueIdentifier, validityIndicator: isSame ? ValidityIndicator.Valid : ValidityIndicator.Invalid };
  },
});

interface MacPart {
  /** Present with the last part. */
  readonly macData: Buffer | undefined;
  readonly bytes: number;
  readonly isFirst: boolean;
  readonly correlationValue: Uint8Array | undefined;
}

function macPart(
  context: ObjectContext,
  operation: typeof Operation.MAC | typeof Operation.MACVerify,
  use: 'MACGenerate' | 'MACVerify',
  request: Parts & {
    readonly data?: Uint8Array | undefined;
    readonly cryptographicParameters?: never | object | undefined;
  },
): MacPart {
  const key = keyFor(context, use);
  const part = takePart(context, operation, context.object.uniqueIdentifier, request, () => ({
    parameters: parametersFor(context, request.cryptographicParameters),
    data: new Collected(),
  }));
  const { work, isFirst, isLast, correlationValue } = part;
  const data = dataOf(part, request.data);
  const macData = part.once(() =>
    computed(() => {
      work.data.add(data);
      return isLast ? macOf(work.parameters, key.export(), [work.data.whole]) : undefined;
    }),
  );
  return { macData, bytes: data.length, isFirst, correlationValue };
}
