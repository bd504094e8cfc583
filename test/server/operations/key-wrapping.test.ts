import { createDecipheriv } from 'node:crypto';
import t from 'tap';
import {
  ActivationDate,
  BlockCipherMode,
  CryptographicAlgorithm,
  CryptographicLength,
  CryptographicParameters,
  CryptographicUsageMask,
  decodeItemAs,
  EncodingOption,
  KeyFormatType,
  KeyValueStructure,
  ObjectGroup,
  ObjectType,
  Operation,
  ProcessStartDate,
  ProtectStopDate,
  RevocationReasonCode,
  Sensitive,
  showVersion,
  V1_0,
  V1_4,
  WrappingMethod,
  type KeyWrappingSpecification,
  type SymmetricKey,
} from '../../../kmip-codec/index.ts';
import type { OperationFailure } from '../../../server/operations/index.ts';
import { versionsBefore2 } from './versions.ts';
import { openWorld, template, type AttributeRow, type World } from './world.ts';

const { WrapKey, Encrypt } = CryptographicUsageMask;
const nist = { blockCipherMode: BlockCipherMode.NISTKeyWrap };
const padding = { blockCipherMode: BlockCipherMode.AESKeyWrapPadding };
const long = Buffer.from(Array.from({ length: 32 }, (_, i) => i));
const short = Buffer.from('00112233445566778899aabbccddeeff', 'hex');

interface Made {
  readonly key?: Uint8Array;
  readonly algorithm?: number;
  readonly mask?: number;
}

/** Registers a symmetric key with these bytes. */
async function register(world: World, made: Made, ...rows: readonly AttributeRow[]): Promise<string> {
  const { key = short, algorithm = CryptographicAlgorithm.AES, mask = Encrypt } = made;
  const { uniqueIdentifier } = await world.run(Operation.Register, {
    objectType: ObjectType.SymmetricKey,
    attributes: template([CryptographicUsageMask, mask], ...rows),
    object: {
      keyBlock: {
        keyFormatType: KeyFormatType.Raw,
        keyValue: { keyMaterial: key },
        cryptographicAlgorithm: algorithm as 3,
        cryptographicLength: key.length * 8,
      },
    },
  });
  return uniqueIdentifier;
}

/** An Active key that may wrap, with Cryptographic Parameters. */
const wrappingKey = (world: World, key: Uint8Array = short, parameters: object = nist, ...rows: AttributeRow[]) =>
  register(
    world,
    { key, mask: WrapKey },
    [ActivationDate, new Date(world.now.getTime() - 1000)],
    [CryptographicParameters, parameters],
    ...rows,
  );

const by = (uniqueIdentifier: string, more: Partial<KeyWrappingSpecification> = {}): KeyWrappingSpecification => ({
  wrappingMethod: WrappingMethod.Encrypt,
  encryptionKeyInformation: { uniqueIdentifier, cryptographicParameters: nist },
  ...more,
});
const noEncoding = { encodingOption: EncodingOption.NoEncoding };

async function get(world: World, uniqueIdentifier: string, keyWrappingSpecification: KeyWrappingSpecification) {
  const { object } = await world.run(Operation.Get, { uniqueIdentifier, keyWrappingSpecification });
  return (object as SymmetricKey).keyBlock;
}
const outcome = (world: World, uniqueIdentifier: string, keyWrappingSpecification: KeyWrappingSpecification) =>
  world.outcome(Operation.Get, { uniqueIdentifier, keyWrappingSpecification });

t.test('wraps the bare key with No Encoding, as RFC 3394 §4 has it (1.4 §2.1.5)', async t => {
  const world = await openWorld(t);
  for (const [size, bytes, expected] of [
    [16, short, '1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5'],
    [
      24,
      Buffer.concat([short, long.subarray(0, 8)]),
      '031d33264e15d33268f24ec260743edce1c6c7ddee725a936ba814915c6762d2',
    ],
    [
      32,
      Buffer.concat([short, long.subarray(0, 16)]),
      '28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21',
    ],
  ] as const) {
    const wrapping = await wrappingKey(world, long.subarray(0, size));
    const key = await register(world, { key: bytes });
    const keyBlock = await get(world, key, by(wrapping, noEncoding));
    t.equal((keyBlock.keyValue as Buffer).toString('hex'), expected);
    t.same(keyBlock.keyWrappingData, {
      wrappingMethod: WrappingMethod.Encrypt,
      encryptionKeyInformation: { uniqueIdentifier: wrapping, cryptographicParameters: nist },
      encodingOption: EncodingOption.NoEncoding,
    });
    t.match(keyBlock, {
      keyFormatType: KeyFormatType.Raw,
      cryptographicAlgorithm: CryptographicAlgorithm.AES,
      cryptographicLength: bytes.length * 8,
    });
  }
});

