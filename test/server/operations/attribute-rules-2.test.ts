import t from 'tap';
import {
  AdjustmentType,
  customAttribute,
  customText,
  KeyValueLocation,
  Operation,
  OriginalCreationDate,
  RandomNumberGenerator,
  registry,
  showVersion,
  type Version,
} from '../../../kmip-codec/index.ts';
import { samples } from './attribute-samples.ts';
import { versionsSince2 } from './versions.ts';
import { openWorld } from './world.ts';

/** Never to be changed, yet to be said once later (2.1 §4.35, §4.42). */
const addableLater: readonly unknown[] = [OriginalCreationDate, RandomNumberGenerator];

/** The rules table of the attribute in this version, where it applies to symmetric keys. */
const rulesOf = (attributeName: string, version: Version) =>
  registry.attributeRules.find(
    rule =>
      rule.attribute === attributeName &&
      rule.since <= version &&
      version <= rule.until &&
      rule.appliesTo.includes('Symmetric Key'),
  );

t.test('clients write the attributes that the tables of 2.x give to them, and no others (2.1 §4)', async t => {
  let refused = 0;
  let written = 0;
  for (const version of versionsSince2) {
    const world = await openWorld(t);
    for (const [attribute, value] of samples) {
      const { attributeName } = attribute;
      const rule = rulesOf(attributeName, version);
      if (rule === undefined) continue;
      world.version = version;
      const uniqueIdentifier = await world.createKey();
      const says = `${attributeName} in KMIP ${showVersion(version)}`;
      const given = { uniqueIdentifier, attribute: { attribute, value } };
      if (rule.modifiableByClient) {
        const expected = attributeName === KeyValueLocation.attributeName ? 'Invalid Attribute' : 'Success';
        t.equal(await world.outcome(Operation.SetAttribute, given), expected, `set ${says}`);
        written++;
        continue;
      }
      refused++;
      if (!addableLater.includes(attribute)) {
        t.equal(await world.outcome(Operation.AddAttribute, given), 'Read Only Attribute', `add ${says}`);
        t.equal(await world.outcome(Operation.SetAttribute, given), 'Read Only Attribute', `set ${says}`);
      }
      t.equal(await world.outcome(Operation.ModifyAttribute, given), 'Attribute Read Only', `modify ${says}`);
      const adjustment = {
        uniqueIdentifier,
        attributeReference: attributeName,
        adjustmentType: AdjustmentType.Increment,
      };
      t.equal(await world.outcome(Operation.AdjustAttribute, adjustment), 'Read Only Attribute', `adjust ${says}`);
      if (rule.deletableByClient) continue;
      const reference = { uniqueIdentifier, attributeName, attributeReference: attributeName };
      t.equal(await world.outcome(Operation.DeleteAttribute, reference), 'Attribute Read Only', `delete ${says}`);
    }
  }
  t.ok(refused > 30 && written > 20, `${refused} refused, ${written} written`);
});

t.test("a vendor's attribute is any client's to write, save those of the server (2.1 §4.60)", async t => {
  const world = await openWorld(t);
  for (const version of versionsSince2) {
    world.version = version;
    const uniqueIdentifier = await world.createKey();
    const set = (name: string) =>
      world.outcome(Operation.SetAttribute, {
        uniqueIdentifier,
        attribute: { attribute: customAttribute(name), value: customText('1') },
      });
    t.equal(await set('ACME.1-Use'), 'Success');
    t.equal(await set('x-Use'), 'Success');
    t.equal(await set('y-Use'), 'Read Only Attribute');
  }
});
