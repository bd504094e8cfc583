import { Operation } from '../../kmip-codec/index.ts';
import { operation } from './operation.ts';
import { OperationFailure } from './results.ts';

/** Most bytes of one answer; more is asked for in several requests. */
const BYTES_MAX = 64 * 1024;

/** RNG Retrieve: 2.1 §6.1.49, 1.4 §4.35. */
export const rngRetrieve = operation(Operation.RNGRetrieve, {
  changes: false,
  async run({ randomBytes }, { dataLength }) {
    if (dataLength < 1 || dataLength > BYTES_MAX)
      throw new OperationFailure('Invalid Field', `Data Length ${dataLength}, must be 1 to ${BYTES_MAX}`);
    return { data: randomBytes(dataLength) };
  },
});

/**
 * RNG Seed: 2.1 §6.1.50, 1.4 §4.36. The random source is the operating system's, which needs nothing from clients and takes nothing
 * from them: of every seed no byte is used, and the answer says so.
 */
export const rngSeed = operation(Operation.RNGSeed, {
  changes: false,
  async run() {
    return { dataLength: 0 };
  },
});
