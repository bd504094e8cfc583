import t from 'tap';
import {
  ActivationDate,
  CryptographicUsageMask,
  LeaseTime,
  Operation,
  ProtectStopDate,
  RevocationReasonCode,
  showVersion,
  UsageLimits,
  UsageLimitsUnit,
  V1_0,
  V1_1,
  V1_2,
  V1_3,
  V1_4,
  V2_0,
  V2_1,
  type RequestOf,
} from '../../../kmip-codec/index.ts';
import { useObject } from '../../../server/operations/use-object.ts';
import { openWorld, type World } from './world.ts';

const versions = [V1_0, V1_1, V1_2, V1_3, V1_4, V2_0, V2_1];
const { Encrypt, Decrypt, Sign } = CryptographicUsageMask;
const limits = (total: bigint, unit: number = UsageLimitsUnit.Byte) =>
  [UsageLimits, { usageLimitsTotal: total, usageLimitsUnit: unit as 1 }] as const;
const remaining = async (world: World, uniqueIdentifier: string) =>
  (await world.valueOf(uniqueIdentifier, UsageLimits))?.usageLimitsCount;
const compromise = (world: World, uniqueIdentifier: string) =>
  world.run(Operation.Revoke, {
    uniqueIdentifier,
    revocationReason: { revocationReasonCode: RevocationReasonCode.KeyCompromise },
  });