t.test('wraps keys of any length with AESKeyWrapPadding, as RFC 5649 §6 has it', async t => {
  const world = await openWorld(t);
  const wrapping = await wrappingKey(
    world,
    Buffer.from('5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8', 'hex'),
    padding,
  );
  const information = { uniqueIdentifier: wrapping, cryptographicParameters: padding };
  for (const [bytes, expected] of [
    ['c37b7e6492584340bed12207808941155068f738', '138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a'],
    ['466f7250617369', 'afbeb0f07dfbf5419200f2ccb50bb24f'],
  ] as const) {
    const key = await register(world, { key: Buffer.from(bytes, 'hex'), algorithm: CryptographicAlgorithm.HMAC_SHA1 });
    const keyBlock = await get(world, key, by(wrapping, { ...noEncoding, encryptionKeyInformation: information }));
    t.equal((keyBlock.keyValue as Buffer).toString('hex'), expected);
  }
});

t.test('wraps the Key Value as TTLV with the attributes asked for, which is also the default (1.4 §2.1.6)', async t => {
  const world = await openWorld(t);
  for (const version of versionsBefore2) {
    world.version = version;
    const wrapping = await wrappingKey(world, long);
    const key = await register(world, {}, [ObjectGroup, 'one'], [ObjectGroup, 'two', 1]);
    for (const encodingOption of version === V1_0 ? [undefined] : [undefined, EncodingOption.TTLVEncoding]) {
      const attributeNames = ['Object Group', 'Cryptographic Usage Mask', 'x-unset', 'No Such Attribute'];
      const keyBlock = await get(world, key, by(wrapping, { attributeNames, encodingOption }));
      t.equal(keyBlock.keyWrappingData?.encodingOption, encodingOption, showVersion(version));
      const unwrapping = createDecipheriv('id-aes256-wrap', long, Buffer.alloc(8, 0xa6));
      const plain = Buffer.concat([unwrapping.update(keyBlock.keyValue as Buffer), unwrapping.final()]);
      const { keyMaterial, attributes } = decodeItemAs(KeyValueStructure, plain, version);
      t.same(keyMaterial, short);
      t.same(
        attributes?.map(({ attribute, attributeIndex, value }) => [attribute.attributeName, attributeIndex, value]),
        [
          ['Cryptographic Usage Mask', undefined, Encrypt],
          ['Object Group', undefined, 'one'],
          ['Object Group', 1, 'two'],
        ],
      );
    }
  }
});

t.test('wraps the format that was asked for (1.4 §4.11)', async t => {
  const world = await openWorld(t);
  const wrapping = await wrappingKey(world, long);
  const request = { uniqueIdentifier: await register(world, {}), keyFormatType: KeyFormatType.TransparentSymmetricKey };
  const { object } = await world.run(Operation.Get, { ...request, keyWrappingSpecification: by(wrapping) });
  const { keyFormatType, keyValue } = (object as SymmetricKey).keyBlock;
  t.equal(keyFormatType, KeyFormatType.TransparentSymmetricKey);
  const unwrapping = createDecipheriv('id-aes256-wrap', long, Buffer.alloc(8, 0xa6));
  const plain = Buffer.concat([unwrapping.update(keyValue as Buffer), unwrapping.final()]);
  t.match(decodeItemAs(KeyValueStructure, plain, V1_4).keyMaterial, [{ value: short }]);
  t.equal(
    await world.outcome(Operation.Get, { ...request, keyWrappingSpecification: by(wrapping, noEncoding) }),
    'Encoding Option Error',
    'a structure has no bare bytes',
  );
});

t.test('a Sensitive key may leave wrapped (1.4 §3.48)', async t => {
  const world = await openWorld(t);
  const wrapping = await wrappingKey(world);
  const key = await register(world, {}, [Sensitive, true]);
  t.equal(await world.outcome(Operation.Get, { uniqueIdentifier: key }), 'Sensitive');
  t.equal(await outcome(world, key, by(wrapping)), 'Success');
});

