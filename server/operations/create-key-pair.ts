import { Operation } from '../../kmip-codec/index.ts';
import { generateKeyPair } from './key-pair-generation.ts';
import { keepPair, kindOf, pairGiven } from './key-pair.ts';
import { operation } from './operation.ts';

/** Create Key Pair: 2.1 §6.1.9, 1.4 §4.2. Two keys of one pair, each linked to the other; the ID Placeholder is the private key's. */
export const createKeyPair = operation(Operation.CreateKeyPair, {
  changes: true,
  async run(context, request) {
    const given = await pairGiven(context, 'Create Key Pair', request);
    return keepPair(context, await generateKeyPair(context, kindOf(given)), given);
  },
});
