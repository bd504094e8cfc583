import { createHash, createHmac, diffieHellman, hkdfSync, pbkdf2Sync } from 'node:crypto';
import t from 'tap';
import {
  BlockCipherMode,
  CryptographicAlgorithm,
  CryptographicDomainParameters,
  CryptographicLength,
  CryptographicParameters,
  CryptographicUsageMask,
  DerivationMethod,
  Extractable,
  findKeyBlock,
  HashingAlgorithm,
  KeyFormatType,
  Link,
  LinkType,
  ObjectType,
  Operation,
  ProtectStopDate,
  RandomNumberGenerator,
  RecommendedCurve,
  RNGAlgorithm,
  SecretDataType,
  Sensitive,
  State,
  supportedVersions,
  UsageLimits,
  UsageLimitsUnit,
  V1_4,
  V2_0,
  V2_1,
  type RequestOf,
  type SecretData,
} from '../../../kmip-codec/index.ts';
import { keyObjectOf } from '../../../server/cryptography/index.ts';
import type { OperationFailure } from '../../../server/operations/index.ts';
import { keyBlockOf } from './object-samples.ts';
import { openWorld, template, type AttributeRow, type World } from './world.ts';

type Request = RequestOf<typeof Operation.DeriveKey>;
const { SHA_1, SHA_256 } = HashingAlgorithm;
const { DeriveKey, Encrypt, Decrypt } = CryptographicUsageMask;
const mayDerive: AttributeRow = [CryptographicUsageMask, DeriveKey];
const bySha256: AttributeRow = [CryptographicParameters, { hashingAlgorithm: SHA_256 }];

async function active(world: World, uniqueIdentifier: string): Promise<string> {
  await world.run(Operation.Activate, { uniqueIdentifier });
  return uniqueIdentifier;
}
const newKey = async (world: World, ...rows: readonly AttributeRow[]) =>
  active(world, await world.createKey(mayDerive, ...rows));
/** Secret Data with these bytes. */
async function newSecret(world: World, bytes: Uint8Array, row: AttributeRow = mayDerive): Promise<string> {
  const { uniqueIdentifier } = await world.run(Operation.Register, {
    objectType: ObjectType.SecretData,
    attributes: template(row),
    object: { secretDataType: SecretDataType.Password, keyBlock: keyBlockOf(KeyFormatType.Raw, bytes) },
  });
  return active(world, uniqueIdentifier);
}
async function keyOf({ objects }: World, uniqueIdentifier: string): Promise<Buffer> {
  const object = (await objects.find(uniqueIdentifier))!;
  return keyObjectOf(object.objectType, findKeyBlock(objects.open(object))!).export();
}

const aes = (length = 256): readonly AttributeRow[] => [
  [CryptographicAlgorithm, CryptographicAlgorithm.AES],
  [CryptographicLength, length],
  [CryptographicUsageMask, Encrypt | Decrypt],
];
/** A request for an AES key, or for Secret Data of so many bits. */
const asking = (
  { version }: World,
  uniqueIdentifiers: readonly string[],
  method: Request['derivationMethod'],
  { data = [], ...parameters }: Request['derivationParameters'] & { data?: readonly Uint8Array[] } = {},
  rows: readonly AttributeRow[] = aes(),
): Request => ({
  objectType: ObjectType.SymmetricKey,
  uniqueIdentifiers: [...uniqueIdentifiers],
  derivationMethod: method,
  derivationParameters: {
    ...parameters,
    ...(data.length > 0 && (version < V2_0 ? { derivationData: data[0]! } : { derivationDataParts: [...data] })),
  },
  attributes: template(...rows),
});
const DATA = Buffer.from('for this purpose');

