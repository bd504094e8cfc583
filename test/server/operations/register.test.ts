import { createHash } from 'node:crypto';
import t from 'tap';
import * as kmip from '../../../kmip-codec/index.ts';
import {
  CryptographicAlgorithm as Algorithm,
  CryptographicLength,
  CryptographicUsageMask,
  Digest,
  KeyFormatType,
  KeyValueLocation,
  KeyValueLocationType,
  KeyValuePresent,
  ObjectType,
  Operation,
  showVersion,
  supportedVersions,
  V1_1,
  V1_2,
  type Attribute,
  type KeyBlock,
  type SymmetricKey,
} from '../../../kmip-codec/index.ts';
import { openWorld, template, type AttributeRow, type World } from './world.ts';

const objectType = ObjectType.SymmetricKey;
const key = Buffer.from('8f0e2d4c6b8a79685746352413021f0e', 'hex');
const mask: AttributeRow = [CryptographicUsageMask, 12];
const block: KeyBlock = {
  keyFormatType: KeyFormatType.Raw,
  keyValue: { keyMaterial: key },
  cryptographicAlgorithm: Algorithm.AES,
  cryptographicLength: 128,
};
const bare = { keyFormatType: KeyFormatType.Raw };
const wrapping = { wrappingMethod: kmip.WrappingMethod.Encrypt, encryptionKeyInformation: { uniqueIdentifier: 'kek' } };
const transparent = (value: Uint8Array): KeyBlock => ({
  ...block,
  keyFormatType: KeyFormatType.TransparentSymmetricKey,
  keyValue: { keyMaterial: { key: value } },
});

const request = (keyBlock: KeyBlock, ...rows: AttributeRow[]) => ({
  objectType,
  attributes: template(...rows),
  object: { keyBlock },
});
const register = async (world: World, keyBlock: KeyBlock, ...rows: AttributeRow[]) =>
  (await world.run(Operation.Register, request(keyBlock, ...rows))).uniqueIdentifier;
const outcome = (world: World, keyBlock: KeyBlock, ...rows: AttributeRow[]) =>
  world.outcome(Operation.Register, request(keyBlock, ...rows));
const kept = async (world: World, uniqueIdentifier: string) =>
  (world.objects.open((await world.objects.find(uniqueIdentifier))!) as SymmetricKey).keyBlock;

t.test('a raw key is kept as it came, with what the Key Block says of it (1.4 §4.3)', async t => {
  const world = await openWorld(t);
  for (const version of supportedVersions) {
    world.version = version;
    const uniqueIdentifier = await register(world, block, mask);
    t.equal(world.idPlaceholder, uniqueIdentifier);
    t.match(await kept(world, uniqueIdentifier), { ...block, keyValue: { keyMaterial: key } });
    t.equal(await world.valueOf(uniqueIdentifier, kmip.CryptographicAlgorithm), Algorithm.AES);
    t.equal(await world.valueOf(uniqueIdentifier, CryptographicLength), 128);
    t.same(await world.valueOf(uniqueIdentifier, kmip.InitialDate), world.now);
    for (const attribute of [
      kmip.OriginalCreationDate,
      kmip.RandomNumberGenerator,
      KeyValuePresent,
    ] as Attribute<unknown>[])
      t.equal(await world.valueOf(uniqueIdentifier, attribute), undefined, 'only the client can know');
  }
});

t.test(
  'algorithm and length come from the Template-Attribute, the Key Block or the material, and must agree',
  async t => {
    const world = await openWorld(t);
    const aes: AttributeRow = [kmip.CryptographicAlgorithm, Algorithm.AES];
    const raw = { ...bare, keyValue: { keyMaterial: key } };
    const uniqueIdentifier = await register(world, raw, mask, aes);
    t.match(await kept(world, uniqueIdentifier), block, 'Get will have to tell');
    t.equal(await outcome(world, block, mask, aes, [CryptographicLength, 128]), 'Success');
    for (const version of supportedVersions) {
      world.version = version;
      const cases: Record<string, [KeyBlock, ...AttributeRow[]]> = {
        'no algorithm anywhere': [raw, mask],
        'another algorithm': [block, mask, [kmip.CryptographicAlgorithm, Algorithm.Camellia]],
        'another length': [block, mask, [CryptographicLength, 256]],
        'a length that the material does not have': [{ ...block, cryptographicLength: 256 }, mask],
        'a length that AES does not have': [{ ...block, cryptographicLength: 136 }, mask],
        'material that no length fits': [{ ...raw, keyValue: { keyMaterial: key.subarray(1) } }, mask, aes],
        'no material': [{ ...block, keyValue: { keyMaterial: new Uint8Array() } }, mask],
        'an algorithm of key pairs': [{ ...block, cryptographicAlgorithm: Algorithm.RSA }, mask],
        'no Cryptographic Usage Mask': [block],
        'a wrapped value without Key Wrapping Data': [{ ...block, keyValue: key }, mask],
      };
      for (const [says, [keyBlock, ...rows]] of Object.entries(cases))
        t.equal(await outcome(world, keyBlock, ...rows), 'Invalid Field', `${says} in KMIP ${showVersion(version)}`);
    }
  },
);

t.test('the Digest is over the material: bytes as they are, a structure in TTLV (1.4 §3.17)', async t => {
  const world = await openWorld(t);
  const digestOf = async (keyBlock: KeyBlock) => world.valueOf(await register(world, keyBlock, mask), Digest);
  const sha256 = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
  t.match(await digestOf(block), { digestValue: sha256(key), keyFormatType: KeyFormatType.Raw });
  // Key Material { Key: 16 bytes }, written by hand.
  const ttlv = [Buffer.from('4200430100000018' + '42003f0800000010', 'hex'), key];
  t.match(await digestOf(transparent(key)), {
    digestValue: sha256(...ttlv),
    keyFormatType: KeyFormatType.TransparentSymmetricKey,
  });
  t.match(await digestOf({ ...block, keyFormatType: KeyFormatType.Opaque }), { keyFormatType: KeyFormatType.Opaque });
});

