import { createHmac } from 'node:crypto';
import t from 'tap';
import {
  ActivationDate,
  BlockCipherMode,
  CryptographicAlgorithm,
  CryptographicParameters,
  CryptographicUsageMask,
  decodeItemAs,
  EncodingOption,
  findKeyBlock,
  HashingAlgorithm,
  KeyFormatType,
  KeyValueStructure,
  KeyWrapType,
  ObjectType,
  Operation,
  Sensitive,
  showVersion,
  supportedVersions,
  V1_0,
  V1_4,
  WrappingMethod,
  type KeyBlock,
  type KeyWrappingSpecification,
  type ManagedObjectValue,
} from '../../../kmip-codec/index.ts';
import { objectSamples, samplesIn } from './object-samples.ts';
import { openWorld, template, type AttributeRow, type World } from './world.ts';

const { Sign, WrapKey, UnwrapKey, MACGenerate, MACVerify } = CryptographicUsageMask;
const { Encrypt, MACSign, EncryptThenMACSign, MACSignThenEncrypt } = WrappingMethod;
const macBytes = Buffer.alloc(32, 5);

async function register(world: World, objectType: number, object: ManagedObjectValue, ...rows: AttributeRow[]) {
  const { uniqueIdentifier } = await world.run(Operation.Register, {
    objectType: objectType as 2,
    attributes: template(...rows),
    object,
  });
  return uniqueIdentifier;
}
const activeKey = (world: World, bytes: Buffer, algorithm: number, mask: number, parameters: object) =>
  register(
    world,
    ObjectType.SymmetricKey,
    {
      keyBlock: {
        keyFormatType: KeyFormatType.Raw,
        keyValue: { keyMaterial: bytes },
        cryptographicAlgorithm: algorithm as 3,
        cryptographicLength: bytes.length * 8,
      },
    },
    [CryptographicUsageMask, mask],
    [ActivationDate, new Date(0)],
    [CryptographicParameters, parameters],
  );
const wrappingKey = (world: World, mask = WrapKey | UnwrapKey) =>
  activeKey(world, Buffer.alloc(32, 3), CryptographicAlgorithm.AES, mask, {
    blockCipherMode: BlockCipherMode.AESKeyWrapPadding,
  });
const macKey = (world: World, mask = MACGenerate | MACVerify, parameters: object = {}) =>
  activeKey(world, macBytes, CryptographicAlgorithm.HMAC_SHA256, mask, parameters);

async function specification(world: World, wrappingMethod: 1 | 2 | 3 | 4): Promise<KeyWrappingSpecification> {
  return {
    wrappingMethod,
    ...(wrappingMethod !== MACSign && {
      encryptionKeyInformation: { uniqueIdentifier: await wrappingKey(world) },
    }),
    ...(wrappingMethod !== Encrypt && {
      macSignatureKeyInformation: { uniqueIdentifier: await macKey(world) },
    }),
  };
}
const getBlock = async (world: World, request: object): Promise<KeyBlock> =>
  findKeyBlock((await world.run(Operation.Get, request)).object)!;

t.test('every object with a Key Block is wrapped by every method, and unwrapped again (1.4 §2.1.5, §4.11)', async t => {
  const world = await openWorld(t);
  for (const version of supportedVersions) {
    world.version = version;
    for (const method of [Encrypt, MACSign, EncryptThenMACSign, MACSignThenEncrypt]) {
      const keyWrappingSpecification = await specification(world, method);
      for (const [objectType, value] of samplesIn(version)) {
        const keyBlock = findKeyBlock(value);
        if (keyBlock === undefined) continue;
        const title = `${ObjectType.names.show(objectType)} ${WrappingMethod.names.show(method)} ${showVersion(version)}`;
        const rows: AttributeRow[] = [[CryptographicUsageMask, Sign]];
        const uniqueIdentifier = await register(world, objectType, value, ...rows);
        const wrapped = await getBlock(world, { uniqueIdentifier, keyWrappingSpecification });
        t.equal(wrapped.keyWrappingData?.wrappingMethod, method, title);
        const { macSignature } = wrapped.keyWrappingData!;
        t.equal(macSignature === undefined, method === Encrypt);
        const bytes = wrapped.keyValue as Buffer;
        if (method === EncryptThenMACSign || method === MACSign)
          t.same(macSignature, createHmac('sha256', macBytes).update(bytes).digest(), 'over what is sent');
        if (method === MACSign)
          t.match(decodeItemAs(KeyValueStructure, bytes, version), keyBlock.keyValue, 'not encrypted');
        if (version < V1_4) continue;

        const again = await register(world, objectType, { ...value, keyBlock: wrapped }, ...rows);
        t.same(await getBlock(world, { uniqueIdentifier: again }), wrapped, 'as it was registered');
        const plain = await getBlock(world, { uniqueIdentifier: again, keyWrapType: KeyWrapType.NotWrapped });
        t.match(plain.keyValue, keyBlock.keyValue, 'unwrapped');
        t.equal(plain.keyWrappingData, undefined);
      }
    }
  }
});