t.test(
  'a key that is derived has the bytes that the method gives, and Links both ways, in every version (1.4 §4.6)',
  async t => {
    const world = await openWorld(t);
    for (const version of supportedVersions) {
      world.version = version;
      const base = await newKey(world);
      world.later(5);
      const cryptographicParameters = { hashingAlgorithm: SHA_256 };
      const request = asking(world, [base], DerivationMethod.HMAC, { cryptographicParameters, data: [DATA] });
      const { uniqueIdentifier } = await world.run(Operation.DeriveKey, request);
      t.equal(world.idPlaceholder, uniqueIdentifier);
      const expected = createHmac('sha256', await keyOf(world, base))
        .update(DATA)
        .digest();
      t.same(await keyOf(world, uniqueIdentifier), expected);

      const object = (await world.objects.find(uniqueIdentifier))!;
      t.equal(object.objectType, ObjectType.SymmetricKey);
      t.equal(object.attributes.get(CryptographicLength), 256);
      t.equal(object.attributes.get(State), State.PreActive);
      t.equal(object.attributes.get(RandomNumberGenerator)?.rngAlgorithm, RNGAlgorithm.Unspecified);
      t.same(await world.valueOf(uniqueIdentifier, Link), {
        linkType: LinkType.DerivationBaseObjectLink,
        linkedObjectIdentifier: base,
      });
      t.same(await world.valueOf(base, Link), {
        linkType: LinkType.DerivedKeyLink,
        linkedObjectIdentifier: uniqueIdentifier,
      });
    }
  },
);

t.test('Secret Data from a password, as long as is asked for, in every version (1.4 §4.6)', async t => {
  const world = await openWorld(t);
  for (const version of supportedVersions) {
    world.version = version;
    const password = await newSecret(world, Buffer.from('password'));
    const pbkdf2 = { salt: Buffer.from('salt'), iterationCount: 100 };
    const request = asking(world, [password], DerivationMethod.PBKDF2, pbkdf2, [
      [CryptographicLength, 328],
      [CryptographicUsageMask, DeriveKey],
    ]);
    const { uniqueIdentifier } = await world.run(Operation.DeriveKey, {
      ...request,
      objectType: ObjectType.SecretData,
    });
    const expected = pbkdf2Sync('password', 'salt', 100, 41, 'sha1');
    t.same(await keyOf(world, uniqueIdentifier), expected);
    const { objects } = world;
    const value = objects.open((await objects.find(uniqueIdentifier))!) as SecretData;
    t.equal(value.secretDataType, SecretDataType.Seed);
    t.equal(await world.valueOf(uniqueIdentifier, CryptographicLength), 328);
  }
});

t.test('the Derivation Data may be a Secret Data object, named before the key or after it (1.4 §4.6)', async t => {
  const world = await openWorld(t);
  const key = await newKey(world, [CryptographicParameters, { hashingAlgorithm: SHA_1 }]);
  const data = await newSecret(world, DATA);
  const expected = createHmac('sha1', await keyOf(world, key))
    .update(DATA)
    .digest()
    .subarray(0, 16);
  for (const named of [
    [key, data],
    [data, key],
  ]) {
    const request = asking(world, named, DerivationMethod.HMAC, {}, aes(128));
    const { uniqueIdentifier } = await world.run(Operation.DeriveKey, request);
    t.same(await keyOf(world, uniqueIdentifier), expected, 'by the Cryptographic Parameters of the key');
    const links = (await world.objects.find(uniqueIdentifier))!.attributes.all(Link);
    t.same(
      links.map(one => one.value.linkedObjectIdentifier),
      named,
    );
  }
  t.equal((await world.objects.find(data))!.attributes.all(Link).length, 2);
});

t.test('before 2.0 the parameters must be an instance of those of the key (1.4 §4.6)', async t => {
  const world = await openWorld(t);
  const cryptographicParameters = { hashingAlgorithm: SHA_256 };
  const [with256, with1, without] = [
    await newKey(world, bySha256),
    await newKey(world, [CryptographicParameters, { hashingAlgorithm: SHA_1 }]),
    await newKey(world),
  ];
  const secret = await newSecret(world, DATA);
  const outcome = (base: string, more = {}) =>
    world.outcome(Operation.DeriveKey, asking(world, [base], DerivationMethod.HASH, more, aes(128)));
  for (const [version, told] of [
    [V1_4, 'Invalid Field'],
    [V2_1, 'Success'],
  ] as const) {
    world.version = version;
    t.equal(await outcome(with256, { cryptographicParameters }), 'Success');
    t.equal(await outcome(with256), 'Success', 'its own when none are given');
    t.equal(await outcome(with1, { cryptographicParameters }), told);
    t.equal(await outcome(without, { cryptographicParameters }), told);
    t.equal(await outcome(secret, { cryptographicParameters }), 'Success', 'Secret Data of 1.x have none');
  }
  t.equal(await outcome(without), 'Bad Cryptographic Parameters');
});

