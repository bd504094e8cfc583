import t from 'tap';
import {
  ObjectType,
  Operation,
  showVersion,
  StorageStatusMask,
  UniqueIdentifier,
  V2_0,
} from '../../../../kmip-codec/index.ts';
import { operations } from '../../../../server/operations/index.ts';
import { statesOfOperation } from '../operation-rules.ts';
import { openWorld } from '../world.ts';
import { ask, expectedIn, toldIn, trialsHere, versionsOf } from './expected.ts';
import { lead, makeObject, STATES } from './objects.ts';
import { withoutObject } from './trials.ts';

t.test('every operation of the server has a row in these tables', async t => {
  const tried = new Set(trialsHere.map(([, { operation }]) => operation));
  for (const operation of operations.keys())
    t.not(
      tried.has(operation),
      withoutObject.has(operation),
      `${Operation.names.show(operation)} needs a row: of trials in tables/trials.ts or, where neither the state nor the type of an object matters, of withoutObject`,
    );
});

for (const [name, trial] of trialsHere)
  t.test(`${name} in every state (1.4 §3.22, 2.1 §4.57)`, async t => {
    const world = await openWorld(t);
    const { objectType } = trial.object;
    for (const version of versionsOf(trial.operation)) {
      world.version = version;
      const shown = showVersion(version);
      for (const state of STATES) {
        const id = await makeObject(world, trial.object);
        await lead(world, id, state);
        const expected = toldIn(version, expectedIn(state, trial));
        t.equal(await ask(world, trial, id, objectType), expected, `${state} in ${shown}`);
      }
      t.equal(await ask(world, trial, 'nobody', objectType), toldIn(version, trial.missing), `none in ${shown}`);
    }
  });

t.test('Locate finds objects by where they are stored (2.1 §6.1.28, 1.4 §4.9)', async t => {
  const world = await openWorld(t);
  const { OnLineStorage, ArchivalStorage, DestroyedStorage } = StorageStatusMask;
  for (const version of versionsOf(Operation.Locate)) {
    world.version = version;
    for (const state of STATES) {
      const uniqueIdentifier = await makeObject(world, { objectType: ObjectType.SymmetricKey });
      await lead(world, uniqueIdentifier, state);
      const attributes = [{ attribute: UniqueIdentifier, value: uniqueIdentifier }];
      const isFound = async (storageStatusMask?: number) =>
        (await world.run(Operation.Locate, { storageStatusMask, attributes })).uniqueIdentifiers?.length === 1;
      const own =
        state === 'archived' ? ArchivalStorage : state.startsWith('Destroyed') ? DestroyedStorage : OnLineStorage;
      const says = `${state} in ${showVersion(version)}`;
      t.equal(await isFound(), own === OnLineStorage, `${says} without a mask`);
      for (const bit of [OnLineStorage, ArchivalStorage, DestroyedStorage])
        if (bit !== DestroyedStorage || version >= V2_0)
          t.equal(await isFound(bit), own === bit, `${says} with ${StorageStatusMask.names.showBits(bit).join()}`);
    }
  }
});

/** Where the specification leaves the choice to the server, or to the reason that is given: what we answer is less or more. */
const chosen: ReadonlySet<string> = new Set([
  // Only a compromise is taken note of in every state.
  'Revoke, not needed',
  // No lease for what may not be used any more; the OASIS cases want none for what is Compromised.
  'Obtain Lease',
  // Of what is not Active nothing is processed: exceptions are a matter of policy.
  'Decrypt',
  'Signature Verify',
  'MAC Verify',
]);

t.test('the states are those of the specification, where it names them', async t => {
  for (const [name, trial] of trialsHere) {
    const named = statesOfOperation[name.split(',')[0]!];
    if (named === undefined) continue;
    const ours = STATES.filter(state => state !== 'archived' && expectedIn(state, trial) === 'Success');
    const isSame = ours.length === named.length && ours.every(state => named.includes(state));
    t.equal(isSame, !chosen.has(name), `${name}: ${ours.join(', ')}; the specification has ${named.join(', ')}`);
  }
});