t.test(
  'takes the Cryptographic Parameters of the wrapping key that match, the first of them if none are given (1.4 §2.1.6)',
  async t => {
    const world = await openWorld(t);
    const key = await register(world, {});
    const information = (uniqueIdentifier: string, cryptographicParameters?: object) => ({
      encryptionKeyInformation: { uniqueIdentifier, cryptographicParameters },
    });
    const cbc = { blockCipherMode: BlockCipherMode.CBC };
    const both = await wrappingKey(world, short, cbc, [CryptographicParameters, nist, 1]);
    t.equal(await outcome(world, key, by(both, information(both, nist))), 'Success');
    t.equal(
      await outcome(world, key, by(both, information(both))),
      'Feature Not Supported',
      'CBC has the lowest index',
    );
    t.equal(await outcome(world, key, by(both, information(both, cbc))), 'Feature Not Supported');
    t.equal(await outcome(world, key, by(both, information(both, padding))), 'Item Not Found', 'matches no instance');

    const one = await wrappingKey(world);
    const keyBlock = await get(world, key, by(one, information(one)));
    t.same(keyBlock.keyWrappingData?.encryptionKeyInformation?.cryptographicParameters, nist, 'says what was used');
    const silent = await wrappingKey(world, short, {});
    const spoken = await get(world, key, by(silent, information(silent, {})));
    t.same(spoken.keyWrappingData?.encryptionKeyInformation?.cryptographicParameters, nist);

    const none = await register(world, { mask: WrapKey }, [ActivationDate, new Date(world.now.getTime() - 1000)]);
    t.equal(await outcome(world, key, by(none)), 'Item Not Found', 'the wrapping key has no Cryptographic Parameters');
    t.equal(await outcome(world, key, by(none, information(none))), 'Item Not Found');
  },
);

t.test('refuses a wrapping key that is not there or not able to wrap, with the reason of 1.4 §11.12', async t => {
  const world = await openWorld(t);
  const key = await register(world, {});
  const past = new Date(world.now.getTime() - 1000);
  const future = new Date(world.now.getTime() + 1000);
  const make = async (made: Made, ...rows: AttributeRow[]) =>
    register(world, { mask: WrapKey, ...made }, [CryptographicParameters, nist], ...rows);
  const destroyed = await make({});
  await world.run(Operation.Destroy, { uniqueIdentifier: destroyed });
  const deactivated = await make({}, [ActivationDate, past]);
  await world.run(Operation.Revoke, {
    uniqueIdentifier: deactivated,
    revocationReason: { revocationReasonCode: RevocationReasonCode.Unspecified },
  });
  const triple = { key: Buffer.alloc(24, 1), algorithm: CryptographicAlgorithm.DES3 };
  const cases: [string, string, string][] = [
    ['not there', 'none', 'Item Not Found'],
    ['destroyed', destroyed, 'Item Not Found'],
    ['Pre-Active', await make({}), 'Permission Denied'],
    ['Deactivated', deactivated, 'Permission Denied'],
    [
      'before its Process Start Date',
      await make({}, [ActivationDate, past], [ProcessStartDate, future]),
      'Permission Denied',
    ],
    [
      'after its Protect Stop Date',
      await make({}, [ActivationDate, past], [ProtectStopDate, past]),
      'Permission Denied',
    ],
    ['without Wrap Key', await make({ mask: Encrypt }, [ActivationDate, past]), 'Permission Denied'],
    ['Triple DES', await make(triple, [ActivationDate, past]), 'Permission Denied'],
  ];
  for (const version of versionsBefore2) {
    world.version = version;
    for (const [what, wrapping, reason] of cases)
      t.equal(await outcome(world, key, by(wrapping)), reason, `${what}, ${showVersion(version)}`);
  }
  t.equal(
    await outcome(
      world,
      key,
      by(await wrappingKey(world, short, nist, [ProcessStartDate, past], [ProtectStopDate, future])),
    ),
    'Success',
  );
});