t.test('every method reaches its function (2.1 §11.14)', async t => {
  const world = await openWorld(t);
  world.version = V2_1;
  const base = await newKey(world);
  const key = await keyOf(world, base);
  const derived = async (method: Request['derivationMethod'], more: Parameters<typeof asking>[3], from = [base]) => {
    const request = asking(world, from, method, more, aes(128));
    return keyOf(world, (await world.run(Operation.DeriveKey, request)).uniqueIdentifier);
  };
  const cryptographicParameters = { hashingAlgorithm: SHA_256 };
  const salt = Buffer.from('salt');
  t.same(
    await derived(DerivationMethod.HKDF, { salt, data: [DATA] }),
    Buffer.from(hkdfSync('sha256', key, salt, DATA, 16)),
  );
  t.same(
    await derived(DerivationMethod.HASH, { cryptographicParameters }),
    createHash('sha256').update(key).digest().subarray(0, 16),
  );
  const block = await derived(DerivationMethod.ENCRYPT, {
    cryptographicParameters: { blockCipherMode: BlockCipherMode.CBC },
    initializationVector: Buffer.alloc(16, 1),
    data: [Buffer.alloc(16)],
  });
  t.same(
    block,
    await derived(DerivationMethod.ENCRYPT, {
      cryptographicParameters: { blockCipherMode: BlockCipherMode.ECB },
      data: [Buffer.alloc(16, 1)],
    }),
    'the key of the object, the vector and the data',
  );
  const counter = Buffer.concat([Buffer.of(0, 0, 0, 1), DATA, Buffer.of(0, 0, 0, 128)]);
  t.same(
    await derived(DerivationMethod.NIST800_108_C, { cryptographicParameters, data: [DATA] }),
    createHmac('sha256', key).update(counter).digest().subarray(0, 16),
  );
  for (const method of [DerivationMethod.NIST800_108_F, DerivationMethod.NIST800_108_DPI])
    t.equal((await derived(method, { cryptographicParameters, data: [DATA] })).length, 16);
  const aws = await derived(
    DerivationMethod.AWSSignatureVersion4,
    {
      data: ['20150830', 'us-east-1', 'iam'].map(one => Buffer.from(one)),
    },
    [await newSecret(world, Buffer.from('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'))],
  );
  t.equal(aws.toString('hex'), 'c4afb1cc5771d871763a393e44b70357');
});

t.test('Asymmetric Key: two sides derive the same key (1.4 §9.1.3.2.21)', async t => {
  const world = await openWorld(t);
  for (const version of [V1_4, V2_1]) {
    world.version = version;
    const recommendedCurve = version < V2_0 ? RecommendedCurve.P_384 : RecommendedCurve.CURVE25519;
    const pair = async () => {
      const made = await world.run(Operation.CreateKeyPair, {
        commonAttributes: template(
          [CryptographicAlgorithm, CryptographicAlgorithm.ECDH],
          [CryptographicDomainParameters, { recommendedCurve }],
          mayDerive,
        ),
      });
      return [
        await active(world, made.privateKeyUniqueIdentifier),
        await active(world, made.publicKeyUniqueIdentifier),
      ] as const;
    };
    const [a, b] = [await pair(), await pair()];
    const derived = async (...named: string[]) => {
      const request = asking(world, named, DerivationMethod.AsymmetricKey);
      return (await world.run(Operation.DeriveKey, request)).uniqueIdentifier;
    };
    const ours = await derived(a[0], b[1]);
    t.same(await keyOf(world, ours), await keyOf(world, await derived(a[1], b[0])), 'in any order');
    const { objects } = world;
    const [privateKey, publicKey] = await Promise.all(
      [a[0], b[1]].map(async one => {
        const object = (await objects.find(one))!;
        return keyObjectOf(object.objectType, findKeyBlock(objects.open(object))!);
      }),
    );
    const secret = diffieHellman({ privateKey: privateKey!, publicKey: publicKey! });
    t.same(await keyOf(world, ours), secret.subarray(0, 32));
    const [other] = (await world.objects.find(b[1]))!.attributes.all(Link).slice(-1);
    t.same(other?.value, { linkType: LinkType.DerivedKeyLink, linkedObjectIdentifier: ours });
    for (const named of [[a[0]], [a[0], b[0]], [a[1], b[1]]]) {
      const outcome = await world.outcome(Operation.DeriveKey, asking(world, named, DerivationMethod.AsymmetricKey));
      t.equal(outcome, version < V2_0 ? 'Invalid Field' : 'Invalid Object Type');
    }
  }
});

