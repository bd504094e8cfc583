import { Operation } from '../../kmip-codec/index.ts';
import { operation } from './operation.ts';

/** Log: 2.1 §6.1.29. The message goes to the server's log, without host addresses and cut to a length that is read; no event is made of it. */
export const log = operation(Operation.Log, {
  changes: false,
  async run({ writeLog, whenDone }, { logMessage }) {
    whenDone.push(() => writeLog('a client says', { logMessage }));
    return {};
  },
});
