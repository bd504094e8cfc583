import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import t from 'tap';
import {
  BlockCipherMode,
  CryptographicUsageMask,
  HashingAlgorithm,
  KeyFormatType,
  MaskGenerator,
  ObjectType,
  Operation,
  PaddingMethod,
  ProtectStopDate,
  UsageLimits,
  UsageLimitsUnit,
  V2_1,
} from '../../../kmip-codec/index.ts';
import { keyBlockOf } from '../../../server/cryptography/index.ts';
import { openWorld, template } from './world.ts';

const cbc = { blockCipherMode: BlockCipherMode.CBC, paddingMethod: PaddingMethod.PKCS5, randomIV: true } as const;
const data = Buffer.from('some text');

void t.test('encrypts with a key and takes it back with the IV it gave (1.4 §4.29, §4.30)', async t => {
  const world = await openWorld(t);
  const uniqueIdentifier = await world.createKey();
  const request = { uniqueIdentifier, cryptographicParameters: cbc, data };
  t.equal(await world.outcome(Operation.Encrypt, request), 'Permission Denied', 'Pre-Active');
  await world.run(Operation.Activate, { uniqueIdentifier });
  const { data: encrypted, ivCounterNonce } = await world.run(Operation.Encrypt, request);
  t.equal(encrypted?.length, 16);
  const back = { uniqueIdentifier, cryptographicParameters: cbc, data: encrypted };
  t.equal(await world.outcome(Operation.Decrypt, back), 'Invalid Message', 'without its IV');
  const decrypted = await world.run(Operation.Decrypt, { ...back, ivCounterNonce });
  t.equal(Buffer.from(decrypted.data!).toString(), 'some text');
});

void t.test('protects nothing after the Protect Stop Date (1.4 §3.26)', async t => {
  const world = await openWorld(t);
  const uniqueIdentifier = await world.createKey([ProtectStopDate, new Date('2030-01-01T01:00:00Z')]);
  await world.run(Operation.Activate, { uniqueIdentifier });
  const request = { uniqueIdentifier, cryptographicParameters: cbc, data };
  t.equal(await world.outcome(Operation.Encrypt, request), 'Success');
  world.later(7200);
  t.equal(await world.outcome(Operation.Encrypt, request), 'Permission Denied');
});

void t.test('counts what it protects against the Usage Limits (1.4 §3.21)', async t => {
  const world = await openWorld(t);
  for (const [usageLimitsUnit, fits] of [
    [UsageLimitsUnit.Byte, 2],
    [UsageLimitsUnit.Object, 20],
  ] as const) {
    const limits = { usageLimitsTotal: 20n, usageLimitsCount: 20n, usageLimitsUnit };
    const uniqueIdentifier = await world.createKey([UsageLimits, limits]);
    await world.run(Operation.Activate, { uniqueIdentifier });
    const request = { uniqueIdentifier, cryptographicParameters: cbc, data };
    for (let i = 0; i < fits; i++) t.equal(await world.outcome(Operation.Encrypt, request), 'Success');
    t.equal(await world.outcome(Operation.Encrypt, request), 'Permission Denied');
    t.equal((await world.valueOf(uniqueIdentifier, UsageLimits))?.usageLimitsCount, 20n - BigInt(fits === 2 ? 18 : 20));
  }
});

void t.test('data in several parts are one message (1.4 §4.29, §4.30)', async t => {
  const world = await openWorld(t);
  for (const [mode, parameters] of Object.entries({
    CBC: cbc,
    GCM: { blockCipherMode: BlockCipherMode.GCM, tagLength: 16, randomIV: true },
  })) {
    const uniqueIdentifier = await world.createKey();
    await world.run(Operation.Activate, { uniqueIdentifier });
    const text = Buffer.alloc(1000, 'many parts ');
    const pieces = [text.subarray(0, 7), text.subarray(7, 600), text.subarray(600)];
    const key = { uniqueIdentifier, cryptographicParameters: parameters };
    const first = await world.run(Operation.Encrypt, { ...key, data: pieces[0], initIndicator: true });
    const { correlationValue, ivCounterNonce } = first;
    const second = await world.run(Operation.Encrypt, { ...key, data: pieces[1], correlationValue });
    const last = await world.run(Operation.Encrypt, {
      ...key,
      data: pieces[2],
      correlationValue,
      finalIndicator: true,
    });
    t.equal(last.correlationValue, undefined);
    const encrypted = Buffer.concat([first, second, last].map(one => one.data ?? Buffer.alloc(0)));
    const tag = last.authenticatedEncryptionTag;
    const whole = { ...key, data: encrypted, ivCounterNonce, authenticatedEncryptionTag: tag };
    t.same(Buffer.from((await world.run(Operation.Decrypt, whole)).data!), text, `${mode}, decrypted at once`);

    const begun = await world.run(Operation.Decrypt, {
      ...key,
      data: encrypted.subarray(0, 100),
      ivCounterNonce,
      initIndicator: true,
    });
    if (tag !== undefined) t.equal(begun.data?.length ?? 0, 0, 'nothing leaves before the tag is seen');
    const rest = await world.run(Operation.Decrypt, {
      ...key,
      data: encrypted.subarray(100),
      correlationValue: begun.correlationValue,
      finalIndicator: true,
      ...(tag !== undefined && { authenticatedEncryptionTag: tag }),
    });
    t.same(Buffer.concat([begun.data ?? Buffer.alloc(0), rest.data!]), text, `${mode}, decrypted in parts`);
  }
});

