import t from 'tap';
import {
  customAttribute,
  customText,
  Operation,
  RevocationReasonCode,
  showVersion,
  supportedVersions,
  V2_0,
} from '../../../kmip-codec/index.ts';
import { versionsBefore2 } from './versions.ts';
import { openWorld, type World } from './world.ts';

const revoke = (world: World, uniqueIdentifier: string, revocationReasonCode: number) =>
  world.run(Operation.Revoke, {
    uniqueIdentifier,
    revocationReason: { revocationReasonCode: revocationReasonCode as 1 },
  });
const { KeyCompromise, CessationOfOperation, Unspecified } = RevocationReasonCode;

/** How a key gets into each state. */
const ways: Record<string, (world: World, uniqueIdentifier: string) => Promise<unknown>> = {
  'Pre-Active': async () => {},
  Active: (world, uniqueIdentifier) => world.run(Operation.Activate, { uniqueIdentifier }),
  Deactivated: async (world, uniqueIdentifier) => {
    await ways.Active!(world, uniqueIdentifier);
    await revoke(world, uniqueIdentifier, CessationOfOperation);
  },
  Compromised: (world, uniqueIdentifier) => revoke(world, uniqueIdentifier, KeyCompromise),
  Destroyed: (world, uniqueIdentifier) => world.run(Operation.Destroy, { uniqueIdentifier }),
  'Destroyed Compromised': async (world, uniqueIdentifier) => {
    await ways.Compromised!(world, uniqueIdentifier);
    await ways.Destroyed!(world, uniqueIdentifier);
  },
};
const states = Object.keys(ways);

/** What is allowed, and the state that follows. Everything else is refused; tables/states.test.ts has the reasons for all operations. */
const allowed: Record<string, Record<string, string>> = {
  Activate: { 'Pre-Active': 'Active' },
  Destroy: { 'Pre-Active': 'Destroyed', Deactivated: 'Destroyed', Compromised: 'Destroyed Compromised' },
  'Revoke as compromised': {
    'Pre-Active': 'Compromised',
    Active: 'Compromised',
    Deactivated: 'Compromised',
    Destroyed: 'Destroyed Compromised',
  },
  'Revoke, unspecified': { Active: 'Deactivated' },
  ...Object.fromEntries(
    ['Get Attributes', 'Get Attribute List', 'Add, modify and delete'].map(name => [
      name,
      Object.fromEntries(states.map(state => [state, state])),
    ]),
  ),
};
const attribute = { attribute: customAttribute('x-Mine'), value: customText('1') };
const operations: Record<string, (world: World, uniqueIdentifier: string) => Promise<string>> = {
  Activate: (world, uniqueIdentifier) => world.outcome(Operation.Activate, { uniqueIdentifier }),
  Destroy: (world, uniqueIdentifier) => world.outcome(Operation.Destroy, { uniqueIdentifier }),
  'Revoke as compromised': (world, uniqueIdentifier) =>
    world.outcome(Operation.Revoke, { uniqueIdentifier, revocationReason: { revocationReasonCode: KeyCompromise } }),
  'Revoke, unspecified': (world, uniqueIdentifier) =>
    world.outcome(Operation.Revoke, { uniqueIdentifier, revocationReason: { revocationReasonCode: Unspecified } }),
  'Get Attributes': (world, uniqueIdentifier) => world.outcome(Operation.GetAttributes, { uniqueIdentifier }),
  'Get Attribute List': (world, uniqueIdentifier) => world.outcome(Operation.GetAttributeList, { uniqueIdentifier }),
  'Add, modify and delete': async (world, uniqueIdentifier) => {
    const outcomes = [
      await world.outcome(Operation.AddAttribute, { uniqueIdentifier, attribute }),
      await world.outcome(Operation.ModifyAttribute, { uniqueIdentifier, attribute }),
      await world.outcome(Operation.DeleteAttribute, {
        uniqueIdentifier,
        attributeName: 'x-Mine',
        attributeReference: 'x-Mine',
      }),
    ];
    return outcomes.find(one => one !== 'Success') ?? 'Success';
  },
};

/** As 1.x and 2.x tell that the state does not allow it. */
const refusals = ['Permission Denied', 'Wrong Key Lifecycle State', 'Object Destroyed'];

t.test('the state that follows, in every version (1.4 §3.22, §11, 2.1 §4.57)', async t => {
  const world = await openWorld(t);
  for (const version of supportedVersions) {
    world.version = version;
    for (const [name, run] of Object.entries(operations))
      for (const state of states) {
        const uniqueIdentifier = await world.createKey();
        await ways[state]!(world, uniqueIdentifier);
        t.equal((await world.objects.find(uniqueIdentifier))!.state, state);
        const says = `${name} on ${state} in KMIP ${showVersion(version)}`;
        const next = allowed[name]![state];
        const outcome = await run(world, uniqueIdentifier);
        if (next !== undefined) t.equal(outcome, 'Success', says);
        else
          t.ok(version < V2_0 ? outcome === refusals[0] : refusals.slice(1).includes(outcome), `${says}: ${outcome}`);
        t.equal((await world.objects.find(uniqueIdentifier))!.state, next ?? state, says);
      }
  }
});

t.test('no object, and no ID Placeholder: Item Not Found (1.4 §11)', async t => {
  const world = await openWorld(t);
  for (const version of versionsBefore2) {
    world.version = version;
    for (const [name, run] of Object.entries(operations))
      t.equal(await run(world, 'nobody'), 'Item Not Found', `${name} in KMIP ${showVersion(version)}`);
    t.equal(await world.outcome(Operation.Activate, {}), 'Item Not Found');
  }
});

t.test('Destroy forgets the material and keeps the attributes (1.4 §4.21)', async t => {
  const world = await openWorld(t);
  const uniqueIdentifier = await world.createKey();
  const before = (await world.objects.find(uniqueIdentifier))!;
  t.equal(before.hasMaterial, true);
  await world.later(5).run(Operation.Destroy, { uniqueIdentifier });
  const after = (await world.objects.find(uniqueIdentifier))!;
  t.equal(after.hasMaterial, false);
  t.equal(world.objects.open(after), undefined);
  t.same(
    after.attributes.names().filter(name => !before.attributes.names().includes(name)),
    ['Destroy Date'],
  );
  t.same(
    before.attributes.names().filter(name => !after.attributes.names().includes(name)),
    [],
  );
});

t.test('a date of compromise only comes with a compromise (1.4 §4.20)', async t => {
  const world = await openWorld(t);
  const uniqueIdentifier = await world.createKey();
  await world.run(Operation.Activate, { uniqueIdentifier });
  const outcome = await world.outcome(Operation.Revoke, {
    uniqueIdentifier,
    revocationReason: { revocationReasonCode: CessationOfOperation },
    compromiseOccurrenceDate: world.now,
  });
  t.equal(outcome, 'Invalid Field');
  t.equal((await world.objects.find(uniqueIdentifier))!.state, 'Active');
});
