import t from 'tap';
import {
  CryptographicAlgorithm,
  CryptographicLength,
  CryptographicUsageMask,
  customAttribute,
  customText,
  ObjectType,
  Operation,
  RevocationReasonCode,
  State,
  V1_1,
} from '../../../kmip-codec/index.ts';
import { openWorld, template } from './world.ts';

t.test(
  'a key lives as vCenter lets it: created, named, activated, and revoked and destroyed by the administrator',
  async t => {
    const world = await openWorld(t);
    world.version = V1_1;
    const { uniqueIdentifier } = await world.run(Operation.Create, {
      objectType: ObjectType.SymmetricKey,
      attributes: template(
        [CryptographicAlgorithm, CryptographicAlgorithm.AES],
        [CryptographicUsageMask, 12],
        [CryptographicLength, 256],
      ),
    });
    t.match(uniqueIdentifier, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);

    const state = async () =>
      (await world.run(Operation.GetAttributes, { uniqueIdentifier, attributeNames: ['State'] })).attributes?.[0]
        ?.value;
    const product = customAttribute('x-Product');
    t.equal(await state(), State.PreActive);

    t.same(
      (await world.run(Operation.GetAttributes, { uniqueIdentifier, attributeNames: ['x-Product'] })).attributes,
      [],
    );
    await world.run(Operation.AddAttribute, {
      uniqueIdentifier,
      attribute: { attribute: product, value: customText('VMware vSphere') },
    });
    const asked = await world.run(Operation.GetAttributes, { uniqueIdentifier, attributeNames: ['x-Product'] });
    t.match(asked.attributes?.[0]?.value, { value: 'VMware vSphere' });

    await world.run(Operation.Activate, { uniqueIdentifier });
    t.equal(await state(), State.Active);
    t.equal(await world.outcome(Operation.Destroy, { uniqueIdentifier }), 'Permission Denied');
    await world.run(Operation.Revoke, {
      uniqueIdentifier,
      revocationReason: { revocationReasonCode: RevocationReasonCode.CessationOfOperation },
    });
    t.equal(await state(), State.Deactivated);
    await world.run(Operation.Destroy, { uniqueIdentifier });
    t.equal(await state(), State.Destroyed);
    t.equal((await world.objects.find(uniqueIdentifier))!.hasMaterial, false);
  },
);
