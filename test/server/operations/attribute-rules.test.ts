import t from 'tap';
import {
  attributes,
  customAttribute,
  customText,
  existsIn,
  ObjectType,
  Operation,
  registry,
  showVersion,
  V1_0,
  V1_4,
  V2_0,
  type Attribute,
  type Version,
} from '../../../kmip-codec/index.ts';
import { samples } from './attribute-samples.ts';
import { versionsBefore2 } from './versions.ts';
import { aes256, openWorld, template, type AttributeRow } from './world.ts';

/** The rules table of the attribute in this version, where it applies to symmetric keys. */
function rulesOf(name: string, version: Version): registry.AttributeRule | undefined {
  const printed = /^[xy]-/.test(name) ? 'Custom Attribute' : name;
  const rule = registry.attributeRules.find(
    one => one.attribute === printed && one.since <= version && version <= one.until,
  );
  return rule?.appliesTo.includes('Symmetric Key') ? rule : undefined;
}
/** Clients may not touch names of the server (1.4 §3.39). */
const isServers = (name: string) => name.startsWith('y-');

/** An attribute and a value as a client of this version can write them; names that it does not have go as text. */
const writable = (attribute: Attribute<unknown>, value: unknown, version: Version): AttributeRow =>
  existsIn(attribute, version)
    ? [attribute, value]
    : [customAttribute(attribute.attributeName), customText('what is this')];

const eachCase = async (run: (version: Version, row: AttributeRow, name: string, says: string) => Promise<void>) => {
  for (const version of versionsBefore2)
    for (const [attribute, value] of samples) {
      const name = attribute.attributeName;
      await run(version, writable(attribute, value, version), name, `${name} in KMIP ${showVersion(version)}`);
    }
};

t.test('there is a sample of every attribute', async t => {
  t.same(
    attributes
      .filter(one => one.since < V2_0)
      .map(one => one.attributeName)
      .filter(name => ![...samples.keys()].some(one => one.attributeName === name)),
    [],
  );
});

t.test('Create takes what clients may set first, and refuses the rest as Invalid Field (1.4 §11.2)', async t => {
  const world = await openWorld(t);
  let count = 0;
  await eachCase(async (version, row, name, says) => {
    world.version = version;
    const rule = rulesOf(name, version);
    const isOfServer = ['Key Value Location', 'Original Creation Date', 'Random Number Generator'].includes(name);
    const isSpecified = ['Cryptographic Algorithm', 'Cryptographic Length'].includes(name);
    const isAllowed =
      rule && (rule.initiallySetBy.includes('Client') || isSpecified) && !isOfServer && !isServers(name);
    const value = name === 'Name' ? { ...(row[1] as object), nameValue: `name ${count++}` } : row[1];
    const rest = aes256.filter(([attribute]) => attribute.attributeName !== name);
    const outcome = await world.outcome(Operation.Create, {
      objectType: ObjectType.SymmetricKey,
      attributes: template(...rest, [row[0], value]),
    });
    t.equal(outcome, isAllowed ? 'Success' : 'Invalid Field', says);
  });
});

t.test('Add Attribute adds what clients may change, once where one is all there can be (1.4 §11.15)', async t => {
  const world = await openWorld(t);
  await eachCase(async (version, row, name, says) => {
    world.version = V1_4;
    const uniqueIdentifier = await world.createKey();
    const before = await world.objects.find(uniqueIdentifier);
    world.version = version;
    const rule = rulesOf(name, version);
    // To be set later, say 1.4 §3.43 and §3.44; a created key has them already.
    const isLate = ['Original Creation Date', 'Random Number Generator'].includes(name);
    const expected =
      rule === undefined || isServers(name) || !(rule.modifiableByClient || isLate)
        ? 'Permission Denied'
        : !rule.multipleInstances && before!.attributes.has(row[0])
          ? 'Illegal Operation'
          : name === 'Key Value Location'
            ? 'Invalid Field'
            : 'Success';
    const request = { uniqueIdentifier, attribute: { attribute: row[0], value: row[1] } };
    t.equal(await world.outcome(Operation.AddAttribute, request), expected, says);
    if (name === 'Name') await world.run(Operation.DeleteAttribute, { uniqueIdentifier, attributeName: 'Name' });
  });
});

