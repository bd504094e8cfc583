import t from 'tap';
import { attributes, registry } from '../../kmip-codec/index.ts';
// @ts-expect-error a script, without types
import { profiles as untyped } from '../../scripts/conformance-profiles.mjs';

interface Profile {
  readonly name: string;
  readonly version: string;
  readonly cases: readonly string[];
  readonly isBase?: boolean;
  readonly operations?: readonly string[];
  readonly attributes?: readonly string[];
  readonly objectTypes?: readonly string[];
}
const profiles = untyped as readonly Profile[];
const namesOf = (values: { values: Readonly<Record<string, readonly [number, string, ...unknown[]]>> }) =>
  new Set(Object.values(values.values).map(([, name]) => name));

t.test('the profiles of 1.4 and those of 2.1 are judged, each on its Baseline Server', async t => {
  const kinds = [
    /^Baseline/,
    /^Symmetric Key Lifecycle/,
    /^Asymmetric Key Lifecycle/,
    /^Symmetric Key Foundry/,
    /^Opaque/,
  ];
  kinds.push(
    /^Storage Array/,
    /^Tape Library/,
    /^Basic Crypto/,
    /^Advanced Crypto/,
    /^RNG Crypto/,
    /^HTTPS/,
    /^XML/,
    /^JSON/,
  );
  for (const version of ['1.4', '2.1'])
    for (const kind of kinds)
      t.equal(
        profiles.filter(one => one.version === version && kind.test(one.name)).length,
        1,
        `${kind} of ${version}`,
      );
  for (const version of ['1.4', '2.1'])
    t.equal(profiles.filter(one => one.version === version && one.isBase).length, 1, `one base of ${version}`);
});

t.test('a clause names what the specification names: anything else would never be met', async t => {
  const operations = namesOf(registry.Operation);
  const objectTypes = namesOf(registry.ObjectType);
  const known = new Set(attributes.map(({ attributeName }) => attributeName));
  for (const profile of profiles) {
    const says = `${profile.name} ${profile.version}`;
    for (const name of profile.operations ?? []) t.ok(operations.has(name), `${says}: ${name}`);
    for (const name of profile.objectTypes ?? []) t.ok(objectTypes.has(name), `${says}: ${name}`);
    for (const name of profile.attributes ?? []) t.ok(known.has(name), `${says}: ${name}`);
  }
});

t.test('no test cases are counted for two profiles of one version', async t => {
  for (const version of ['1.4', '2.1']) {
    const counted = profiles.filter(one => one.version === version).flatMap(({ cases }) => cases);
    t.equal(new Set(counted).size, counted.length, version);
  }
});
