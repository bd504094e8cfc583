import t from 'tap';
import * as kmip from '../../../kmip-codec/index.ts';
import {
  ActivationDate,
  attributeNamed,
  ContactInformation,
  customAttribute,
  customText,
  DeactivationDate,
  LastChangeDate,
  Link,
  LinkType,
  Name,
  NameType,
  ObjectGroup,
  Operation,
  ProcessStartDate,
  ProtectStopDate,
  showVersion,
  State,
  supportedVersions,
  UsageLimits,
  UsageLimitsUnit,
  V1_0,
  V1_1,
  V1_4,
  type Attribute,
} from '../../../kmip-codec/index.ts';
import { versionsBefore2 } from './versions.ts';
import { openWorld, type World } from './world.ts';

const name = (nameValue: string) => ({ nameValue, nameType: NameType.UninterpretedTextString });
const request = <T>(uniqueIdentifier: string, attribute: Attribute<T>, value: T, attributeIndex?: number) => ({
  uniqueIdentifier,
  attribute: { attribute, value, attributeIndex },
});
const add = <T>(world: World, uniqueIdentifier: string, attribute: Attribute<T>, value: T, index?: number) =>
  world.outcome(Operation.AddAttribute, request(uniqueIdentifier, attribute, value, index));
const modify = <T>(world: World, uniqueIdentifier: string, attribute: Attribute<T>, value: T, index?: number) =>
  world.outcome(Operation.ModifyAttribute, request(uniqueIdentifier, attribute, value, index));
const remove = (world: World, uniqueIdentifier: string, attributeName: string, attributeIndex?: number) =>
  world.outcome(Operation.DeleteAttribute, { uniqueIdentifier, attributeName, attributeIndex });
/** [index, value] of each instance, as Get Attributes tells it. */
async function instances(world: World, uniqueIdentifier: string, attributeName: string) {
  const { attributes } = await world.run(Operation.GetAttributes, {
    uniqueIdentifier,
    attributeNames: [attributeName],
  });
  return attributes!.map(one => [one.attributeIndex ?? 0, one.value]);
}
const inEachVersion = async (world: World, run: (says: string) => Promise<void>) => {
  for (const version of versionsBefore2) {
    world.version = version;
    await run(showVersion(version));
  }
};

t.test(
  'indices count up and stay when siblings go; the answer tells index and value (1.4 §2.1.1, §4.14 to §4.16)',
  async t => {
    const world = await openWorld(t);
    await inEachVersion(world, async says => {
      const uniqueIdentifier = await world.createKey();
      for (const [index, value] of ['a', 'b', 'c'].entries()) {
        const answer = await world.run(Operation.AddAttribute, request(uniqueIdentifier, ObjectGroup, value));
        t.equal(answer.attribute.attributeIndex ?? 0, index, says);
        t.equal(answer.attribute.value, value);
      }
      const deleted = await world.run(Operation.DeleteAttribute, {
        uniqueIdentifier,
        attributeName: 'Object Group',
        attributeIndex: 1,
      });
      t.match(deleted.attribute, { attributeIndex: 1, value: 'b' });
      const modified = await world.run(Operation.ModifyAttribute, request(uniqueIdentifier, ObjectGroup, 'z', 2));
      t.match(modified.attribute, { attributeIndex: 2, value: 'z' });
      t.same(await instances(world, uniqueIdentifier, 'Object Group'), [
        [0, 'a'],
        [2, 'z'],
      ]);
      await world.run(Operation.AddAttribute, request(uniqueIdentifier, ObjectGroup, 'd'));
      t.same((await instances(world, uniqueIdentifier, 'Object Group')).at(-1), [3, 'd']);
    });
  },
);

t.test('a change sets the Last Change Date, a refusal does not (1.4 §3.38)', async t => {
  const world = await openWorld(t);
  const uniqueIdentifier = await world.createKey();
  const created = world.now;
  world.later(10);
  t.equal(await modify(world, uniqueIdentifier, ContactInformation, 'Joe'), 'Invalid Field');
  t.same(await world.valueOf(uniqueIdentifier, LastChangeDate), created);
  for (const change of [
    () => add(world, uniqueIdentifier, ContactInformation, 'Joe'),
    () => modify(world, uniqueIdentifier, ContactInformation, 'Ann'),
    () => remove(world, uniqueIdentifier, 'Contact Information'),
  ]) {
    world.later(10);
    t.equal(await change(), 'Success');
    t.same(await world.valueOf(uniqueIdentifier, LastChangeDate), world.now);
  }
});