t.test('a wrapped key is kept wrapped, and has no Digest because nobody here can read it (1.4 §2.1.5)', async t => {
  const world = await openWorld(t);
  for (const version of supportedVersions) {
    world.version = version;
    const wrapped: KeyBlock = { ...block, keyValue: Buffer.alloc(24, 1), keyWrappingData: wrapping };
    const uniqueIdentifier = await register(world, wrapped, mask);
    t.match(await kept(world, uniqueIdentifier), wrapped);
    t.equal(await world.valueOf(uniqueIdentifier, Digest), undefined);
  }
  const { cryptographicLength: _, ...without } = block;
  t.equal(await outcome(world, { ...without, keyValue: key, keyWrappingData: wrapping }, mask), 'Invalid Field');
});

t.test('a key whose value is elsewhere can be registered since 1.2 (1.4 §3.41, §3.42)', async t => {
  const world = await openWorld(t);
  const elsewhere: KeyBlock = { ...bare, cryptographicAlgorithm: Algorithm.AES, cryptographicLength: 128 };
  const place: AttributeRow = [
    KeyValueLocation,
    { keyValueLocationValue: 'a safe', keyValueLocationType: KeyValueLocationType.UninterpretedTextString },
  ];
  for (const version of supportedVersions) {
    world.version = version;
    if (version < V1_2) {
      t.equal(await outcome(world, elsewhere, mask), 'Invalid Field');
      continue;
    }
    const uniqueIdentifier = await register(world, elsewhere, mask, place);
    t.equal(await world.valueOf(uniqueIdentifier, KeyValuePresent), false);
    t.equal(await world.valueOf(uniqueIdentifier, Digest), undefined);
    t.match(await kept(world, uniqueIdentifier), elsewhere);
    t.equal(await outcome(world, block, mask, place), 'Invalid Field', 'the value is here');
    t.equal(await outcome(world, { ...elsewhere, keyWrappingData: wrapping }, mask), 'Invalid Field');
    const another = { attribute: place[0], value: place[1] };
    t.equal(await world.outcome(Operation.AddAttribute, { uniqueIdentifier, attribute: another }), 'Success');
  }
});

t.test(
  "attributes that travel in the Key Value count, unless they are given outside or are the server's (1.4 §2.1.4)",
  async t => {
    const world = await openWorld(t);
    const inside = [
      { attribute: CryptographicUsageMask, value: 12 },
      { attribute: kmip.ContactInformation, value: 'inside' },
      { attribute: kmip.State, value: kmip.State.Active },
    ];
    const travelling: KeyBlock = { ...block, keyValue: { keyMaterial: key, attributes: inside } };
    const uniqueIdentifier = await register(world, travelling, [kmip.ContactInformation, 'outside']);
    t.equal(await world.valueOf(uniqueIdentifier, CryptographicUsageMask), 12);
    t.equal(await world.valueOf(uniqueIdentifier, kmip.ContactInformation), 'outside');
    t.equal(await world.valueOf(uniqueIdentifier, kmip.State), kmip.State.PreActive);
  },
);

t.test('formats and compressions that symmetric keys do not have get their own reasons (1.4 §11.4)', async t => {
  const world = await openWorld(t);
  for (const version of supportedVersions) {
    world.version = version;
    t.equal(
      await outcome(world, { ...block, keyFormatType: KeyFormatType.PKCS_8 }, mask),
      'Key Format Type Not Supported',
    );
    const compressed = { ...block, keyCompressionType: kmip.KeyCompressionType.ECPublicKeyTypeUncompressed };
    t.equal(await outcome(world, compressed, mask), 'Key Compression Type Not Supported');
  }
});

t.test('other objects, and none: Invalid Field (1.4 §11.4)', async t => {
  const world = await openWorld(t);
  for (const version of supportedVersions) {
    world.version = version;
    t.equal(await world.outcome(Operation.Register, { objectType, attributes: template(mask) }), 'Invalid Field');
    for (const [value] of Object.values(ObjectType.names.table.values)) {
      if (value === objectType || !ObjectType.names.isKnownIn(value, version)) continue;
      const other = { objectType: value as 1, attributes: template(mask) };
      t.equal(await world.outcome(Operation.Register, other), 'Invalid Field', ObjectType.names.show(value));
    }
  }
});

t.test(
  'what only the maker of a key knows comes with Register, or later, and then stays (1.4 §3.43, §3.44)',
  async t => {
    const world = await openWorld(t);
    const made = new Date('2020-02-02T02:02:02Z');
    const given = await register(world, block, mask, [kmip.OriginalCreationDate, made]);
    t.same(await world.valueOf(given, kmip.OriginalCreationDate), made);
    const uniqueIdentifier = await register(world, block, mask);
    const attribute = { attribute: kmip.OriginalCreationDate, value: made };
    const twice = [
      await world.outcome(Operation.AddAttribute, { uniqueIdentifier, attribute }),
      await world.outcome(Operation.AddAttribute, { uniqueIdentifier, attribute }),
      await world.outcome(Operation.ModifyAttribute, { uniqueIdentifier, attribute }),
    ];
    t.same(twice, ['Success', 'Illegal Operation', 'Permission Denied']);
    world.version = V1_1;
    const { attributeNames } = await world.run(Operation.GetAttributeList, { uniqueIdentifier });
    t.notOk(attributeNames!.includes('Original Creation Date'));
  },
);
