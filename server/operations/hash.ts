import { createHash } from 'node:crypto';
import { Operation } from '../../kmip-codec/index.ts';
import { hashNameOf } from '../cryptography/index.ts';
import { dataOf } from './cryptographic-use.ts';
import { operation } from './operation.ts';
import { OperationFailure } from './results.ts';
import { takePart } from './streams.ts';

/** Hash: 2.1 §6.1.24, 1.4 §4.37. Needs no key; also in several parts. */
export const hash = operation(Operation.Hash, {
  changes: false,
  async run(context, request) {
    const part = takePart(context, Operation.Hash, undefined, request, () => {
      const name = hashNameOf(request.cryptographicParameters.hashingAlgorithm);
      if (name === undefined)
        throw new OperationFailure(
          'Invalid Field',
          'the Cryptographic Parameters name no Hashing Algorithm that is supported',
        );
      return createHash(name);
    });
    const { work, isLast, correlationValue } = part;
    const data = dataOf(part, request.data);
    const digest = part.once(() => {
      work.update(data);
      return isLast ? work.digest() : undefined;
    });
    return { data: digest, correlationValue };
  },
});