t.test('an Attribute Index with Add, one that nobody has with Modify and Delete (1.4 §11.15 to §11.17)', async t => {
  const world = await openWorld(t);
  await inEachVersion(world, async says => {
    const uniqueIdentifier = await world.createKey([ObjectGroup, 'a']);
    t.equal(await add(world, uniqueIdentifier, ObjectGroup, 'b', 0), 'Invalid Field', says);
    t.equal(await modify(world, uniqueIdentifier, ObjectGroup, 'b', 1), 'Item Not Found', says);
    t.equal(await remove(world, uniqueIdentifier, 'Object Group', 1), 'Item Not Found', says);
    t.equal(await remove(world, uniqueIdentifier, 'x-Nothing'), 'Item Not Found', says);
    t.equal(await remove(world, uniqueIdentifier, 'Nothing'), 'Item Not Found', says);
  });
});

t.test(
  'without an index Delete means instance 0; 1.0 wants one where there is a choice, and none where there is not (1.0 §11.16)',
  async t => {
    const world = await openWorld(t);
    await inEachVersion(world, async says => {
      const is1_0 = world.version === V1_0;
      const uniqueIdentifier = await world.createKey(
        [ObjectGroup, 'a'],
        [ObjectGroup, 'b'],
        [ContactInformation, 'Joe'],
      );
      t.equal(
        await remove(world, uniqueIdentifier, 'Contact Information', 0),
        is1_0 ? 'Item Not Found' : 'Success',
        says,
      );
      t.equal(await remove(world, uniqueIdentifier, 'Object Group'), is1_0 ? 'Invalid Field' : 'Success', says);
      if (is1_0) t.equal(await remove(world, uniqueIdentifier, 'Object Group', 0), 'Success');
      // From 1.1 on the instance 0 is gone and must be named no more.
      t.equal(await remove(world, uniqueIdentifier, 'Object Group'), is1_0 ? 'Success' : 'Item Not Found', says);
    });
  },
);

t.test('a Name that another key has: Illegal Operation with Add and Modify (1.4 §11.15, §11.16)', async t => {
  const world = await openWorld(t);
  await world.createKey([Name, name('Key1')]);
  const uniqueIdentifier = await world.createKey([Name, name('Key2')]);
  await inEachVersion(world, async says => {
    t.equal(await add(world, uniqueIdentifier, Name, name('Key1')), 'Illegal Operation', says);
    t.equal(await add(world, uniqueIdentifier, Name, name('Key2')), 'Illegal Operation', says);
    t.equal(await modify(world, uniqueIdentifier, Name, name('Key1')), 'Illegal Operation', says);
    t.equal(await modify(world, uniqueIdentifier, Name, name('Key2')), 'Success', 'it has that itself');
  });
});

t.test('one instance too many, and values that cannot be (1.4 §11.15, §11.16)', async t => {
  const world = await openWorld(t);
  const mine = customAttribute('x-Mine');
  await inEachVersion(world, async says => {
    const uniqueIdentifier = await world.createKey([kmip.ApplicationSpecificInformation, information('a')]);
    for (let i = 0; i < 10; i++) t.equal(await add(world, uniqueIdentifier, mine, customText(`${i}`)), 'Success');
    t.equal(await add(world, uniqueIdentifier, mine, customText('11')), 'Index Out of Bounds', says);
    t.equal(await modify(world, uniqueIdentifier, mine, customText('11'), 9), 'Success', says);
    const without = { applicationNamespace: 'ssl' };
    const { ApplicationSpecificInformation: attribute } = kmip;
    t.equal(await add(world, uniqueIdentifier, attribute, without), 'Application Namespace Not Supported', says);
    t.equal(await modify(world, uniqueIdentifier, attribute, without), 'Application Namespace Not Supported', says);
    const nothing = { uniqueIdentifier, attribute: { attribute: mine } };
    t.equal(await world.outcome(Operation.AddAttribute, nothing), 'Invalid Field', says);
    t.equal(await world.outcome(Operation.ModifyAttribute, nothing), 'Invalid Field', says);
  });
  function information(applicationData: string) {
    return { applicationNamespace: 'ssl', applicationData };
  }
});

t.test('custom attributes keep every item type (1.4 §3.39)', async t => {
  const world = await openWorld(t);
  const { ItemType } = kmip;
  const values: Record<string, unknown> = {
    [ItemType.Integer]: -5,
    [ItemType.LongInteger]: 5_000_000_000n,
    [ItemType.BigInteger]: -(2n ** 90n),
    [ItemType.Enumeration]: 0x80000001,
    [ItemType.Boolean]: true,
    [ItemType.TextString]: 'Größe',
    [ItemType.ByteString]: Buffer.from('00ff', 'hex'),
    [ItemType.DateTime]: new Date('2031-01-01T00:00:00Z'),
    [ItemType.Interval]: 60,
    [ItemType.Structure]: [{ tag: 0x540001, type: ItemType.Integer, value: 1 }],
  };
  await inEachVersion(world, async says => {
    const uniqueIdentifier = await world.createKey();
    for (const [type, value] of Object.entries(values)) {
      const item = { tag: kmip.Tag.AttributeValue, type: Number(type), value } as kmip.TtlvItem;
      t.equal(await add(world, uniqueIdentifier, customAttribute(`x-${type}`), item), 'Success', says);
      t.same((await instances(world, uniqueIdentifier, `x-${type}`))[0]![1], item);
    }
  });
});

