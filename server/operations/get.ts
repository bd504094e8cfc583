import {
  DestroyDate,
  existsIn,
  Extractable,
  Fresh,
  KeyCompressionType,
  KeyFormatType,
  KeyWrapType,
  managedObjects,
  ObjectType,
  Operation,
  Sensitive,
  showVersion,
  V1_2,
  type AttributeSet,
  type GetRequest,
  type KeyBlock,
  type ManagedObjectValue,
  type TypeOf,
} from '../../kmip-codec/index.ts';
import { inKeyFormat, withAlgorithm } from './key-formats.ts';
import { compressed } from './key-pair-material.ts';
import { unwrapped } from './key-unwrapping.ts';
import { hides, wrapped } from './key-wrapping.ts';
import { formatOf } from './new-object.ts';
import { onObject, type ObjectContext } from './operation.ts';
import { OperationFailure } from './results.ts';

/**
 * Get: 2.1 §6.1.19, 1.4 §4.11. In every state in which there is an object, Pre-Active too: states limit what a key may be used for, not
 * who may have it.
 */
export const get = onObject(Operation.Get, {
  changes: false,
  needs: {},
  async run(context, request) {
    const { object, objects } = context;
    const value = await objectAsAsked(keptObject(context), request, context);
    // Whoever gets it first has a fresh object, nobody after them (1.4 §3.34).
    if (object.attributes.get(Fresh) === true) objects.update(object, object.attributes.clone().set(Fresh, false));
    return {
      objectType: object.objectType as TypeOf<typeof ObjectType>,
      uniqueIdentifier: object.uniqueIdentifier,
      object: value,
    };
  },
});

export function keptObject({ object, objects, version }: ObjectContext): ManagedObjectValue {
  const { state, attributes, objectType } = object;
  // To 1.x clients a destroyed object is one that is not there, as the OASIS test cases have it.
  if (attributes.has(DestroyDate))
    throw new OperationFailure('Object Destroyed', `the object is ${state ?? 'destroyed'}`, {
      before2: 'Item Not Found',
    });
  const layout = managedObjects.get(objectType);
  if (layout === undefined || !existsIn(layout, version))
    throw new OperationFailure(
      'Invalid Object Type',
      `a ${ObjectType.names.show(objectType)} cannot be told in KMIP ${showVersion(version)}`,
      { before2: 'Illegal Operation' },
    );
  const kept = objects.open(object);
  // Since 1.2 a Key Block without Key Value says that the value is kept elsewhere (1.4 §2.1.3).
  if (kept === undefined || ('keyBlock' in kept && kept.keyBlock.keyValue === undefined && version < V1_2))
    throw new OperationFailure('Key Value Not Present', 'the server has only the attributes of this object', {
      before2: 'Illegal Operation',
    });
  return kept;
}

/** The object in the form that the client asks for. Throws the OperationFailures of 1.4 §11.12. */
export async function objectAsAsked(
  kept: ManagedObjectValue,
  request: GetRequest,
  context: ObjectContext,
): Promise<ManagedObjectValue> {
  if ('keyBlock' in kept) {
    const keyBlock = withAlgorithm(kept.keyBlock, context.object.attributes, context.version);
    return { ...kept, keyBlock: await asAsked(keyBlock, request, context) };
  }
  const { keyFormatType, keyWrappingSpecification } = request;
  const name = ObjectType.names.show(context.object.objectType);
  if (keyWrappingSpecification !== undefined)
    throw new OperationFailure('Invalid Object Type', `a ${name} has no Key Block and cannot be wrapped`, {
      before2: 'Illegal Operation',
    });
  checkCompression(request, name);
  checkMayLeave(context.object.attributes, false);
  if (keyFormatType !== undefined && keyFormatType !== formatOf(kept))
    throw new OperationFailure(
      'Key Format Type Not Supported',
      `a ${name} cannot be given as ${KeyFormatType.names.show(keyFormatType)}`,
    );
  return kept;
}

function checkCompression({ keyCompressionType }: GetRequest, name: string): void {
  if (keyCompressionType !== undefined)
    throw new OperationFailure(
      'Key Compression Type Not Supported',
      `a ${name} cannot be given as ${KeyCompressionType.names.show(keyCompressionType)}`,
    );
}

/** Points of elliptic curves have several forms (1.4 §9.1.3.2.2); nothing else has. */
function inCompression(keyBlock: KeyBlock, request: GetRequest, { object }: ObjectContext): KeyBlock {
  const { keyCompressionType } = request;
  if (keyCompressionType === undefined) return keyBlock;
  const { objectType } = object;
  const found = objectType === ObjectType.PublicKey ? compressed(keyBlock, keyCompressionType) : undefined;
  if (found === undefined) checkCompression(request, ObjectType.names.show(objectType));
  return found ?? keyBlock;
}

async function asAsked(kept: KeyBlock, request: GetRequest, context: ObjectContext): Promise<KeyBlock> {
  const { keyFormatType, keyWrappingSpecification } = request;
  const keyBlock = await inWrapType(kept, request, context);
  const isWrapped = keyBlock.keyWrappingData !== undefined && hides(keyBlock.keyWrappingData);
  const willBeHidden = isWrapped || (keyWrappingSpecification !== undefined && hides(keyWrappingSpecification));
  if (keyBlock.keyValue !== undefined) checkMayLeave(context.object.attributes, willBeHidden);
  const formatted = inCompression(inKeyFormat(context, keyBlock, keyFormatType), request, context);
  return keyWrappingSpecification === undefined ? formatted : wrapped(formatted, keyWrappingSpecification, context);
}

/** Not Wrapped and As Registered are the same for a key that came plain; one that came wrapped is unwrapped by a key that is here. */
async function inWrapType(
  keyBlock: KeyBlock,
  { keyWrapType: asked, keyWrappingSpecification }: GetRequest,
  context: ObjectContext,
): Promise<KeyBlock> {
  if (asked === KeyWrapType.AsRegistered && keyWrappingSpecification !== undefined)
    throw new OperationFailure(
      'Invalid Field',
      'Key Wrap Type As Registered and a Key Wrapping Specification contradict each other',
    );
  if (asked === KeyWrapType.NotWrapped) return unwrapped(keyBlock, context);
  if (asked !== undefined && asked !== KeyWrapType.AsRegistered)
    throw new OperationFailure('Key Wrap Type Not Supported', `Key Wrap Type ${KeyWrapType.names.show(asked)}`);
  return keyBlock;
}

/** Extractable and Sensitive: 1.4 §3.50, §3.48. They hold for a value that is here; there is nothing else to protect. */
function checkMayLeave(attributes: AttributeSet, willBeWrapped: boolean): void {
  if (attributes.get(Extractable) === false)
    throw new OperationFailure('Not Extractable', 'the Extractable attribute of the object is False');
  if (attributes.get(Sensitive) === true && !willBeWrapped)
    throw new OperationFailure(
      'Sensitive',
      'the object is Sensitive and must be asked for with a Key Wrapping Specification',
    );
}
