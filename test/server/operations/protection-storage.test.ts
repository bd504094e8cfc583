import t from 'tap';
import { ObjectType, Operation, ProtectionStorageMask, V2_0, V2_1, type RequestOf } from '../../../kmip-codec/index.ts';
import { aes256, openWorld, template } from './world.ts';

const { Software, Hardware, OnPremises, Validated } = ProtectionStorageMask;

t.test(
  'a new object is kept where one mask of the client is met in full, and says which (2.1 §7.33, §4.44)',
  async t => {
    const world = await openWorld(t);
    for (const version of [V2_0, V2_1]) {
      world.version = version;
      const create = (...masks: number[]): RequestOf<typeof Operation.Create> => ({
        objectType: ObjectType.SymmetricKey,
        attributes: template(...aes256),
        protectionStorageMasks: { protectionStorageMasks: masks },
      });
      for (const masks of [[Software], [Hardware, Software], [Hardware | Validated, Software], []]) {
        const { uniqueIdentifier } = await world.run(Operation.Create, create(...masks));
        t.equal(await world.valueOf(uniqueIdentifier, ProtectionStorageMask), Software);
      }
      for (const masks of [[Hardware], [Software | Validated], [Hardware, OnPremises]])
        t.equal(await world.outcome(Operation.Create, create(...masks)), 'Protection Storage Unavailable');
    }
  },
);

t.test('the halves of a key pair have masks of their own (2.1 §6.1.9)', async t => {
  const world = await openWorld(t);
  world.version = V2_1;
  const outcome = (masks: object) => world.outcome(Operation.CreateKeyPair, masks);
  const hardware = { protectionStorageMasks: [Hardware] };
  t.equal(await outcome({ commonProtectionStorageMasks: hardware }), 'Protection Storage Unavailable');
  t.equal(await outcome({ privateProtectionStorageMasks: hardware }), 'Private Protection Storage Unavailable');
  t.equal(await outcome({ publicProtectionStorageMasks: hardware }), 'Public Protection Storage Unavailable');
});
