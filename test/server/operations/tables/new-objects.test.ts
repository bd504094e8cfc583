import t from 'tap';
import {
  DerivationMethod,
  existsIn,
  managedObjects,
  ObjectType,
  Operation,
  showVersion,
  type KnownOperation,
  type RequestOf,
} from '../../../../kmip-codec/index.ts';
import { objectSamples } from '../object-samples.ts';
import { aes256, openWorld, template, type World } from '../world.ts';
import { toldIn, versionsOf } from './expected.ts';
import { lead, makeObject, splitKey } from './objects.ts';

interface Making<O extends KnownOperation = KnownOperation> {
  readonly operation: O;
  readonly request: (objectType: number, world: World) => RequestOf<O> | Promise<RequestOf<O>>;
  /** The types that are made; others are an Invalid Object Type. Undefined: all that the version has. */
  readonly makes?: readonly number[];
}
const { SymmetricKey, PublicKey, PrivateKey, SplitKey, SecretData } = ObjectType;
const making = <O extends KnownOperation>(row: Making<O>): Making => row;
const hasUses = (objectType: number) => [SymmetricKey, PublicKey, PrivateKey].includes(objectType as 2);
const given = (objectType: number) => template(...aes256.slice(2).filter(() => hasUses(objectType)));

/** Operations whose request says which type of object is to be made. */
const rows: Readonly<Record<string, Making>> = {
  Create: making({
    operation: Operation.Create,
    request: objectType => ({ objectType: objectType as 2, attributes: template(...aes256) }),
    makes: [SymmetricKey],
  }),
  Register: making({
    operation: Operation.Register,
    request: objectType => ({
      objectType: objectType as 2,
      attributes: given(objectType),
      object: objectSamples.get(objectType)!,
    }),
  }),
  Import: making({
    operation: Operation.Import,
    request: (objectType, { now, version }) => ({
      uniqueIdentifier: `imported ${objectType} ${version} ${now.getTime()}`,
      objectType: objectType as 2,
      attributes: given(objectType).given,
      object: objectSamples.get(objectType)!,
    }),
  }),
  'Derive Key': making({
    operation: Operation.DeriveKey,
    request: async (objectType, world) => {
      const uniqueIdentifier = await makeObject(world, { objectType: SecretData });
      await lead(world, uniqueIdentifier, 'Active');
      return {
        objectType: objectType as 2,
        uniqueIdentifiers: [uniqueIdentifier],
        derivationMethod: DerivationMethod.PBKDF2,
        derivationParameters: { salt: Buffer.alloc(8), iterationCount: 1 },
        attributes: template(...aes256.slice(objectType === SecretData ? 1 : 0)),
      };
    },
    makes: [SymmetricKey, SecretData],
  }),
  'Create Split Key': making({
    operation: Operation.CreateSplitKey,
    request: objectType => ({
      objectType: objectType as 5,
      splitKeyParts: 2,
      splitKeyThreshold: 2,
      splitKeyMethod: 1,
      attributes: template(...aes256),
    }),
    makes: [SplitKey],
  }),
  'Join Split Key': making({
    operation: Operation.JoinSplitKey,
    request: async (objectType, world) => ({
      objectType: objectType as 2,
      uniqueIdentifiers: [
        await makeObject(world, { objectType: SplitKey, value: splitKey(1) }),
        await makeObject(world, { objectType: SplitKey, value: splitKey(2) }),
      ],
    }),
    makes: [SymmetricKey, SecretData],
  }),
};

for (const [name, { operation, request, makes }] of Object.entries(rows))
  t.test(`${name} of every type of object`, async t => {
    const world = await openWorld(t);
    for (const version of versionsOf(operation)) {
      world.version = version;
      for (const [objectType, layout] of managedObjects) {
        if (!existsIn(layout, version)) continue;
        const says = `${ObjectType.names.show(objectType)} in ${showVersion(version)}`;
        const isMade = makes === undefined || makes.includes(objectType);
        const expected = toldIn(version, isMade ? 'Success' : 'Invalid Object Type');
        t.equal(await world.outcome(operation, await request(objectType, world)), expected, says);
      }
    }
  });
