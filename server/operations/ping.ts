import { Operation } from '../../kmip-codec/index.ts';
import { operation } from './operation.ts';

/** Ping: 2.1 §6.1.36. That there is an answer is the answer. */
export const ping = operation(Operation.Ping, { changes: false, run: () => Promise.resolve({}) });
