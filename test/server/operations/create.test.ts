import { createHash } from 'node:crypto';
import t from 'tap';
import * as kmip from '../../../kmip-codec/index.ts';
import type { AttributeSet } from '../../../kmip-codec/index.ts';
import {
  CryptographicAlgorithm as Algorithm,
  ActivationDate,
  CryptographicLength,
  CryptographicUsageMask,
  customAttribute,
  customText,
  DeactivationDate,
  ItemType,
  LastChangeDate,
  Name,
  NameType,
  ObjectGroup,
  ObjectType,
  Operation,
  ProcessStartDate,
  ProtectStopDate,
  showVersion,
  State,
  supportedVersions,
  Tag,
  TemplateAttributes,
  UsageLimits,
  UsageLimitsUnit,
  type KeyBlock,
  type SymmetricKey,
} from '../../../kmip-codec/index.ts';
import { versionsBefore2 } from './versions.ts';
import { aes256, openWorld, template, type AttributeRow, type World } from './world.ts';

const objectType = ObjectType.SymmetricKey;
const name = (nameValue: string) => ({ nameValue, nameType: NameType.UninterpretedTextString });
const outcomeOf = (world: World, ...rows: AttributeRow[]) =>
  world.outcome(Operation.Create, { objectType, attributes: template(...rows) });

async function keyBlockOf(world: World, uniqueIdentifier: string): Promise<KeyBlock> {
  const object = await world.objects.find(uniqueIdentifier);
  return (world.objects.open(object!) as SymmetricKey).keyBlock;
}
const bytesOf = async (world: World, uniqueIdentifier: string) => {
  const { keyValue } = await keyBlockOf(world, uniqueIdentifier);
  return (keyValue as { keyMaterial: Uint8Array }).keyMaterial;
};

t.test('a new key has every attribute that the server sets, and no other (1.4 §3)', async t => {
  const world = await openWorld(t);
  const uniqueIdentifier = await world.createKey();
  const { attributes } = (await world.objects.find(uniqueIdentifier))!;
  const key = await bytesOf(world, uniqueIdentifier);
  t.equal(key.length, 32);
  t.same(Object.fromEntries([...attributes].map(one => [one.attribute.attributeName, one.value])), {
    'Unique Identifier': uniqueIdentifier,
    'Short Unique Identifier': createHash('sha256').update(uniqueIdentifier).digest(),
    'Object Type': objectType,
    'Key Format Type': kmip.KeyFormatType.Raw,
    'Protection Storage Mask': 1,
    'Cryptographic Algorithm': Algorithm.AES,
    'Cryptographic Length': 256,
    'Cryptographic Usage Mask': 12,
    'Original Creation Date': world.now,
    'Random Number Generator': { rngAlgorithm: kmip.RNGAlgorithm.Unspecified },
    State: State.PreActive,
    'Initial Date': world.now,
    'Last Change Date': world.now,
    'Lease Time': 3600,
    Fresh: true,
    Sensitive: false,
    'Always Sensitive': false,
    Extractable: true,
    'Never Extractable': false,
    Digest: {
      hashingAlgorithm: kmip.HashingAlgorithm.SHA_256,
      digestValue: createHash('sha256').update(key).digest(),
      keyFormatType: kmip.KeyFormatType.Raw,
    },
  });
  t.equal(world.idPlaceholder, uniqueIdentifier, 'later items of the batch mean this key');
});

t.test('two keys have different material and Unique Identifiers', async t => {
  const world = await openWorld(t);
  const [one, other] = [await world.createKey(), await world.createKey()];
  t.not(one, other);
  t.notSame(await bytesOf(world, one), await bytesOf(world, other));
});

t.test('keys of each algorithm have the bytes of their length; Triple DES keys have odd parity', async t => {
  const world = await openWorld(t);
  const cases: [number, number, number][] = [
    [Algorithm.AES, 128, 16],
    [Algorithm.AES, 192, 24],
    [Algorithm.DES3, 112, 16],
    [Algorithm.DES3, 168, 24],
    [Algorithm.DES3, 192, 24],
    [Algorithm.HMAC_SHA256, 256, 32],
    [Algorithm.HMAC_SHA512, 1024, 128],
    [Algorithm.Camellia, 192, 24],
    [Algorithm.SKIPJACK, 80, 10],
    [Algorithm.ChaCha20Poly1305, 256, 32],
  ];
  for (const [algorithm, length, bytes] of cases) {
    const { uniqueIdentifier, attributes } = await world.run(Operation.Create, {
      objectType,
      attributes: template(
        [kmip.CryptographicAlgorithm, algorithm],
        [CryptographicLength, length],
        [CryptographicUsageMask, 12],
      ),
    });
    const key = await bytesOf(world, uniqueIdentifier);
    t.equal(key.length, bytes, `${Algorithm.names.show(algorithm)} ${length}`);
    t.equal(attributes, undefined, 'nothing to tell that the client did not say');
    if (algorithm === Algorithm.DES3)
      t.ok(key.every(byte => [...byte.toString(2)].filter(bit => bit === '1').length % 2 === 1));
    t.match(await keyBlockOf(world, uniqueIdentifier), {
      cryptographicAlgorithm: algorithm,
      cryptographicLength: length,
    });
  }
});