t.test('a derived DES key has the bytes of its length, and odd parity (1.4 §4.1)', async t => {
  const world = await openWorld(t);
  world.version = V2_1;
  const base = await newKey(world);
  const rows: AttributeRow[] = [
    [CryptographicAlgorithm, CryptographicAlgorithm.DES3],
    [CryptographicLength, 168],
    [CryptographicUsageMask, Encrypt],
  ];
  const request = asking(world, [base], DerivationMethod.HKDF, {}, rows);
  const key = await keyOf(world, (await world.run(Operation.DeriveKey, request)).uniqueIdentifier);
  const expected = Buffer.from(hkdfSync('sha256', await keyOf(world, base), '', '', 24));
  t.same(
    key.map(byte => byte & 0xfe),
    expected.map(byte => byte & 0xfe),
  );
  for (const byte of key) t.equal(byte.toString(2).replaceAll('0', '').length % 2, 1);
});

t.test('an object of another vault is one that is not there, the auditor is told', async t => {
  const world = await openWorld(t);
  const { stored } = (await world.objects.find(await newKey(world)))!;
  const unit = world.store.begin();
  const vault = { id: 'c4a2bd8c-1c5f-4f0c-9d4b-6d4d2a7f0002', name: 'other', createdAt: world.now };
  unit.administer({ kind: 'add vault', vault: { ...vault, wrappedKey: Buffer.alloc(61) } });
  unit.insert({ ...stored, vault: vault.id, uniqueIdentifier: 'of-another-vault' });
  await unit.commit();
  const failureOf = (base: string) =>
    world.run(Operation.DeriveKey, asking(world, [base], DerivationMethod.HASH)).then(
      () => undefined,
      (error: unknown) => error as OperationFailure,
    );
  const [elsewhere, nowhere] = [await failureOf('of-another-vault'), await failureOf('none')];
  t.equal(elsewhere?.reason, 'Object Not Found');
  t.equal(elsewhere?.reason, nowhere?.reason);
  t.equal(elsewhere?.message, nowhere?.message);
  t.equal(elsewhere?.options.cause, 'forbidden');
  t.equal(nowhere?.options.cause, undefined);
});

t.test('deriving is protecting: it counts, and ends with the Protect Stop Date (1.4 §3.19, §3.26)', async t => {
  const world = await openWorld(t);
  const stop = new Date(world.now.getTime() + 60_000);
  const base = await newKey(
    world,
    bySha256,
    [UsageLimits, { usageLimitsTotal: 40n, usageLimitsUnit: UsageLimitsUnit.Byte }],
    [ProtectStopDate, stop],
  );
  const outcome = () => world.outcome(Operation.DeriveKey, asking(world, [base], DerivationMethod.HASH));
  t.equal(await outcome(), 'Success');
  t.equal((await world.valueOf(base, UsageLimits))?.usageLimitsCount, 8n);
  t.equal(await outcome(), 'Permission Denied', '32 bytes more');
  t.equal((await world.valueOf(base, UsageLimits))?.usageLimitsCount, 8n);
  const stopping = await newKey(world, bySha256, [ProtectStopDate, stop]);
  world.later(61);
  const late = asking(world, [stopping], DerivationMethod.HASH);
  t.equal(await world.outcome(Operation.DeriveKey, late), 'Invalid Field', 'its Protect Stop Date has passed');
});

