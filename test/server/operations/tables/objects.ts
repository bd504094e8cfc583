import {
  CryptographicAlgorithm,
  CryptographicUsageMask,
  customAttribute,
  customText,
  KeyFormatType,
  Link,
  LinkType,
  ObjectType,
  Operation,
  RevocationReasonCode,
  SplitKeyMethod,
  UsageLimits,
  UsageLimitsUnit,
  type ManagedObjectValue,
} from '../../../../kmip-codec/index.ts';
import { hasAttribute } from '../../../../server/objects/index.ts';
import { keyBlockOf, objectSamples } from '../object-samples.ts';
import { template, type AttributeRow, type World } from '../world.ts';

export interface Wanted {
  readonly objectType: number;
  /** An object other than the sample of its type. */
  readonly value?: ManagedObjectValue | undefined;
  /** Attributes more or instead. */
  readonly rows?: readonly AttributeRow[] | undefined;
}

/** Registers an object that may be used for everything and has a custom attribute; returns its Unique Identifier. */
export async function makeObject(
  world: World,
  { objectType, value = samples.get(objectType), rows = [] }: Wanted,
): Promise<string> {
  const all = [...everyObject.filter(([one]) => !rows.some(([other]) => other === one)), ...rows];
  const { uniqueIdentifier } = await world.run(Operation.Register, {
    objectType: objectType as 1,
    attributes: template(
      ...all.filter(([{ attributeName }]) => hasAttribute(attributeName, objectType, world.version)),
    ),
    object: value!,
  });
  return uniqueIdentifier;
}

/** Links the object, if it can be, to a Public Key that is registered for it; returns its own Unique Identifier. */
export async function withPublicKey(world: World, uniqueIdentifier: string): Promise<string> {
  const publicKey = await makeObject(world, { objectType: ObjectType.PublicKey });
  const link = { linkType: LinkType.PublicKeyLink, linkedObjectIdentifier: publicKey };
  await world.outcome(Operation.AddAttribute, { uniqueIdentifier, attribute: { attribute: Link, value: link } });
  return uniqueIdentifier;
}

/** Every use that 1.0 has. */
const EVERY_USE = 0xffff;
const everyObject: readonly AttributeRow[] = [
  [CryptographicUsageMask, EVERY_USE],
  [customAttribute('x-Mine'), customText('0')],
];
export const limited: AttributeRow = [
  UsageLimits,
  { usageLimitsTotal: 1000n, usageLimitsUnit: UsageLimitsUnit.Object },
];

const part = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
/** The first of two parts that are joined by XOR, or the second. */
export const splitKey = (keyPartIdentifier: number): ManagedObjectValue => ({
  splitKeyParts: 2,
  keyPartIdentifier,
  splitKeyThreshold: 2,
  splitKeyMethod: SplitKeyMethod.XOR,
  keyBlock: {
    ...keyBlockOf(KeyFormatType.Raw, part),
    cryptographicAlgorithm: CryptographicAlgorithm.AES,
    cryptographicLength: 128,
  },
});
const samples: ReadonlyMap<number, ManagedObjectValue> = new Map([
  ...objectSamples,
  [ObjectType.SplitKey, splitKey(1)],
]);

export const STATES = [
  'Pre-Active',
  'Active',
  'Deactivated',
  'Compromised',
  'Destroyed',
  'Destroyed Compromised',
  'archived',
] as const;
export type StateName = (typeof STATES)[number];

type Step = (world: World, uniqueIdentifier: string) => Promise<unknown>;
const revoke =
  (code: number): Step =>
  (world, uniqueIdentifier) =>
    world.run(Operation.Revoke, { uniqueIdentifier, revocationReason: { revocationReasonCode: code as 1 } });
const activate: Step = (world, uniqueIdentifier) => world.run(Operation.Activate, { uniqueIdentifier });
const destroy: Step = (world, uniqueIdentifier) => world.run(Operation.Destroy, { uniqueIdentifier });
const archive: Step = (world, uniqueIdentifier) => world.run(Operation.Archive, { uniqueIdentifier });

const { KeyCompromise, CessationOfOperation } = RevocationReasonCode;
const ways: Readonly<Record<StateName, readonly Step[]>> = {
  'Pre-Active': [],
  Active: [activate],
  Deactivated: [activate, revoke(CessationOfOperation)],
  Compromised: [revoke(KeyCompromise)],
  Destroyed: [destroy],
  'Destroyed Compromised': [revoke(KeyCompromise), destroy],
  // No state of its own: an Active object that was put away.
  archived: [activate, archive],
};

/** Leads a Pre-Active object into this state. */
export async function lead(world: World, uniqueIdentifier: string, state: StateName): Promise<void> {
  for (const step of ways[state]) await step(world, uniqueIdentifier);
}
