import t from 'tap';
import {
  CryptographicAlgorithm,
  CryptographicLength,
  CryptographicUsageMask,
  EncodingOption,
  Extractable,
  Fresh,
  KeyCompressionType,
  KeyFormatType,
  KeyValueLocation,
  KeyValueLocationType,
  KeyWrapType,
  LastChangeDate,
  ObjectType,
  Operation,
  RevocationReasonCode,
  Sensitive,
  showVersion,
  supportedVersions,
  V1_1,
  V1_2,
  V1_3,
  V1_4,
  V2_0,
  WrappingMethod,
  type KeyBlock,
  type SymmetricKey,
} from '../../../kmip-codec/index.ts';
import { openWorld, template, type AttributeRow, type World } from './world.ts';

const bytes = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
const raw: KeyBlock = {
  keyFormatType: KeyFormatType.Raw,
  keyValue: { keyMaterial: bytes },
  cryptographicAlgorithm: CryptographicAlgorithm.AES,
  cryptographicLength: 128,
};

async function register(world: World, keyBlock: KeyBlock, ...rows: readonly AttributeRow[]): Promise<string> {
  const { uniqueIdentifier } = await world.run(Operation.Register, {
    objectType: ObjectType.SymmetricKey,
    attributes: template([CryptographicUsageMask, CryptographicUsageMask.Encrypt], ...rows),
    object: { keyBlock },
  });
  return uniqueIdentifier;
}

async function keyBlockOf(world: World, request: object): Promise<KeyBlock> {
  const { object } = await world.run(Operation.Get, request);
  return (object as SymmetricKey).keyBlock;
}

t.test('gives a key as it was registered, in every version (1.4 §4.11)', async t => {
  const world = await openWorld(t);
  for (const version of supportedVersions) {
    world.version = version;
    const uniqueIdentifier = await register(world, raw);
    const answer = await world.run(Operation.Get, { uniqueIdentifier });
    t.equal(answer.objectType, ObjectType.SymmetricKey);
    t.equal(answer.uniqueIdentifier, uniqueIdentifier);
    const { keyBlock } = answer.object as SymmetricKey;
    t.equal(keyBlock.keyFormatType, KeyFormatType.Raw);
    t.same((keyBlock.keyValue as { keyMaterial: Buffer }).keyMaterial, bytes);
    t.match(keyBlock, { cryptographicAlgorithm: CryptographicAlgorithm.AES, cryptographicLength: 128 });
    t.equal(keyBlock.keyWrappingData, undefined);
  }
});

t.test('gives a key in every state but the destroyed ones, to which 1.x says Item Not Found (1.4 §4.11)', async t => {
  const world = await openWorld(t);
  const get = (uniqueIdentifier: string) => world.outcome(Operation.Get, { uniqueIdentifier });
  const key = await world.createKey();
  const compromised = await world.createKey();
  t.equal(await get(key), 'Success', 'Pre-Active');
  await world.run(Operation.Activate, { uniqueIdentifier: key });
  t.equal(await get(key), 'Success', 'Active');
  const revoke = (uniqueIdentifier: string, revocationReasonCode: 1 | 2) =>
    world.run(Operation.Revoke, { uniqueIdentifier, revocationReason: { revocationReasonCode } });
  await revoke(key, RevocationReasonCode.Unspecified);
  t.equal(await get(key), 'Success', 'Deactivated');
  await revoke(compromised, RevocationReasonCode.KeyCompromise);
  t.equal(await get(compromised), 'Success', 'Compromised');
  for (const uniqueIdentifier of [key, compromised]) {
    await world.run(Operation.Destroy, { uniqueIdentifier });
    for (const version of supportedVersions) {
      world.version = version;
      const expected = version < V2_0 ? 'Item Not Found' : 'Object Destroyed';
      t.equal(await get(uniqueIdentifier), expected, `destroyed, ${showVersion(version)}`);
    }
  }
});

t.test('makes Raw and Transparent Symmetric Key of each other, and nothing else (1.4 §2.1.7.1)', async t => {
  const world = await openWorld(t);
  const tree = { key: bytes };
  const transparent: KeyBlock = {
    ...raw,
    keyFormatType: KeyFormatType.TransparentSymmetricKey,
    keyValue: { keyMaterial: tree },
  };
  const kept = [
    [await register(world, raw), KeyFormatType.Raw],
    [await register(world, transparent), KeyFormatType.TransparentSymmetricKey],
  ] as const;
  for (const [uniqueIdentifier, own] of kept) {
    t.equal((await keyBlockOf(world, { uniqueIdentifier })).keyFormatType, own);
    for (const [keyFormatType, keyMaterial] of [
      [KeyFormatType.Raw, bytes],
      [KeyFormatType.TransparentSymmetricKey, tree],
    ] as const) {
      const answer = await keyBlockOf(world, { uniqueIdentifier, keyFormatType });
      t.equal(answer.keyFormatType, keyFormatType);
      t.match((answer.keyValue as { keyMaterial: unknown }).keyMaterial, keyMaterial);
    }
    for (const [keyFormatType, name, since] of Object.values(KeyFormatType.names.table.values)) {
      if (since > V1_4 || keyFormatType === 1 || keyFormatType === 7) continue;
      const outcome = await world.outcome(Operation.Get, { uniqueIdentifier, keyFormatType: keyFormatType as 1 });
      t.equal(outcome, 'Key Format Type Not Supported', name);
    }
  }
});