t.test('refuses what it does not do with the reason of 1.4 §11.12', async t => {
  const world = await openWorld(t);
  const wrapping = await wrappingKey(world);
  const key = await register(world, {});
  const odd = await register(world, { key: Buffer.alloc(20, 1), algorithm: CryptographicAlgorithm.HMAC_SHA1 });
  t.equal(await outcome(world, key, by(wrapping, { wrappingMethod: WrappingMethod.TR_31 })), 'Feature Not Supported');
  for (const wrappingMethod of [
    WrappingMethod.MACSign,
    WrappingMethod.EncryptThenMACSign,
    WrappingMethod.MACSignThenEncrypt,
  ])
    t.equal(await outcome(world, key, by(wrapping, { wrappingMethod })), 'Invalid Field', 'no key to MAC with');
  const mac = { macSignatureKeyInformation: { uniqueIdentifier: wrapping } };
  t.equal(await outcome(world, key, by(wrapping, mac)), 'Invalid Field', 'Encrypt takes no key to MAC with');
  t.equal(await outcome(world, key, { wrappingMethod: WrappingMethod.Encrypt }), 'Invalid Field');
  const named = { ...noEncoding, attributeNames: ['State'] };
  t.equal(await outcome(world, key, by(wrapping, named)), 'Encoding Option Error', 'attributes need TTLV');
  t.equal(await outcome(world, odd, by(wrapping, noEncoding)), 'Encoding Option Error', '20 bytes are no whole blocks');
  t.equal(await outcome(world, odd, by(wrapping)), 'Success', 'as TTLV they are');
  t.equal(await outcome(world, key, by(wrapping, { encodingOption: 0x80000001 as 1 })), 'Encoding Option Error');
  t.equal(
    await world.outcome(Operation.Get, {
      uniqueIdentifier: key,
      keyWrapType: 2,
      keyWrappingSpecification: by(wrapping),
    }),
    'Invalid Field',
    'As Registered, and wrapped anew',
  );
});

t.test('a key that is itself kept wrapped does not wrap', async t => {
  const world = await openWorld(t);
  const { uniqueIdentifier } = await world.run(Operation.Register, {
    objectType: ObjectType.SymmetricKey,
    attributes: template(
      [CryptographicUsageMask, WrapKey],
      [CryptographicAlgorithm, CryptographicAlgorithm.AES],
      [CryptographicLength, 128],
      [ActivationDate, new Date(world.now.getTime() - 1000)],
      [CryptographicParameters, nist],
    ),
    object: {
      keyBlock: {
        keyFormatType: KeyFormatType.Raw,
        keyValue: Buffer.alloc(24, 1),
        cryptographicAlgorithm: CryptographicAlgorithm.AES,
        cryptographicLength: 128,
        keyWrappingData: {
          wrappingMethod: WrappingMethod.Encrypt,
          encryptionKeyInformation: { uniqueIdentifier: 'elsewhere' },
        },
      },
    },
  });
  t.equal(await outcome(world, await register(world, {}), by(uniqueIdentifier)), 'Permission Denied');
});

t.test('does not tell a wrapping key of another vault from one that is not there, the auditor is told', async t => {
  const world = await openWorld(t);
  const wrapping = await wrappingKey(world);
  const key = await register(world, {});
  const { stored } = (await world.objects.find(wrapping))!;
  const unit = world.store.begin();
  const vault = { id: 'c4a2bd8c-1c5f-4f0c-9d4b-6d4d2a7f0002', name: 'other', createdAt: world.now };
  unit.administer({ kind: 'add vault', vault: { ...vault, wrappedKey: Buffer.alloc(61) } });
  unit.insert({ ...stored, vault: vault.id, uniqueIdentifier: 'of-another-vault' });
  await unit.commit();
  const failureOf = (uniqueIdentifier: string) =>
    get(world, key, by(uniqueIdentifier)).then(
      () => undefined,
      (error: unknown) => error as OperationFailure,
    );
  const elsewhere = await failureOf('of-another-vault');
  const nowhere = await failureOf('none');
  t.equal(elsewhere?.reason, 'Wrapping Object Not Found');
  t.equal(elsewhere?.reason, nowhere?.reason);
  t.equal(elsewhere?.message, nowhere?.message);
  t.equal(elsewhere?.options.cause, 'forbidden');
  t.equal(nowhere?.options.cause, undefined);
});

t.test('an archived wrapping key must be recovered first (1.4 §11.12)', async t => {
  const world = await openWorld(t);
  const wrapping = await wrappingKey(world);
  const key = await register(world, {});
  const { stored } = (await world.objects.find(wrapping))!;
  const unit = world.store.begin();
  unit.update((await unit.find(stored.vault, wrapping))!, { isArchived: true });
  await unit.commit();
  t.equal(await outcome(world, key, by(wrapping)), 'Object Archived');
});

t.test('an OperationFailure of wrapping names no key material', async t => {
  const world = await openWorld(t);
  const wrapping = await wrappingKey(world);
  const odd = await register(world, { key: Buffer.alloc(20, 0xab), algorithm: CryptographicAlgorithm.HMAC_SHA1 });
  await t.rejects(get(world, odd, by(wrapping, noEncoding)), {
    message: 'AES Key Wrap takes whole blocks of 8 bytes, at least two, and the key has 20 bytes',
  });
});