t.test('ENCRYPT does not lead around Sensitive and Extractable (1.4 §3.48, §3.50)', async t => {
  const world = await openWorld(t);
  world.version = V2_1;
  const key = await newKey(world);
  const parameters = { cryptographicParameters: { blockCipherMode: BlockCipherMode.ECB } };
  for (const [attribute, held, open] of [
    [Sensitive, true, false],
    [Extractable, false, true],
  ] as const) {
    const { uniqueIdentifier: data } = await world.run(Operation.Register, {
      objectType: ObjectType.SecretData,
      attributes: template(mayDerive, [attribute, held]),
      object: { secretDataType: SecretDataType.Password, keyBlock: keyBlockOf(KeyFormatType.Raw, Buffer.alloc(32)) },
    });
    await active(world, data);
    const outcome = (method: Request['derivationMethod'], ...rows: AttributeRow[]) =>
      world.outcome(Operation.DeriveKey, asking(world, [key, data], method, parameters, [...aes(), ...rows]));
    t.equal(await outcome(DerivationMethod.ENCRYPT), 'Permission Denied');
    t.equal(await outcome(DerivationMethod.ENCRYPT, [attribute, open]), 'Permission Denied');
    t.equal(await outcome(DerivationMethod.ENCRYPT, [attribute, held]), 'Success');
    const heldKey = await newKey(world, [attribute, held]);
    const given = { ...parameters, data: [Buffer.alloc(32)] };
    t.equal(
      await world.outcome(Operation.DeriveKey, asking(world, [heldKey], DerivationMethod.ENCRYPT, given)),
      'Success',
      'the key stays a secret',
    );
  }
});

t.test('a key is derived from a base as long as it can take a Link', async t => {
  const world = await openWorld(t);
  world.version = V2_1;
  const base = await newKey(world, bySha256);
  const outcome = () => world.outcome(Operation.DeriveKey, asking(world, [base], DerivationMethod.HASH));
  for (let i = 0; i < world.server.attributeInstancesMax; i++) t.equal(await outcome(), 'Success');
  t.equal(await outcome(), 'Server Limit Exceeded');
});

t.test('what cannot be derived (1.4 §11.7)', async t => {
  const world = await openWorld(t);
  const base = await newKey(world, bySha256);
  const data = await newSecret(world, DATA);
  const { HASH, HMAC, PBKDF2 } = DerivationMethod;
  const outcome = (...given: Parameters<typeof asking> extends [World, ...infer R] ? R : never) =>
    world.outcome(Operation.DeriveKey, asking(world, ...given));
  t.equal(await outcome([base], HASH), 'Success');
  t.equal(await outcome([], HASH), 'Invalid Field', 'nothing to derive from');
  t.equal(await outcome([base, base], HASH), 'Invalid Field', 'twice the same');
  t.equal(await outcome([base, 'nobody'], HMAC), 'Item Not Found');
  t.equal(await outcome([base, data], HASH), 'Invalid Field', 'one too many');
  t.equal(await outcome([base], HASH, { data: [DATA] }), 'Invalid Message', 'the key or the data');
  t.equal(await outcome([base, data], HMAC, { data: [DATA] }), 'Invalid Message', 'data twice');
  t.equal(await outcome([base, await newKey(world)], HMAC), 'Invalid Field', 'data in a key');
  t.equal(await outcome([base], HMAC), 'Invalid Field', 'no data');
  t.equal(await outcome([data], PBKDF2, { iterationCount: 1 }), 'Invalid Field', 'no salt');
  t.equal(await outcome([base], HASH, {}, aes().slice(0, 2)), 'Invalid Field', 'no usage mask');
  for (const at of [0, 1]) t.equal(await outcome([base], HASH, {}, aes().toSpliced(at, 1)), 'Invalid Field');
  t.equal(await outcome([base], HASH, {}, aes(100)), 'Invalid Field', 'no length of AES');
  const request = asking(world, [base], HASH, {}, [[CryptographicUsageMask, DeriveKey]]);
  t.equal(
    await world.outcome(Operation.DeriveKey, { ...request, objectType: ObjectType.SecretData }),
    'Invalid Field',
    'Secret Data without a length',
  );
  for (const [length, told] of [
    [12, 'Invalid Field'],
    [0, 'Invalid Field'],
    [264, 'Cryptographic Failure'],
    [2 ** 30, 'Cryptographic Failure'],
  ] as const)
    t.equal(
      await world.outcome(Operation.DeriveKey, {
        ...request,
        objectType: ObjectType.SecretData,
        attributes: template([CryptographicLength, length]),
      }),
      told,
      `${length} bits`,
    );
});