t.test('says Key Compression Type Not Supported to any, since a symmetric key has none (1.4 §11.12)', async t => {
  const world = await openWorld(t);
  const uniqueIdentifier = await register(world, raw);
  for (const version of supportedVersions) {
    world.version = version;
    const outcome = await world.outcome(Operation.Get, {
      uniqueIdentifier,
      keyCompressionType: KeyCompressionType.ECPublicKeyTypeUncompressed,
    });
    t.equal(outcome, 'Key Compression Type Not Supported');
  }
});

t.test('whoever gets a key first has a fresh one (1.4 §3.34)', async t => {
  const world = await openWorld(t);
  const uniqueIdentifier = await world.createKey();
  t.equal(await world.valueOf(uniqueIdentifier, Fresh), true);
  t.equal(
    await world.outcome(Operation.Get, { uniqueIdentifier, keyFormatType: KeyFormatType.X_509 }),
    'Key Format Type Not Supported',
  );
  t.equal(await world.valueOf(uniqueIdentifier, Fresh), true, 'a Get that fails serves nothing');
  const changed = await world.valueOf(uniqueIdentifier, LastChangeDate);
  world.later(60);
  await world.run(Operation.Get, { uniqueIdentifier });
  t.equal(await world.valueOf(uniqueIdentifier, Fresh), false);
  t.same(await world.valueOf(uniqueIdentifier, LastChangeDate), changed, 'Get is not among what sets it (1.4 §3.38)');
  const { revision } = (await world.objects.find(uniqueIdentifier))!.stored;
  await world.run(Operation.Get, { uniqueIdentifier });
  t.equal((await world.objects.find(uniqueIdentifier))!.stored.revision, revision, 'the second Get changes nothing');
});

t.test('a Sensitive key leaves wrapped only, one that is not Extractable not at all (1.4 §3.48, §3.50)', async t => {
  const world = await openWorld(t);
  const sensitive = await world.createKey([Sensitive, true]);
  const notExtractable = await world.createKey([Extractable, false]);
  const get = (uniqueIdentifier: string) => world.outcome(Operation.Get, { uniqueIdentifier });
  t.equal(await get(sensitive), 'Sensitive');
  t.equal(await get(notExtractable), 'Not Extractable');
  world.version = V1_3;
  t.equal(await get(sensitive), 'Permission Denied', 'before 1.4');
  t.equal(await get(notExtractable), 'Permission Denied', 'before 1.4');
});

t.test('a key registered wrapped is given as it was registered, and not as anything else (1.4 §4.11)', async t => {
  const world = await openWorld(t);
  const wrapped: KeyBlock = {
    ...raw,
    keyValue: Buffer.from('1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5', 'hex'),
    keyWrappingData: {
      wrappingMethod: WrappingMethod.Encrypt,
      encryptionKeyInformation: { uniqueIdentifier: 'elsewhere' },
      encodingOption: EncodingOption.NoEncoding,
    },
  };
  const uniqueIdentifier = await register(world, wrapped, [CryptographicAlgorithm, 3], [CryptographicLength, 128]);
  for (const request of [{}, { keyFormatType: KeyFormatType.Raw }, { keyWrapType: KeyWrapType.AsRegistered }])
    t.match(await keyBlockOf(world, { uniqueIdentifier, ...request }), wrapped);
  const outcome = (request: object) => world.outcome(Operation.Get, { uniqueIdentifier, ...request });
  t.equal(await outcome({ keyFormatType: KeyFormatType.TransparentSymmetricKey }), 'Key Format Type Not Supported');
  t.equal(await outcome({ keyWrapType: KeyWrapType.NotWrapped }), 'Item Not Found', 'nobody has the wrapping key');
  const again = { wrappingMethod: WrappingMethod.Encrypt, encryptionKeyInformation: { uniqueIdentifier: 'any' } };
  t.equal(await outcome({ keyWrappingSpecification: again }), 'Feature Not Supported');
});

t.test('Key Wrap Type makes no difference to a key that came plain (1.4 §4.11)', async t => {
  const world = await openWorld(t);
  const uniqueIdentifier = await register(world, raw);
  for (const keyWrapType of [KeyWrapType.NotWrapped, KeyWrapType.AsRegistered])
    t.same(
      (await keyBlockOf(world, { uniqueIdentifier, keyWrapType })).keyValue,
      raw.keyValue && { attributes: [], ...(raw.keyValue as object) },
    );
  t.equal(
    await world.outcome(Operation.Get, { uniqueIdentifier, keyWrapType: 0x80000001 as 1 }),
    'Feature Not Supported',
  );
});

t.test('a key whose value is kept elsewhere is given without it since 1.2 (1.4 §2.1.3)', async t => {
  const world = await openWorld(t);
  const location = {
    keyValueLocationValue: 'HSM-1',
    keyValueLocationType: KeyValueLocationType.UninterpretedTextString,
  };
  const { keyValue: _, ...block } = raw;
  const uniqueIdentifier = await register(world, block, [KeyValueLocation, location]);
  for (const version of [V1_2, V1_4]) {
    world.version = version;
    t.same(await keyBlockOf(world, { uniqueIdentifier }), block);
  }
  t.equal(
    await world.outcome(Operation.Get, { uniqueIdentifier, keyFormatType: KeyFormatType.TransparentSymmetricKey }),
    'Key Format Type Not Supported',
  );
  world.version = V1_1;
  t.equal(await world.outcome(Operation.Get, { uniqueIdentifier }), 'Illegal Operation');
});

t.test('says Item Not Found to an identifier that nobody has (1.4 §11.12)', async t => {
  const world = await openWorld(t);
  t.equal(await world.outcome(Operation.Get, { uniqueIdentifier: 'none' }), 'Item Not Found');
});