for (const version of versions) {
  const since2 = version >= V2_0;
  const shown = showVersion(version);

  t.test(`Check says whether a use is allowed, in ${shown} (2.1 §6.1.7, 1.4 §4.10)`, async t => {
    const world = await openWorld(t);
    world.version = version;
    const uniqueIdentifier = await world.createKey(limits(1000n));
    const outcome = (more: RequestOf<typeof Operation.Check>) =>
      world.outcome(Operation.Check, { uniqueIdentifier, ...more });
    t.same(await world.run(Operation.Check, { uniqueIdentifier }), { uniqueIdentifier });
    const all = { usageLimitsCount: 1000n, cryptographicUsageMask: Encrypt | Decrypt, leaseTime: 3600 };
    t.match(await world.run(Operation.Check, { uniqueIdentifier, ...all }), { uniqueIdentifier });
    t.equal(await remaining(world, uniqueIdentifier), 1000n, 'and takes nothing');
    t.equal(await outcome({ usageLimitsCount: 1001n }), since2 ? 'Usage Limit Exceeded' : 'Permission Denied');
    t.equal(
      await outcome({ cryptographicUsageMask: Encrypt | Sign }),
      since2 ? 'Incompatible Cryptographic Usage Mask' : 'Permission Denied',
    );
    t.equal(await outcome({ leaseTime: 3601 }), 'Permission Denied');
    t.equal(await outcome({ leaseTime: 0 }), 'Permission Denied', 'a lease without an end');
    t.equal(
      await world.outcome(Operation.Check, { uniqueIdentifier: 'nobody' }),
      since2 ? 'Object Not Found' : 'Item Not Found',
    );
    const unlimited = await world.createKey();
    t.equal(
      await world.outcome(Operation.Check, { uniqueIdentifier: unlimited, usageLimitsCount: 2n ** 60n }),
      'Success',
    );
  });

  t.test(
    `Obtain Lease gives the longest time, and none after a compromise, in ${shown} (2.1 §6.1.35, 1.4 §4.17)`,
    async t => {
      const world = await openWorld(t);
      world.version = version;
      const changed = world.now;
      const uniqueIdentifier = await world.createKey([ActivationDate, world.now]);
      world.later(60);
      t.same(await world.run(Operation.ObtainLease, { uniqueIdentifier }), {
        uniqueIdentifier,
        leaseTime: 3600,
        lastChangeDate: changed,
      });
      t.equal(await world.valueOf(uniqueIdentifier, LeaseTime), 3600);
      await compromise(world, uniqueIdentifier);
      t.equal(await world.outcome(Operation.ObtainLease, { uniqueIdentifier }), 'Permission Denied');
      const spent = await world.createKey([ActivationDate, world.now], limits(1n), [CryptographicUsageMask, Encrypt]);
      await world.run(Operation.GetUsageAllocation, { uniqueIdentifier: spent, usageLimitsCount: 1n });
      t.equal(
        await world.outcome(Operation.ObtainLease, { uniqueIdentifier: spent }),
        since2 ? 'Usage Limit Exceeded' : 'Permission Denied',
      );
    },
  );

  t.test(`Get Usage Allocation takes from what is left, in ${shown} (2.1 §6.1.23, 1.4 §4.18)`, async t => {
    const world = await openWorld(t);
    world.version = version;
    const allocate = (uniqueIdentifier: string, usageLimitsCount: bigint) =>
      world.outcome(Operation.GetUsageAllocation, { uniqueIdentifier, usageLimitsCount });
    const uniqueIdentifier = await world.createKey(limits(1000n), [ActivationDate, world.now]);
    t.equal(await allocate(uniqueIdentifier, 600n), 'Success');
    t.equal(await remaining(world, uniqueIdentifier), 400n);
    t.equal(await allocate(uniqueIdentifier, 401n), since2 ? 'Usage Limit Exceeded' : 'Permission Denied');
    t.equal(await remaining(world, uniqueIdentifier), 400n, 'all or nothing');
    for (const none of [0n, -1n]) t.equal(await allocate(uniqueIdentifier, none), 'Invalid Field');
    t.equal(await allocate(uniqueIdentifier, 400n), 'Success');
    t.equal(await remaining(world, uniqueIdentifier), 0n);

    const never = since2 ? 'Attribute Not Found' : 'Illegal Operation';
    t.equal(await allocate(await world.createKey([ActivationDate, world.now]), 1n), never);
    const readsOnly = await world.createKey(limits(5n), [ActivationDate, world.now], [CryptographicUsageMask, Decrypt]);
    t.equal(await allocate(readsOnly, 1n), since2 ? 'Permission Denied' : 'Illegal Operation');
    t.equal(await allocate(await world.createKey(limits(5n)), 1n), 'Permission Denied', 'Pre-Active');
    const stopped = await world.createKey(limits(5n), [ActivationDate, world.now], [ProtectStopDate, world.now]);
    world.later(1);
    t.equal(await allocate(stopped, 1n), 'Permission Denied', 'after the Protect Stop Date');
  });

  t.test(
    `Archive puts an object away, Recover brings it back, in ${shown} (2.1 §6.1.4, §6.1.42, 1.4 §4.22, §4.23)`,
    async t => {
      const world = await openWorld(t);
      world.version = version;
      const uniqueIdentifier = await world.createKey();
      const found = async (storageStatusMask?: number) =>
        (await world.run(Operation.Locate, { storageStatusMask })).uniqueIdentifiers;
      t.same(await world.run(Operation.Archive, { uniqueIdentifier }), { uniqueIdentifier });
      for (const operation of [Operation.Get, Operation.Activate, Operation.Archive, Operation.Check] as const)
        t.equal(
          await world.outcome(operation, { uniqueIdentifier }),
          'Object Archived',
          Operation.names.show(operation),
        );
      t.same(await found(), [], 'only who looks in the archive finds it');
      t.same(await found(2), [uniqueIdentifier]);
      world.later(60);
      t.same(await world.run(Operation.Recover, { uniqueIdentifier }), { uniqueIdentifier });
      t.equal(await world.outcome(Operation.Recover, { uniqueIdentifier }), 'Success', 'a second time too');
      const { attributes } = (await world.objects.find(uniqueIdentifier))!;
      t.notOk(attributes.names().includes('Archive Date'));
      t.equal(await world.outcome(Operation.Get, { uniqueIdentifier }), 'Success');
      await world.run(Operation.Destroy, { uniqueIdentifier });
      t.equal(
        await world.outcome(Operation.Archive, { uniqueIdentifier }),
        since2 ? 'Object Destroyed' : 'Permission Denied',
      );
    },
  );
}

t.test('what the server itself protects is counted in the unit of the Usage Limits (1.4 §3.21)', async t => {
  const world = await openWorld(t);
  for (const [unit, left] of [
    [UsageLimitsUnit.Byte, 84n],
    [UsageLimitsUnit.Object, 99n],
  ] as const) {
    const uniqueIdentifier = await world.createKey(limits(100n, unit));
    const unitOfWork = world.store.begin();
    const context = world.contextIn(unitOfWork);
    const used = useObject(context, (await context.objects.find(uniqueIdentifier))!, { bytes: 16 });
    t.equal(used.attributes.get(UsageLimits)?.usageLimitsCount, left);
    t.throws(() => useObject(context, used, { bytes: 85, objects: 100 }), { message: /are left/ });
    await unitOfWork.commit();
    t.equal(await remaining(world, uniqueIdentifier), left);
  }
});