t.test('without a Cryptographic Length the usual one is taken and told (1.4 §4.1)', async t => {
  const world = await openWorld(t);
  const { uniqueIdentifier, attributes } = await world.run(Operation.Create, {
    objectType,
    attributes: template([kmip.CryptographicAlgorithm, Algorithm.AES], [CryptographicUsageMask, 12]),
  });
  t.same((attributes as AttributeSet).describe(), { 'Cryptographic Length': 256 });
  t.equal(await world.valueOf(uniqueIdentifier, CryptographicLength), 256);
});

t.test('what is missing, wrong or not made here is Invalid Field in every version (1.4 §11.2)', async t => {
  const world = await openWorld(t);
  const [aes, length, mask] = aes256 as [AttributeRow, AttributeRow, AttributeRow];
  const substructure = { tag: Tag.AttributeValue, type: ItemType.Structure, value: [] };
  const custom = customAttribute('x-Deep');
  const cases: Record<string, AttributeRow[]> = {
    'no Cryptographic Algorithm': [length, mask],
    'no Cryptographic Usage Mask': [aes, length],
    'no length for a one-time pad': [[kmip.CryptographicAlgorithm, Algorithm.RC4], [CryptographicLength, 0], mask],
    'AES of 100 bits': [aes, [CryptographicLength, 100], mask],
    'a negative length': [aes, [CryptographicLength, -256], mask],
    'an RSA key': [[kmip.CryptographicAlgorithm, Algorithm.RSA], length, mask],
    'a DES key': [[kmip.CryptographicAlgorithm, Algorithm.DES], [CryptographicLength, 56], mask],
    'an attribute without a value': [...aes256, [ObjectGroup, undefined]],
    'a single-instance attribute twice': [...aes256, mask],
    'an Attribute Index out of turn': [...aes256, [ObjectGroup, 'group', 1]],
    'an index for a single-instance attribute': [aes, length, [CryptographicUsageMask, 12, 1]],
    'a name that no attribute has': [...aes256, [customAttribute('Colour'), customText('red')]],
    'an attribute of certificates': [...aes256, [kmip.CertificateType, kmip.CertificateType.X_509]],
    'a custom attribute with structures in structures': [
      ...aes256,
      [custom, { ...substructure, value: [substructure] }],
    ],
    'a very long Attribute Name': [...aes256, [customAttribute(`x-${'n'.repeat(300)}`), customText('1')]],
    'no allowed usage at all': [
      ...aes256,
      [UsageLimits, { usageLimitsTotal: 0n, usageLimitsUnit: UsageLimitsUnit.Byte }],
    ],
    'an empty Name': [...aes256, [Name, name('')]],
    'the same Name twice': [...aes256, [Name, name('twice')], [Name, name('twice')]],
    'a Process Start Date before the Activation Date': [
      ...aes256,
      [ActivationDate, new Date('2031-01-02')],
      [ProcessStartDate, new Date('2031-01-01')],
    ],
    'a Protect Stop Date after the Deactivation Date': [
      ...aes256,
      [ProtectStopDate, new Date('2031-01-02')],
      [DeactivationDate, new Date('2031-01-01')],
    ],
  };
  for (const version of versionsBefore2) {
    world.version = version;
    for (const [says, rows] of Object.entries(cases))
      t.equal(await outcomeOf(world, ...rows), 'Invalid Field', `${says} in KMIP ${showVersion(version)}`);
  }
});

t.test('other Object Types are not made: Invalid Field (1.4 §11.2)', async t => {
  const world = await openWorld(t);
  for (const version of versionsBefore2) {
    world.version = version;
    for (const [value] of Object.values(ObjectType.names.table.values)) {
      if (value === objectType || !ObjectType.names.isKnownIn(value, version)) continue;
      const request = { objectType: value as 2, attributes: template(...aes256) };
      t.equal(await world.outcome(Operation.Create, request), 'Invalid Field', ObjectType.names.show(value));
    }
  }
});

t.test('templates are not kept, so that none is found (1.4 §11.2)', async t => {
  const world = await openWorld(t);
  const attributes = new TemplateAttributes([], [name('Template1')]);
  for (const version of versionsBefore2) {
    world.version = version;
    t.equal(await world.outcome(Operation.Create, { objectType, attributes }), 'Item Not Found');
  }
});