t.test('Modify Attribute changes what clients may change (1.4 §11.16)', async t => {
  const world = await openWorld(t);
  const full = template(...aes256, ...fullOf(V1_4));
  const { uniqueIdentifier } = await world.run(Operation.Create, {
    objectType: ObjectType.SymmetricKey,
    attributes: full,
  });
  await eachCase(async (version, row, name, says) => {
    world.version = version;
    const rule = rulesOf(name, version);
    const has = (await world.objects.find(uniqueIdentifier))!.attributes.has(row[0]);
    const expected =
      rule && (!rule.modifiableByClient || isServers(name))
        ? 'Permission Denied'
        : rule === undefined || !has
          ? 'Invalid Field'
          : 'Success';
    const request = { uniqueIdentifier, attribute: { attribute: row[0], value: row[1] } };
    t.equal(await world.outcome(Operation.ModifyAttribute, request), expected, says);
  });
});

t.test('Delete Attribute deletes what clients may delete and no object must have (1.4 §11.17)', async t => {
  const world = await openWorld(t);
  await eachCase(async (version, row, name, says) => {
    world.version = V1_4;
    const uniqueIdentifier = await world.createKey(...fullOf(V1_4));
    world.version = version;
    const rule = rulesOf(name, version);
    const has = (await world.objects.find(uniqueIdentifier))!.attributes.has(row[0]);
    const expected =
      rule && (!rule.deletableByClient || rule.alwaysHasValue || isServers(name))
        ? 'Permission Denied'
        : rule === undefined || !has
          ? 'Item Not Found'
          : 'Success';
    t.equal(await world.outcome(Operation.DeleteAttribute, { uniqueIdentifier, attributeName: name }), expected, says);
    world.version = V1_4;
    await world.outcome(Operation.DeleteAttribute, { uniqueIdentifier, attributeName: 'Name' });
  });
});

t.test('a client sees the attributes of its version and no others (1.4 §4.12, §4.13)', async t => {
  const world = await openWorld(t);
  const uniqueIdentifier = await world.createKey(...fullOf(V1_4));
  const all = (await world.objects.find(uniqueIdentifier))!.attributes.names();
  for (const version of versionsBefore2) {
    world.version = version;
    const visible = all.filter(name => rulesOf(name, version));
    const listed = await world.run(Operation.GetAttributeList, { uniqueIdentifier });
    t.same(listed.attributeNames, visible, showVersion(version));
    const got = await world.run(Operation.GetAttributes, { uniqueIdentifier });
    t.same(
      got.attributes!.map(one => one.attribute.attributeName),
      visible,
      showVersion(version),
    );
    const asked = await world.run(Operation.GetAttributes, { uniqueIdentifier, attributeNames: all });
    t.same(asked.attributes!.length, visible.length);
  }
  t.notOk((await inVersion(V1_0)).includes('Fresh'));
  t.ok((await inVersion(V1_4)).includes('Fresh'));
  async function inVersion(version: Version) {
    world.version = version;
    return (await world.run(Operation.GetAttributeList, { uniqueIdentifier })).attributeNames!;
  }
});

/** Whatever a client may give with Create beside what it must. */
function fullOf(version: Version): AttributeRow[] {
  return [...samples]
    .filter(([{ attributeName }]) => {
      if (isServers(attributeName) || aes256.some(([one]) => one.attributeName === attributeName)) return false;
      if (['Key Value Location', 'Original Creation Date', 'Random Number Generator'].includes(attributeName))
        return false;
      return rulesOf(attributeName, version)?.initiallySetBy.includes('Client');
    })
    .map(([attribute, value]) => [attribute, value]);
}
