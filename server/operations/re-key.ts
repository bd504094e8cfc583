import {
  ActivationDate,
  AttributeSet,
  CryptographicAlgorithm,
  CryptographicLength,
  DeactivationDate,
  findKeyBlock,
  KeyFormatType,
  LastChangeDate,
  Link,
  LinkType,
  Name,
  ObjectType,
  Operation,
  OriginalCreationDate,
  ProcessStartDate,
  ProtectStopDate,
  RandomNumberGenerator,
  RNGAlgorithm,
  UsageLimits,
  type Attribute,
} from '../../kmip-codec/index.ts';
import { findSymmetricAlgorithm, materialBytes, setOddParity, type ManagedObject } from '../objects/index.ts';
import { keepMade } from './made-object.ts';
import { attributesGiven } from './new-object.ts';
import { onObject, type Context } from './operation.ts';
import { OperationFailure } from './results.ts';

/** Re-key: 2.1 §6.1.46, 1.4 §4.4. A new symmetric key with the attributes of the old one takes its place and its Names. */
export const reKey = onObject(Operation.ReKey, {
  changes: true,
  needs: {},
  async run(context, { offset, attributes }) {
    const { object } = context;
    const { algorithm, length } = keyOf(context, object);
    const given = await attributesGiven(context, 'Re-key', attributes ?? new AttributeSet(), ObjectType.SymmetricKey);
    if ((given.get(CryptographicAlgorithm) ?? algorithm) !== algorithm)
      throw new OperationFailure('Invalid Field', 'Cryptographic Algorithm is that of the existing key');
    const set = replacementAttributes(context, object, given, offset)
      .set(OriginalCreationDate, context.now)
      .set(RandomNumberGenerator, { rngAlgorithm: RNGAlgorithm.Unspecified })
      .add(Link, { linkType: LinkType.ReplacedObjectLink, linkedObjectIdentifier: object.uniqueIdentifier });

    const symmetric = findSymmetricAlgorithm(algorithm)!;
    const bits = set.get(CryptographicLength) ?? length;
    if (!symmetric.allows(bits))
      throw new OperationFailure('Invalid Field', `Cryptographic Length ${bits} is none of ${symmetric.name}`);
    const key = context.randomBytes(materialBytes(symmetric, bits));
    try {
      if (symmetric.hasParity) setOddParity(key);
      const old = context.objects.update(object, withoutNames(object, context.now));
      const uniqueIdentifier = await keepMade(context, {
        objectType: ObjectType.SymmetricKey,
        given: set,
        value: {
          keyBlock: {
            keyFormatType: KeyFormatType.Raw,
            keyValue: { keyMaterial: key },
            cryptographicAlgorithm: algorithm,
            cryptographicLength: bits,
          },
        },
      });
      const link = { linkType: LinkType.ReplacementObjectLink, linkedObjectIdentifier: uniqueIdentifier };
      context.objects.update(old, old.attributes.clone().add(Link, link));
      return { uniqueIdentifier };
    } finally {
      key.fill(0);
    }
  },
});

function keyOf({ objects }: Context, object: ManagedObject) {
  if (object.objectType !== ObjectType.SymmetricKey)
    throw new OperationFailure(
      'Invalid Object Type',
      `a ${ObjectType.names.show(object.objectType)} cannot be re-keyed, only a Symmetric Key can`,
      { before2: 'Permission Denied' },
    );
  checkReplaceable(objects, object);
  const algorithm = object.attributes.get(CryptographicAlgorithm);
  const length = object.attributes.get(CryptographicLength);
  if (algorithm === undefined || length === undefined || findSymmetricAlgorithm(algorithm)?.canCreate !== true)
    throw new OperationFailure('Permission Denied', 'no keys are made for the algorithm of the existing key');
  return { algorithm, length };
}

/** Throws OperationFailure where a key has no replacement to come: it is destroyed, replaced already, or not here. */
export function checkReplaceable(objects: Context['objects'], object: ManagedObject): void {
  if (object.state === 'Destroyed' || object.state === 'Destroyed Compromised')
    throw new OperationFailure('Permission Denied', `the key is ${object.state}`);
  if (object.attributes.all(Link).some(one => one.value.linkType === LinkType.ReplacementObjectLink))
    throw new OperationFailure('Permission Denied', 'the key has been replaced already');
  if (findKeyBlock(objects.open(object))?.keyValue === undefined)
    throw new OperationFailure('Key Value Not Present', 'the key is kept elsewhere');
}

/** Attributes that the replacement does not take over: those of the old key's own life, and those that a new object is given (1.4 §4.4). */
const own: ReadonlySet<string> = new Set([
  'Unique Identifier',
  'Object Type',
  'State',
  'Initial Date',
  'Last Change Date',
  'Destroy Date',
  'Compromise Occurrence Date',
  'Compromise Date',
  'Revocation Reason',
  'Archive Date',
  'Digest',
  'Link',
  'Lease Time',
  'Fresh',
  'Activation Date',
  'Process Start Date',
  'Protect Stop Date',
  'Deactivation Date',
  'Original Creation Date',
  'Random Number Generator',
  'Always Sensitive',
  'Never Extractable',
  'Key Format Type',
  'Protection Storage Mask',
  'Key Value Present',
  'Key Value Location',
]);
const dates: readonly Attribute<Date>[] = [ActivationDate, ProcessStartDate, ProtectStopDate, DeactivationDate];

/** What the replacement has: what the client gives, else what the existing one had, with its dates moved along (1.4 §4.4). */
export function replacementAttributes(
  { now }: Context,
  { attributes }: ManagedObject,
  given: AttributeSet,
  offset: number | undefined,
): AttributeSet {
  const set = given.clone();
  const copied = new AttributeSet();
  for (const { attribute, value, index } of attributes)
    if (!own.has(attribute.attributeName) && !given.has(attribute)) copied.add(attribute, value, index);
  for (const { attribute, value, index } of copied) set.add(attribute, value, index);
  const limits = set.get(UsageLimits);
  if (limits !== undefined) set.set(UsageLimits, { ...limits, usageLimitsCount: limits.usageLimitsTotal });

  if (offset === undefined) {
    for (const date of dates) {
      const before = attributes.get(date);
      if (before !== undefined && !given.has(date)) set.set(date, before);
    }
    return set;
  }
  if (dates.some(date => given.has(date)))
    throw new OperationFailure('Invalid Message', 'an Offset together with dates, must be one or the other');
  const activation = attributes.get(ActivationDate);
  if (activation === undefined)
    throw new OperationFailure('Invalid Field', 'an Offset, but the existing key has no Activation Date', {
      before2: 'Illegal Operation',
    });
  const moved = now.getTime() + offset * 1000 - activation.getTime();
  for (const date of dates) {
    const before = attributes.get(date);
    if (before !== undefined) set.set(date, new Date(before.getTime() + moved));
  }
  return set;
}

/** The existing key, whose Names are the replacement's now. */
export function withoutNames({ attributes }: ManagedObject, now: Date): AttributeSet {
  const set = attributes.clone().set(LastChangeDate, now);
  set.remove(Name);
  return set;
}
