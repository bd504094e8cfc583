import t from 'tap';
import {
  CryptographicUsageMask,
  ObjectType,
  Operation,
  ProcessStartDate,
  ProtectStopDate,
  V1_1,
  V1_4,
} from '../../../kmip-codec/index.ts';
import { objectSamples } from './object-samples.ts';
import { openWorld, template } from './world.ts';

t.test(
  'private and public keys have the dates of their use since there are operations for it (2.1 §4.40, §4.41)',
  async t => {
    const world = await openWorld(t);
    for (const objectType of [ObjectType.PrivateKey, ObjectType.PublicKey]) {
      for (const attribute of [ProcessStartDate, ProtectStopDate]) {
        const date = new Date('2040-01-01T00:00:00Z');
        const request = {
          objectType: objectType as 1,
          attributes: template([CryptographicUsageMask, CryptographicUsageMask.Sign], [attribute, date]),
          object: objectSamples.get(objectType),
        };
        world.version = V1_4;
        const { uniqueIdentifier } = await world.run(Operation.Register, request);
        t.same(await world.valueOf(uniqueIdentifier, attribute), date);
        world.version = V1_1;
        await t.rejects(world.run(Operation.Register, request), {
          message: /does not apply to a (Private|Public) Key/,
        });
      }
    }
  },
);

t.test('secret data has none before 2.0 (1.4 §3.25)', async t => {
  const world = await openWorld(t);
  world.version = V1_4;
  const request = {
    objectType: ObjectType.SecretData as 1,
    attributes: template([ProcessStartDate, new Date('2040-01-01T00:00:00Z')]),
    object: objectSamples.get(ObjectType.SecretData),
  };
  await t.rejects(world.run(Operation.Register, request), { message: /does not apply to a Secret Data/ });
});