t.test('Activation Date may change while Pre-Active; one that has come activates (1.4 §3.22, §3.24)', async t => {
  const world = await openWorld(t);
  const at = (seconds: number) => new Date(world.now.getTime() + seconds * 1000);
  await inEachVersion(world, async says => {
    for (const change of [add, modify]) {
      const uniqueIdentifier = await world.createKey(
        ...(change === modify ? [[ActivationDate, at(500)] as const] : []),
      );
      t.equal(await change(world, uniqueIdentifier, ActivationDate, at(-1)), 'Success', says);
      t.equal(await world.valueOf(uniqueIdentifier, State), State.Active);
      t.same(await world.valueOf(uniqueIdentifier, ActivationDate), at(-1));
      t.equal(await modify(world, uniqueIdentifier, ActivationDate, at(500)), 'Permission Denied', says);
    }
  });
});

t.test(
  'Deactivation Date may change while Pre-Active or Active; one that has come deactivates (1.4 §3.22, §3.27)',
  async t => {
    const world = await openWorld(t);
    const at = (seconds: number) => new Date(world.now.getTime() + seconds * 1000);
    await inEachVersion(world, async says => {
      const uniqueIdentifier = await world.createKey([ActivationDate, at(-10)]);
      t.equal(await add(world, uniqueIdentifier, DeactivationDate, at(500)), 'Success', says);
      t.equal(await world.valueOf(uniqueIdentifier, State), State.Active);
      t.equal(await modify(world, uniqueIdentifier, DeactivationDate, at(0)), 'Success', says);
      t.equal(await world.valueOf(uniqueIdentifier, State), State.Deactivated);
      t.equal(await modify(world, uniqueIdentifier, DeactivationDate, at(500)), 'Permission Denied', says);
    });
  },
);

t.test(
  'time passes: a key is Active from its Activation Date on and Deactivated from its Deactivation Date on',
  async t => {
    const world = await openWorld(t);
    const at = (seconds: number) => new Date(world.now.getTime() + seconds * 1000);
    const [activation, deactivation] = [at(100), at(200)];
    const uniqueIdentifier = await world.createKey([ActivationDate, activation], [DeactivationDate, deactivation]);
    t.equal(await world.later(99).valueOf(uniqueIdentifier, State), State.PreActive);
    t.equal(await world.later(1).valueOf(uniqueIdentifier, State), State.Active);
    t.same(await world.valueOf(uniqueIdentifier, LastChangeDate), activation);
    t.equal(await world.outcome(Operation.Destroy, { uniqueIdentifier }), 'Permission Denied');
    t.equal(await world.later(100).valueOf(uniqueIdentifier, State), State.Deactivated);
    t.equal(await world.outcome(Operation.Destroy, { uniqueIdentifier }), 'Success');
  },
);

t.test(
  'Process Start Date and Protect Stop Date stay once they have come, and never cross their neighbours (1.4 §3.25, §3.26)',
  async t => {
    const world = await openWorld(t);
    await inEachVersion(world, async says => {
      const at = (seconds: number) => new Date(world.now.getTime() + seconds * 1000);
      const uniqueIdentifier = await world.createKey([ActivationDate, at(-10)], [DeactivationDate, at(1000)]);
      for (const [attribute, wrong] of [
        [ProcessStartDate, at(-11)],
        [ProtectStopDate, at(1001)],
      ] as const) {
        t.equal(await add(world, uniqueIdentifier, attribute, wrong), 'Invalid Field', says);
        t.equal(await add(world, uniqueIdentifier, attribute, at(10)), 'Success', says);
        t.equal(await modify(world, uniqueIdentifier, attribute, wrong), 'Invalid Field', says);
        t.equal(await modify(world, uniqueIdentifier, attribute, at(20)), 'Success', says);
      }
      t.equal(await modify(world, uniqueIdentifier, DeactivationDate, at(19)), 'Invalid Field', says);
      const later = at(30);
      world.later(20);
      for (const attribute of [ProcessStartDate, ProtectStopDate])
        t.equal(await modify(world, uniqueIdentifier, attribute, later), 'Permission Denied', says);
      t.equal(await modify(world, uniqueIdentifier, DeactivationDate, world.now), 'Success', says);
      t.equal(await add(world, await deactivated(), ProtectStopDate, later), 'Permission Denied', says);
    });
    async function deactivated() {
      return world.createKey([ActivationDate, new Date(0)], [DeactivationDate, new Date(1000)]);
    }
  },
);

