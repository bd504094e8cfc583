import { InteropFunction, Operation, RevocationReasonCode } from '../../kmip-codec/index.ts';
import { destroyed, revoked, searchCriteria, type ManagedObject } from '../objects/index.ts';
import { operation, type Context } from './operation.ts';
import { OperationFailure } from './results.ts';

/** Objects that one Reset destroys at most: each is a change and an event of the same message. */
const RESET_MAX = 10_000;

/**
 * Interop: 2.1 §6.1.26, §11.22. For test runs, where a setting permits it. Begin and End are said in the log; Reset destroys
 * every object of the client's vault, whatever its state, with an event for each.
 */
export const interop = operation(Operation.Interop, {
  changes: true,
  async run(context, { interopFunction, interopIdentifier }) {
    if (interopIdentifier === '') throw new OperationFailure('Invalid Field', 'Interop Identifier is empty');
    const said = `interop ${InteropFunction.names.show(interopFunction)}`;
    context.whenDone.push(() => context.writeLog(said, { interopIdentifier }));
    if (interopFunction === InteropFunction.Reset) await destroyAll(context);
    return {};
  },
});

async function destroyAll({ objects, now, alsoDone }: Context): Promise<void> {
  const page = { online: true, archived: true, offset: 0, limit: RESET_MAX };
  const { uniqueIdentifiers, located } = await objects.search({ ...searchCriteria([]), ...page });
  if (located > RESET_MAX)
    throw new OperationFailure(
      'Server Limit Exceeded',
      `the vault has more than ${RESET_MAX} objects; use a vault of its own for tests`,
    );
  for (const uniqueIdentifier of uniqueIdentifiers) {
    const object = await objects.find(uniqueIdentifier);
    if (object === undefined) continue;
    objects.forget(object, destroyed(usedNoMore(object, now), now));
    alsoDone.push({ operation: Operation.Destroy, uniqueIdentifier });
  }
}

/** Only what is not Active can be destroyed (1.4 §3.22). */
function usedNoMore({ attributes, state }: ManagedObject, now: Date): ManagedObject['attributes'] {
  if (state !== 'Active') return attributes;
  return revoked(attributes, { revocationReasonCode: RevocationReasonCode.CessationOfOperation }, undefined, now);
}