t.test('a bare key unwraps from No Encoding (1.4 §2.1.5)', async t => {
  const world = await openWorld(t);
  const uniqueIdentifier = await world.createKey();
  const plain = await getBlock(world, { uniqueIdentifier });
  const keyWrappingSpecification = {
    ...(await specification(world, MACSignThenEncrypt)),
    encodingOption: EncodingOption.NoEncoding,
  };
  const wrapped = await getBlock(world, { uniqueIdentifier, keyWrappingSpecification });
  const again = await register(world, ObjectType.SymmetricKey, { keyBlock: wrapped }, [
    CryptographicUsageMask,
    WrapKey,
  ]);
  const back = await getBlock(world, { uniqueIdentifier: again, keyWrapType: KeyWrapType.NotWrapped });
  t.same(back.keyValue, plain.keyValue);
});

t.test('what does not fit is not unwrapped: another key, a damaged value, a wrong MAC', async t => {
  const world = await openWorld(t);
  const key = await world.createKey();
  const outcome = async (change: (wrapped: KeyBlock) => KeyBlock, method: 1 | 2 | 3 | 4 = EncryptThenMACSign) => {
    const keyWrappingSpecification = await specification(world, method);
    const wrapped = await getBlock(world, { uniqueIdentifier: key, keyWrappingSpecification });
    const again = await register(world, ObjectType.SymmetricKey, { keyBlock: change(wrapped) }, [
      CryptographicUsageMask,
      WrapKey,
    ]);
    return world.outcome(Operation.Get, { uniqueIdentifier: again, keyWrapType: KeyWrapType.NotWrapped });
  };
  const damaged = (bytes: Uint8Array) => Buffer.from(bytes).fill(bytes[9]! ^ 1, 9, 10);
  const dataOf = ({ keyWrappingData }: KeyBlock) => keyWrappingData!;
  t.equal(await outcome(one => one), 'Success');
  for (const method of [Encrypt, MACSign, EncryptThenMACSign, MACSignThenEncrypt])
    t.equal(
      await outcome(one => ({ ...one, keyValue: damaged(one.keyValue as Buffer) }), method),
      'Invalid Field',
      WrappingMethod.names.show(method),
    );
  t.equal(
    await outcome(one => ({
      ...one,
      keyWrappingData: { ...dataOf(one), macSignature: damaged(dataOf(one).macSignature!) },
    })),
    'Invalid Field',
  );
  t.equal(
    await outcome(one => ({ ...one, keyWrappingData: { ...dataOf(one), macSignature: undefined } })),
    'Invalid Field',
  );
  const mayNot = await wrappingKey(world, WrapKey);
  t.equal(
    await outcome(one => ({
      ...one,
      keyWrappingData: { ...dataOf(one), encryptionKeyInformation: { uniqueIdentifier: mayNot } },
    })),
    'Permission Denied',
    'a key that may not unwrap',
  );
});

t.test('a key to MAC with is Active, may MAC and has an HMAC (1.4 §11.12)', async t => {
  const world = await openWorld(t);
  const key = await world.createKey();
  const outcome = (uniqueIdentifier: string) =>
    world.outcome(Operation.Get, {
      uniqueIdentifier: key,
      keyWrappingSpecification: { wrappingMethod: MACSign, macSignatureKeyInformation: { uniqueIdentifier } },
    });
  for (const version of supportedVersions.filter(one => one > V1_0)) {
    world.version = version;
    const ones = (one: string, other: string) => (version < 0x200 ? one : other);
    t.equal(await outcome(await macKey(world)), 'Success');
    t.equal(await outcome('nobody'), ones('Item Not Found', 'Wrapping Object Not Found'));
    t.equal(
      await outcome(await macKey(world, MACVerify)),
      ones('Permission Denied', 'Incompatible Cryptographic Usage Mask'),
    );
    const opaque = await register(world, ObjectType.OpaqueObject, objectSamples.get(ObjectType.OpaqueObject)!);
    t.equal(await outcome(opaque), ones('Illegal Operation', 'Invalid Object Type'));
    t.equal(await outcome(key), ones('Permission Denied', 'Wrong Key Lifecycle State'), 'Pre-Active');
    const aes = (parameters: object) =>
      activeKey(world, Buffer.alloc(16), CryptographicAlgorithm.AES, MACGenerate, parameters);
    t.equal(
      await outcome(await aes({ blockCipherMode: BlockCipherMode.CBC })),
      ones('Feature Not Supported', 'Unsupported Cryptographic Parameters'),
    );
    t.equal(await outcome(await aes({ hashingAlgorithm: HashingAlgorithm.SHA_512 })), 'Success');
  }
});

t.test('a MAC hides nothing: a Sensitive key does not leave with it (1.4 §3.48)', async t => {
  const world = await openWorld(t);
  const uniqueIdentifier = await world.createKey([Sensitive, true]);
  for (const [method, expected] of [
    [Encrypt, 'Success'],
    [MACSign, 'Sensitive'],
    [EncryptThenMACSign, 'Success'],
  ] as const) {
    const keyWrappingSpecification = await specification(world, method);
    t.equal(await world.outcome(Operation.Get, { uniqueIdentifier, keyWrappingSpecification }), expected);
  }
  const keyWrappingSpecification = await specification(world, Encrypt);
  const keyBlock = await getBlock(world, { uniqueIdentifier, keyWrappingSpecification });
  const again = await register(
    world,
    ObjectType.SymmetricKey,
    { keyBlock },
    [CryptographicUsageMask, WrapKey],
    [Sensitive, true],
  );
  t.equal(await world.outcome(Operation.Get, { uniqueIdentifier: again }), 'Success', 'wrapped as it came');
  t.equal(
    await world.outcome(Operation.Get, { uniqueIdentifier: again, keyWrapType: KeyWrapType.NotWrapped }),
    'Sensitive',
  );
});