t.test("Usage Limits may change until an allocation was given; the count is the server's (1.4 §3.21)", async t => {
  const world = await openWorld(t);
  const limits = (total: bigint, count?: bigint) => ({
    usageLimitsTotal: total,
    usageLimitsCount: count,
    usageLimitsUnit: UsageLimitsUnit.Byte,
  });
  await inEachVersion(world, async says => {
    const uniqueIdentifier = await world.createKey();
    const answer = await world.run(Operation.AddAttribute, request(uniqueIdentifier, UsageLimits, limits(1000n)));
    t.same(answer.attribute.value, limits(1000n, 1000n), says);
    t.equal(await modify(world, uniqueIdentifier, UsageLimits, limits(500n, 7n)), 'Success');
    t.same(await world.valueOf(uniqueIdentifier, UsageLimits), limits(500n, 500n));
    t.equal(await modify(world, uniqueIdentifier, UsageLimits, limits(0n)), 'Invalid Field');

    const unit = world.store.begin();
    const stored = (await world.objects.find(uniqueIdentifier))!;
    const { attributesToBytes } = await import('../../../server/objects/attribute-bytes.ts');
    unit.update(stored.stored, {
      attributes: attributesToBytes(stored.attributes.clone().set(UsageLimits, limits(500n, 400n))),
    });
    await unit.commit();
    t.equal(await modify(world, uniqueIdentifier, UsageLimits, limits(900n)), 'Permission Denied', says);
    t.equal(await remove(world, uniqueIdentifier, 'Usage Limits'), 'Permission Denied', says);
  });
});

t.test('Always Sensitive and Never Extractable remember (1.4 §3.49, §3.51)', async t => {
  const world = await openWorld(t);
  const uniqueIdentifier = await world.createKey([kmip.Sensitive, true], [kmip.Extractable, false]);
  for (const [attribute, memory, otherwise] of [
    [kmip.Sensitive, kmip.AlwaysSensitive, false],
    [kmip.Extractable, kmip.NeverExtractable, true],
  ] as const) {
    t.equal(await modify(world, uniqueIdentifier, attribute, !otherwise), 'Success');
    t.equal(await world.valueOf(uniqueIdentifier, memory), true, 'nothing has changed yet');
    t.equal(await modify(world, uniqueIdentifier, attribute, otherwise), 'Success');
    t.equal(await world.valueOf(uniqueIdentifier, memory), false);
    t.equal(await modify(world, uniqueIdentifier, attribute, !otherwise), 'Success');
    t.equal(await world.valueOf(uniqueIdentifier, memory), false, 'it was otherwise once');
  }
});

t.test('an object has one Replacement Object at most (1.4 §3.35)', async t => {
  const world = await openWorld(t);
  const uniqueIdentifier = await world.createKey();
  const link = (linkType: kmip.TypeOf<typeof LinkType>) => ({ linkType, linkedObjectIdentifier: 'somebody' });
  t.equal(await add(world, uniqueIdentifier, Link, link(LinkType.ReplacementObjectLink)), 'Success');
  t.equal(await add(world, uniqueIdentifier, Link, link(LinkType.DerivedKeyLink)), 'Success');
  t.equal(await add(world, uniqueIdentifier, Link, link(LinkType.ReplacementObjectLink)), 'Invalid Field');
});

t.test(
  'Get Attributes answers in the order of the question, leaves out what is not there, and wants no name twice (1.4 §4.12)',
  async t => {
    const world = await openWorld(t);
    const uniqueIdentifier = await world.createKey([ObjectGroup, 'a'], [ObjectGroup, 'b']);
    const ask = async (...attributeNames: string[]) =>
      (await world.run(Operation.GetAttributes, { uniqueIdentifier, attributeNames })).attributes!.map(
        one => one.attribute.attributeName,
      );
    t.same(await ask('State', 'x-Nothing', 'Object Group', 'Nothing', 'Object Type'), [
      'State',
      'Object Group',
      'Object Group',
      'Object Type',
    ]);
    t.same(await ask('x-Nothing'), []);
    for (const version of supportedVersions) {
      world.version = version;
      const twice = { uniqueIdentifier, attributeNames: ['State', 'State'] };
      t.equal(await world.outcome(Operation.GetAttributes, twice), version < V1_1 ? 'Success' : 'Invalid Message');
    }
    world.version = V1_0;
    t.same(await ask('State', 'State'), ['State']);
    t.equal(attributeNamed('Fresh', V1_0).tag, kmip.Tag.AttributeValue, 'unknown to 1.0');
    world.version = V1_4;
  },
);