void t.test(
  'a computation is its client’s and its key’s, and ends with an error, its time or its last part',
  async t => {
    const world = await openWorld(t);
    const uniqueIdentifier = await world.createKey();
    const other = await world.createKey();
    for (const one of [uniqueIdentifier, other]) await world.run(Operation.Activate, { uniqueIdentifier: one });
    const begin = () =>
      world.run(Operation.Encrypt, { uniqueIdentifier, cryptographicParameters: cbc, data, initIndicator: true });
    const outcome = (correlationValue: Uint8Array | undefined, more: object = {}) =>
      world.outcome(Operation.Encrypt, { uniqueIdentifier, data, correlationValue, ...more });
    t.equal(await outcome(Buffer.from('nobody has this')), 'Item Not Found');
    world.version = V2_1;
    t.equal(await outcome(Buffer.from('nobody has this')), 'Invalid Correlation Value');
    const { correlationValue } = await begin();
    t.equal(
      await outcome(correlationValue, { uniqueIdentifier: other }),
      'Invalid Correlation Value',
      'of another key',
    );
    const decrypt = { uniqueIdentifier, data, correlationValue };
    t.equal(await world.outcome(Operation.Decrypt, decrypt), 'Invalid Correlation Value', 'of another operation');
    t.equal(await outcome(correlationValue), 'Success');
    t.equal(await outcome(correlationValue, { data: undefined }), 'Invalid Field', 'a part of nothing');
    t.equal(await outcome(correlationValue), 'Invalid Correlation Value', 'after an error');

    const late = await begin();
    world.later(61);
    t.equal(await outcome(late.correlationValue), 'Invalid Correlation Value');
    for (let i = 0; i < 3; i++) await begin();
    const request = { uniqueIdentifier, cryptographicParameters: cbc, data, initIndicator: true };
    t.equal(await world.outcome(Operation.Encrypt, request), 'Server Limit Exceeded');
  },
);

void t.test(
  'encrypts with RSA public keys, decrypts with private ones, by OAEP and PKCS#1 v1.5 (RFC 8017 §7)',
  async t => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const world = await openWorld(t);
    const register = async (objectType: number, key: KeyObject, format: number, mask: number) => {
      const { uniqueIdentifier } = await world.run(Operation.Register, {
        objectType: objectType as 3,
        attributes: template([CryptographicUsageMask, mask]),
        object: { keyBlock: keyBlockOf(key, format) },
      });
      await world.run(Operation.Activate, { uniqueIdentifier });
      return uniqueIdentifier;
    };
    const { PKCS_8, X_509 } = KeyFormatType;
    const isPrivate = await register(ObjectType.PrivateKey, privateKey, PKCS_8, CryptographicUsageMask.Decrypt);
    const isPublic = await register(
      ObjectType.PublicKey,
      createPublicKey(privateKey),
      X_509,
      CryptographicUsageMask.Encrypt,
    );
    const { OAEP, PKCS1V1_5, ISO10126 } = PaddingMethod;
    const label = { pSource: Buffer.from('label') };
    for (const cryptographicParameters of [
      { paddingMethod: PKCS1V1_5 },
      { paddingMethod: OAEP },
      { paddingMethod: OAEP, hashingAlgorithm: HashingAlgorithm.SHA_256, maskGenerator: MaskGenerator.MGF1 },
      { paddingMethod: OAEP, hashingAlgorithm: HashingAlgorithm.SHA_512, ...label },
      {
        paddingMethod: OAEP,
        hashingAlgorithm: HashingAlgorithm.SHA_1,
        maskGeneratorHashingAlgorithm: HashingAlgorithm.SHA_512,
      },
    ]) {
      const request = { uniqueIdentifier: isPublic, cryptographicParameters, data };
      const encrypted = await world.run(Operation.Encrypt, request);
      const back = { uniqueIdentifier: isPrivate, cryptographicParameters, data: encrypted.data };
      t.same(Buffer.from((await world.run(Operation.Decrypt, back)).data!), data);
      const damaged = Buffer.from(encrypted.data!);
      damaged[5]! ^= 1;
      // A wrong padding of PKCS#1 v1.5 gives other data, so that nobody learns of it.
      const isSilent = cryptographicParameters.paddingMethod === PKCS1V1_5;
      const expected = isSilent ? 'Success' : 'Cryptographic Failure';
      t.equal(await world.outcome(Operation.Decrypt, { ...back, data: damaged }), expected);
    }
    const encrypt = (cryptographicParameters: object, uniqueIdentifier = isPublic) =>
      world.outcome(Operation.Encrypt, { uniqueIdentifier, cryptographicParameters, data });
    t.equal(await encrypt({ paddingMethod: OAEP }, isPrivate), 'Permission Denied', 'the wrong key of the pair');
    world.version = V2_1;
    t.equal(await encrypt({ paddingMethod: OAEP }, isPrivate), 'Invalid Object Type');
    for (const parameters of [
      { paddingMethod: ISO10126 },
      {},
      { paddingMethod: OAEP, hashingAlgorithm: HashingAlgorithm.MD2 },
      { paddingMethod: OAEP, maskGeneratorHashingAlgorithm: HashingAlgorithm.MD2 },
    ])
      t.equal(await encrypt(parameters), 'Unsupported Cryptographic Parameters', JSON.stringify(parameters));
    const parts = { uniqueIdentifier: isPublic, cryptographicParameters: { paddingMethod: OAEP }, data };
    t.equal(
      await world.outcome(Operation.Encrypt, { ...parts, initIndicator: true }),
      'Unsupported Cryptographic Parameters',
    );
  },
);
