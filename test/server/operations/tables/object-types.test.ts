import t from 'tap';
import { ObjectType, showVersion, V1_4 } from '../../../../kmip-codec/index.ts';
import { samplesIn } from '../object-samples.ts';
import { objectTypesOfOperation } from '../operation-rules.ts';
import { openWorld } from '../world.ts';
import { ask, expectedOf, toldIn, trialsHere, versionsOf } from './expected.ts';
import { lead, makeObject } from './objects.ts';

const nameOf = (objectType: number) => ObjectType.names.show(objectType);

for (const [name, trial] of trialsHere)
  t.test(`${name} of every type of object`, async t => {
    const world = await openWorld(t);
    for (const version of versionsOf(trial.operation)) {
      world.version = version;
      for (const [objectType] of samplesIn(version)) {
        const { value, rows } = trial.object;
        const own = objectType === trial.object.objectType ? value : undefined;
        const id = await makeObject(world, { objectType, value: own, rows });
        // Before 2.0 some have no State.
        if ((await world.objects.find(id))!.state !== undefined) await lead(world, id, trial.bestState);
        const expected = toldIn(version, expectedOf(objectType, trial));
        const found = await ask(world, trial, id, objectType);
        t.equal(found, expected, `${nameOf(objectType)} in ${showVersion(version)}`);
      }
    }
  });

/** Types that an operation takes here and not in the lists of 1.x, or the other way round. */
const chosen: Readonly<Record<string, readonly string[]>> = {
  // A public key has states and is told of a compromise as the private one is; the list may have forgotten it.
  'Revoke, compromised': ['Public Key'],
  'Revoke, not needed': ['Public Key'],
  // Its answer needs a Lease Time, which an Opaque Object has not: 0, which is no limit.
  'Obtain Lease': ['Opaque Object'],
  // In lists of types stand templates where a request may name some.
  'Re-key': ['Template'],
  'Derive Key': ['Template'],
  // A certificate is certified again by Re-certify; no certificates of PGP are made.
  Certify: ['Certificate', 'Template', 'PGP Key'],
  'Re-certify': ['Template', 'PGP Key'],
  // A pair is named by its private key.
  'Re-key Key Pair': ['Public Key', 'Template'],
  // Of a PGP Key we know no chain.
  Validate: ['PGP Key'],
};

t.test('the types are those that 1.x lists for the operation', async t => {
  for (const [name, trial] of trialsHere) {
    const listed = objectTypesOfOperation[name.split(',')[0]!];
    if (listed === undefined) continue;
    const taken = samplesIn(V1_4)
      .map(([objectType]) => objectType)
      .filter(one => toldIn(V1_4, expectedOf(one, trial)) === 'Success')
      .map(nameOf);
    const others = [...listed.filter(one => !taken.includes(one)), ...taken.filter(one => !listed.includes(one))];
    t.same(others, chosen[name] ?? [], name);
  }
});
