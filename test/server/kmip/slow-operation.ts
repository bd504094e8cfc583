import { Operation } from '../../../kmip-codec/index.ts';
import { operation, operations } from '../../../server/operations/index.ts';

/** The server's operations with an Activate that waits for this; `begun` resolves when one is under way. */
export function slowActivate(held: () => Promise<unknown>) {
  let begin = () => {};
  const begun = new Promise<void>(resolve => (begin = resolve));
  const slow = operation(Operation.Activate, {
    changes: true,
    async run() {
      begin();
      await held();
      return { uniqueIdentifier: 'done' };
    },
  });
  return { operations: new Map([...operations, [Operation.Activate, slow]]), begun };
}