t.test('more instances than the server keeps: Index Out of Bounds (1.4 §11.2)', async t => {
  const world = await openWorld(t);
  const groups = (count: number): AttributeRow[] =>
    Array.from({ length: count }, (_, i) => [ObjectGroup, `group ${i}`]);
  for (const version of versionsBefore2) {
    world.version = version;
    t.equal(await outcomeOf(world, ...aes256, ...groups(10)), 'Success');
    t.equal(await outcomeOf(world, ...aes256, ...groups(11)), 'Index Out of Bounds');
  }
  const many = Array.from({ length: 1001 }, (_, i): AttributeRow => [customAttribute(`x-${i}`), customText('1')]);
  t.equal(await outcomeOf(world, ...aes256, ...many), 'Index Out of Bounds');
});

t.test('Application Data that is left out cannot be made: Application Namespace Not Supported (1.4 §3.36)', async t => {
  const world = await openWorld(t);
  const row: AttributeRow = [kmip.ApplicationSpecificInformation, { applicationNamespace: 'ssl' }];
  for (const version of supportedVersions) {
    world.version = version;
    t.equal(await outcomeOf(world, ...aes256, row), 'Application Namespace Not Supported', showVersion(version));
  }
});

t.test(
  'a Name that another key of the vault has: Invalid Field, until that one is destroyed (1.4 §3.2, §11.2)',
  async t => {
    const world = await openWorld(t);
    const uniqueIdentifier = await world.createKey([Name, name('Key1')]);
    for (const version of versionsBefore2) {
      world.version = version;
      t.equal(await outcomeOf(world, ...aes256, [Name, name('Key1')]), 'Invalid Field', showVersion(version));
    }
    await world.run(Operation.Destroy, { uniqueIdentifier });
    t.equal(await outcomeOf(world, ...aes256, [Name, name('Key1')]), 'Success');
  },
);

t.test('instances get their indices in the order given; a client that counts along is right (1.4 §2.1.1)', async t => {
  const world = await openWorld(t);
  const uniqueIdentifier = await world.createKey([ObjectGroup, 'a', 0], [ObjectGroup, 'b'], [ObjectGroup, 'c', 2]);
  const { attributes } = await world.run(Operation.GetAttributes, {
    uniqueIdentifier,
    attributeNames: ['Object Group'],
  });
  t.same(
    attributes!.map(({ attributeIndex, value }) => [attributeIndex, value]),
    [
      [undefined, 'a'],
      [1, 'b'],
      [2, 'c'],
    ],
  );
});

t.test('the state of a new key follows from its dates (1.4 §3.22)', async t => {
  const world = await openWorld(t);
  const at = (seconds: number) => new Date(world.now.getTime() + seconds * 1000);
  const cases: [AttributeRow[], number][] = [
    [[[ActivationDate, at(1)]], State.PreActive],
    [[[ActivationDate, at(0)]], State.Active],
    [[[ActivationDate, at(-100)]], State.Active],
    [[[DeactivationDate, at(-100)]], State.PreActive],
    [
      [
        [ActivationDate, at(-100)],
        [DeactivationDate, at(-50)],
      ],
      State.Deactivated,
    ],
  ];
  for (const [rows, state] of cases) {
    const uniqueIdentifier = await world.createKey(...rows);
    t.equal(await world.valueOf(uniqueIdentifier, State), state);
    t.same(await world.valueOf(uniqueIdentifier, LastChangeDate), world.now, 'made now, whatever its dates');
    for (const [attribute, value] of rows) t.same(await world.valueOf(uniqueIdentifier, attribute), value);
  }
});

t.test('Sensitive and Extractable as given; their memories agree with them (1.4 §3.48 to §3.51)', async t => {
  const world = await openWorld(t);
  const uniqueIdentifier = await world.createKey([kmip.Sensitive, true], [kmip.Extractable, false]);
  t.equal(await world.valueOf(uniqueIdentifier, kmip.AlwaysSensitive), true);
  t.equal(await world.valueOf(uniqueIdentifier, kmip.NeverExtractable), true);
});

t.test('Usage Limits Count starts as the total, whatever the client says (1.4 §3.21)', async t => {
  const world = await openWorld(t);
  const limits = { usageLimitsTotal: 1000n, usageLimitsCount: 5n, usageLimitsUnit: UsageLimitsUnit.Object };
  const uniqueIdentifier = await world.createKey([UsageLimits, limits]);
  t.same(await world.valueOf(uniqueIdentifier, UsageLimits), { ...limits, usageLimitsCount: 1000n });
});
