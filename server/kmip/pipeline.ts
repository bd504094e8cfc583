import {
  CodecError,
  isKnownOperation,
  Operation,
  showVersion,
  V2_0,
  type KnownOperation,
  type RequestBatchItem,
} from '../../kmip-codec/index.ts';
import type { Logger } from '../log/index.ts';
import type { ManagedObject } from '../objects/index.ts';
import {
  checkStorage,
  OperationFailure,
  type Context,
  type ObjectContext,
  type OperationDefinition,
} from '../operations/index.ts';
import type { UnitOfWork } from '../store/index.ts';
import { Polled } from './asynchronous-work.ts';
import { resolved } from './identifier-references.ts';
import { failureFrom, type ItemResult } from './item-result.ts';
import { refuseChange } from './room.ts';

/** One batch item on its way to its operation. */
export interface ItemWork {
  readonly item: RequestBatchItem;
  readonly context: Context;
  readonly unit: UnitOfWork;
  readonly operations: ReadonlyMap<KnownOperation, OperationDefinition>;
  readonly log: Logger;
  /** Whether operations that change something are taken: not while there is too little room for their events. */
  readonly takesChanges: boolean;
  /** Milliseconds that only go forward. */
  readonly ticks: () => number;
  /** Logs an error that nobody foresaw; returns the value under which the log has it. */
  readonly unexpected: (error: unknown) => string;
}

/**
 * The way of a batch item to its operation, outermost first. The order is policy: an item is measured and its failure becomes a
 * result whatever happens inside; its changes are dropped as a whole when it fails; what may not change anything now is refused
 * before anything is looked up; whether an object exists for this initiator
 * comes before its state, so that nobody learns the state of what is not theirs. Events are recorded when the whole message is
 * done, because a batch may still be undone (recording.ts).
 */
export async function runItem(work: ItemWork): Promise<ItemResult> {
  return measured(work, () =>
    resulting(work, () =>
      droppable(work, async () => {
        const { operation, request: asSent } = inVersion(work);
        const request = work.context.version < V2_0 ? asSent : resolved(asSent, work.context);
        if (!work.takesChanges) refuseChange(operation);
        checkStorage(request);
        const object = await withObject(work, operation, request);
        return run(work.context, operation, object, request);
      }),
    ),
  );
}

async function measured(work: ItemWork, next: () => Promise<ItemResult>): Promise<ItemResult> {
  const start = work.ticks();
  const result = await next();
  work.log.debug('batch item', {
    operation: Operation.names.show(work.item.operation),
    outcome: result.ok ? 'success' : result.reason,
    ms: Math.round((work.ticks() - start) * 1000) / 1000,
  });
  return result;
}

async function resulting(work: ItemWork, next: () => Promise<object>): Promise<ItemResult> {
  try {
    const payload = await next();
    if (payload instanceof Polled) return payload.result;
    const { alsoDone, whenDone } = work.context;
    return { ok: true, payload, alsoDone: alsoDone.splice(0), whenDone: whenDone.splice(0) };
  } catch (error) {
    work.context.alsoDone.length = 0;
    work.context.whenDone.length = 0;
    return failureFrom(error, work.unexpected);
  }
}

async function droppable(work: ItemWork, next: () => Promise<object>): Promise<object> {
  const mark = work.unit.mark();
  try {
    return await next();
  } catch (error) {
    work.unit.rollback(mark);
    throw error;
  }
}

/** The operation and its decoded payload, if this server has it in the version of the message. */
function inVersion(work: ItemWork): { operation: OperationDefinition; request: object } {
  const { operation: code, requestPayload } = work.item;
  const { version } = work.context;
  const name = Operation.names.show(code);
  const operation = isKnownOperation(code) ? work.operations.get(code) : undefined;
  if (operation === undefined || !Operation.names.isKnownIn(code, version)) {
    throw new OperationFailure('Operation Not Supported', `${name} is not supported in KMIP ${showVersion(version)}`);
  }
  if (requestPayload instanceof CodecError) throw requestPayload;
  if (requestPayload === undefined) throw new CodecError('requestPayload: required');
  return { operation, request: requestPayload };
}

/** The object that the request names, in a state that the operation allows; undefined for operations that need none. */
async function withObject(
  work: ItemWork,
  { operation, needs }: OperationDefinition,
  request: object,
): Promise<ManagedObject | undefined> {
  const { context } = work;
  if (needs === undefined || needs.unless?.(request, context.version) === true) return undefined;
  const { missing = 'Object Not Found' } = needs;
  const uniqueIdentifier = identifierIn(request) ?? context.idPlaceholder;
  if (uniqueIdentifier === undefined) {
    throw new OperationFailure(missing, 'no Unique Identifier is given and the ID Placeholder is empty');
  }
  const object = await context.objects.find(uniqueIdentifier);
  if (object === undefined) {
    // The client must not learn that another vault has it; the auditor must.
    const message = 'no object has this Unique Identifier';
    throw new OperationFailure(
      missing,
      message,
      (await context.objects.isElsewhere(uniqueIdentifier))
        ? { cause: 'forbidden', auditReason: 'Permission Denied', auditDetail: 'the object belongs to another vault' }
        : {},
    );
  }
  checkState(operation, needs, object);
  return object;
}

/** The object that a payload names; a key pair is named by its private key. */
export function identifierIn(payload: object): string | undefined {
  const { uniqueIdentifier, privateKeyUniqueIdentifier } = payload as Record<string, unknown>;
  const found = uniqueIdentifier ?? privateKeyUniqueIdentifier;
  return typeof found === 'string' ? found : undefined;
}

/** The operation on the object. Only when it succeeds does it leave an ID Placeholder to the items that follow; a failing one may empty it (1.4 §4). */
async function run(
  context: Context,
  operation: OperationDefinition,
  object: ManagedObject | undefined,
  request: object,
): Promise<object> {
  const own = { ...context, object } as ObjectContext;
  try {
    const payload = await operation.run(own, request);
    context.idPlaceholder = own.idPlaceholder;
    return payload;
  } finally {
    if (own.idPlaceholder === undefined) context.idPlaceholder = undefined;
  }
}

function checkState(
  operation: number,
  needs: { states?: readonly string[]; archived?: boolean },
  { state, isArchived }: ManagedObject,
): void {
  if (isArchived && !needs.archived)
    throw new OperationFailure('Object Archived', 'the object is archived, recover it first');
  if (state === undefined || needs.states === undefined || needs.states.includes(state)) return;
  const isDestroyed = state === 'Destroyed' || state === 'Destroyed Compromised';
  throw new OperationFailure(
    isDestroyed ? 'Object Destroyed' : 'Wrong Key Lifecycle State',
    `${Operation.names.show(operation)} needs a state of ${needs.states.join(' or ')}, the object is ${state}`,
  );
}
