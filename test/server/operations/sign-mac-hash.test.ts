import { constants, createHash, createHmac, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';
import t from 'tap';
import {
  BlockCipherMode,
  CryptographicAlgorithm,
  CryptographicUsageMask,
  DigitalSignatureAlgorithm,
  HashingAlgorithm,
  KeyFormatType,
  ObjectType,
  Operation,
  PaddingMethod,
  ValidityIndicator,
  V1_2,
  V1_4,
  V2_1,
  type CryptographicParametersValue,
  type KeyBlock,
} from '../../../kmip-codec/index.ts';
import { keyBlockOf } from './object-samples.ts';
import { openWorld, template, type World } from './world.ts';

const { Valid, Invalid } = ValidityIndicator;
const hex = (text: string) => Buffer.from(text, 'hex');
const data = Buffer.from('what is signed');

async function register(world: World, objectType: number, usage: number, keyBlock: KeyBlock): Promise<string> {
  const { uniqueIdentifier } = await world.run(Operation.Register, {
    objectType: objectType as 1,
    attributes: template([CryptographicUsageMask, usage]),
    object: { keyBlock },
  });
  await world.run(Operation.Activate, { uniqueIdentifier });
  return uniqueIdentifier;
}
const { Sign, Verify, MACGenerate, MACVerify } = CryptographicUsageMask;
const symmetric = (world: World, key: Uint8Array, cryptographicAlgorithm: number) =>
  register(world, ObjectType.SymmetricKey, MACGenerate | MACVerify, {
    ...keyBlockOf(KeyFormatType.Raw, key),
    cryptographicAlgorithm: cryptographicAlgorithm as 1,
    cryptographicLength: key.length * 8,
  });
async function pair(world: World, privateKey: KeyObject, publicKey: KeyObject, algorithm: number, length: number) {
  const more = { cryptographicAlgorithm: algorithm as 1, cryptographicLength: length };
  const pkcs8 = keyBlockOf(KeyFormatType.PKCS_8, privateKey.export({ format: 'der', type: 'pkcs8' }));
  const spki = keyBlockOf(KeyFormatType.X_509, publicKey.export({ format: 'der', type: 'spki' }));
  return {
    privateId: await register(world, ObjectType.PrivateKey, Sign, { ...pkcs8, ...more }),
    publicId: await register(world, ObjectType.PublicKey, Verify, { ...spki, ...more }),
  };
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed = generateKeyPairSync('ed25519');
const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };

/** A signature made by the server, verified by node:crypto, and the other way round. */
const schemes: Readonly<
  Record<
    string,
    {
      keys: { privateKey: KeyObject; publicKey: KeyObject };
      algorithm: number;
      length: number;
      parameters: CryptographicParametersValue;
      hash: string | null;
      options?: object;
    }
  >
> = {
  'RSASSA-PKCS1-v1_5 with SHA-256': {
    ...{ keys: rsa, algorithm: CryptographicAlgorithm.RSA, length: 2048, hash: 'sha256' },
    parameters: { digitalSignatureAlgorithm: DigitalSignatureAlgorithm.SHA_256WithRSAEncryption },
  },
  'RSASSA-PKCS1-v1_5 by padding and hash': {
    ...{ keys: rsa, algorithm: CryptographicAlgorithm.RSA, length: 2048, hash: 'sha512' },
    parameters: { paddingMethod: PaddingMethod.PKCS1V1_5, hashingAlgorithm: HashingAlgorithm.SHA_512 },
  },
  'RSASSA-PSS': {
    ...{ keys: rsa, algorithm: CryptographicAlgorithm.RSA, length: 2048, hash: 'sha256', options: pss },
    parameters: { paddingMethod: PaddingMethod.PSS, hashingAlgorithm: HashingAlgorithm.SHA_256 },
  },
  'ECDSA with SHA-384': {
    ...{ keys: ec, algorithm: CryptographicAlgorithm.EC, length: 256, hash: 'sha384' },
    parameters: { digitalSignatureAlgorithm: DigitalSignatureAlgorithm.ECDSAWithSHA384 },
  },
  Ed25519: {
    ...{ keys: ed, algorithm: CryptographicAlgorithm.Ed25519, length: 256, hash: null },
    parameters: {},
  },
};

for (const [name, { keys, algorithm, length, parameters, hash, options = {} }] of Object.entries(schemes))
  t.test(`${name}: as node:crypto signs and verifies (1.4 §4.31, §4.32)`, async t => {
    const world = await openWorld(t);
    for (const version of algorithm === CryptographicAlgorithm.Ed25519 ? [V2_1] : [V1_2, V1_4, V2_1]) {
      world.version = version;
      const { privateId, publicId } = await pair(world, keys.privateKey, keys.publicKey, algorithm, length);
      const given = { cryptographicParameters: parameters, data };
      const { signatureData } = await world.run(Operation.Sign, { uniqueIdentifier: privateId, ...given });
      t.ok(verify(hash, data, { key: keys.publicKey, ...options }, signatureData!), 'what the server signed');
      const theirs = sign(hash, data, { key: keys.privateKey, ...options });
      const judge = async (signature: Uint8Array, text = data) => {
        const request = { uniqueIdentifier: publicId, cryptographicParameters: parameters, data: text };
        return (await world.run(Operation.SignatureVerify, { ...request, signatureData: signature })).validityIndicator;
      };
      t.equal(await judge(theirs), Valid);
      t.equal(await judge(signatureData!), Valid);
      t.equal(await judge(theirs, Buffer.from('what is not')), Invalid);
      t.equal(await judge(theirs.map((byte, i) => (i === theirs.length - 1 ? byte ^ 1 : byte))), Invalid);
    }
  });

t.test('a signature of several parts is that of the whole (1.4 §4.31)', async t => {
  const world = await openWorld(t);
  world.version = V1_4;
  const { privateId, publicId } = await pair(world, rsa.privateKey, rsa.publicKey, CryptographicAlgorithm.RSA, 2048);
  const { parameters } = schemes['RSASSA-PKCS1-v1_5 with SHA-256']!;
  const inParts = async (operation: 'Sign' | 'SignatureVerify', uniqueIdentifier: string, last: object) => {
    const given = { uniqueIdentifier, cryptographicParameters: parameters };
    const first = await world.run(Operation[operation], { ...given, data: data.subarray(0, 3), initIndicator: true });
    const more = { correlationValue: first.correlationValue! };
    await world.run(Operation[operation], { ...given, ...more, data: data.subarray(3, 8) });
    return world.run(Operation[operation], {
      ...given,
      ...more,
      data: data.subarray(8),
      finalIndicator: true,
      ...last,
    });
  };
  const signature = sign('sha256', data, rsa.privateKey);
  const made = (await inParts('Sign', privateId, {})) as { signatureData?: Uint8Array };
  t.same(Buffer.from(made.signatureData!), signature);
  const told = await inParts('SignatureVerify', publicId, { signatureData: signature });
  t.match(told, { validityIndicator: Valid });
});

t.test('a digest stands for the data, with RSA by PKCS#1 v1.5 (1.4 §4.31, §4.32)', async t => {
  const world = await openWorld(t);
  const hashes = {
    sha1: 'SHA_1',
    sha256: 'SHA_256',
    sha512: 'SHA_512',
    'sha3-256': 'SHA3_256',
    ripemd160: 'RIPEMD_160',
  } as const;
  for (const version of [V1_4, V2_1]) {
    world.version = version;
    const { privateId, publicId } = await pair(world, rsa.privateKey, rsa.publicKey, CryptographicAlgorithm.RSA, 2048);
    for (const [hash, name] of Object.entries(hashes)) {
      const cryptographicParameters = {
        ...{ paddingMethod: PaddingMethod.PKCS1V1_5, hashingAlgorithm: HashingAlgorithm[name] },
      };
      const digestedData = createHash(hash).update(data).digest();
      const given = { cryptographicParameters, digestedData };
      const { signatureData } = await world.run(Operation.Sign, { uniqueIdentifier: privateId, ...given });
      t.same(Buffer.from(signatureData!), sign(hash, data, rsa.privateKey), hash);
      const judge = async (signature: Uint8Array) =>
        (await world.run(Operation.SignatureVerify, { uniqueIdentifier: publicId, ...given, signatureData: signature }))
          .validityIndicator;
      t.equal(await judge(signatureData!), Valid);
      t.equal(await judge(sign(hash, Buffer.from('other data'), rsa.privateKey)), Invalid);
      t.equal(await judge(Buffer.alloc(256)), Invalid);
      t.equal(await judge(Buffer.alloc(3)), Invalid);
      for (const wrong of [{ data }, { initIndicator: true }, { digestedData: digestedData.subarray(1) }]) {
        const outcome = await world.outcome(Operation.Sign, { uniqueIdentifier: privateId, ...given, ...wrong });
        t.equal(outcome, 'Invalid Field', Object.keys(wrong).join());
      }
    }
  }
});

/** RFC 4231 §4.2, §4.7; RFC 4493 §4 (AES-128, messages of 0, 16, 40 and 64 bytes). */
const text = hex(
  '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710',
);
const cmacKey = hex('2b7e151628aed2a6abf7158809cf4f3c');
const cmac = { blockCipherMode: BlockCipherMode.CMAC };
const hmac256 = { hashingAlgorithm: HashingAlgorithm.SHA_256 };
const macs: readonly [string, Buffer, number, CryptographicParametersValue, Buffer, string][] = [
  [
    'HMAC-SHA-256 (RFC 4231 §4.2)',
    ...([Buffer.alloc(20, 0x0b), CryptographicAlgorithm.HMAC_SHA256, {}, Buffer.from('Hi There')] as const),
    'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
  ],
  [
    'HMAC-SHA-512 with a key longer than a block (RFC 4231 §4.7)',
    ...([Buffer.alloc(131, 0xaa), CryptographicAlgorithm.HMAC_SHA512, {}] as const),
    Buffer.from('Test Using Larger Than Block-Size Key - Hash Key First'),
    '80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352' +
      '6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598',
  ],
  [
    'CMAC of nothing',
    cmacKey,
    CryptographicAlgorithm.AES,
    cmac,
    text.subarray(0, 0),
    'bb1d6929e95937287fa37d129b756746',
  ],
  [
    'CMAC of a block',
    cmacKey,
    CryptographicAlgorithm.AES,
    cmac,
    text.subarray(0, 16),
    '070a16b46b4d4144f79bdd9dd04a287c',
  ],
  [
    'CMAC of 40 bytes',
    cmacKey,
    CryptographicAlgorithm.AES,
    cmac,
    text.subarray(0, 40),
    'dfa66747de9ae63030ca32611497c827',
  ],
  ['CMAC of 64 bytes', cmacKey, CryptographicAlgorithm.AES, cmac, text, '51f0bebf7e3b9d92fc49741779363cfe'],
];

t.test('MACs that are known (1.4 §4.33, §4.34)', async t => {
  const world = await openWorld(t);
  for (const version of [V1_2, V2_1])
    for (const [name, key, algorithm, cryptographicParameters, message, expected] of macs) {
      world.version = version;
      const uniqueIdentifier = await symmetric(world, key, algorithm);
      const given = { uniqueIdentifier, cryptographicParameters, data: message };
      const { macData } = await world.run(Operation.MAC, given);
      t.equal(Buffer.from(macData!).toString('hex'), expected, name);
      const judge = async (mac: Uint8Array) =>
        (await world.run(Operation.MACVerify, { ...given, macData: mac })).validityIndicator;
      t.equal(await judge(hex(expected)), Valid, name);
      t.equal(await judge(hex(expected).subarray(1)), Invalid, `${name}, cut`);
      t.equal(await judge(Buffer.alloc(macData!.length)), Invalid, `${name}, another`);
    }
});

t.test('a MAC and a hash of several parts are those of the whole (1.4 §4.33, §4.37)', async t => {
  const world = await openWorld(t);
  world.version = V1_4;
  const key = Buffer.alloc(32, 7);
  const uniqueIdentifier = await symmetric(world, key, CryptographicAlgorithm.AES);
  const given = { cryptographicParameters: hmac256 };
  const first = await world.run(Operation.MAC, {
    ...given,
    uniqueIdentifier,
    data: text.subarray(0, 5),
    initIndicator: true,
  });
  const { correlationValue } = first;
  const last = { correlationValue, data: text.subarray(5), finalIndicator: true };
  const { macData } = await world.run(Operation.MAC, { ...given, uniqueIdentifier, ...last });
  t.same(Buffer.from(macData!), createHmac('sha256', key).update(text).digest());

  const begun = await world.run(Operation.Hash, { ...given, data: text.subarray(0, 9), initIndicator: true });
  t.equal(begun.data, undefined);
  const rest = { correlationValue: begun.correlationValue, data: text.subarray(9), finalIndicator: true };
  const hashed = await world.run(Operation.Hash, { ...given, ...rest });
  t.same(Buffer.from(hashed.data!), createHash('sha256').update(text).digest());
});

t.test('every hash that KMIP has and OpenSSL too; the others are Invalid Field (1.4 §4.37)', async t => {
  const world = await openWorld(t);
  world.version = V2_1;
  const expected: Readonly<Record<string, string>> = {
    ...{ MD5: 'md5', SHA_1: 'sha1', SHA_224: 'sha224', SHA_256: 'sha256', SHA_384: 'sha384', SHA_512: 'sha512' },
    ...{ RIPEMD_160: 'ripemd160', SHA_512_224: 'sha512-224', SHA_512_256: 'sha512-256' },
    ...{ SHA3_224: 'sha3-224', SHA3_256: 'sha3-256', SHA3_384: 'sha3-384', SHA3_512: 'sha3-512' },
  };
  for (const name of ['MD2', 'MD4', 'Tiger', 'Whirlpool', ...Object.keys(expected)]) {
    const hashingAlgorithm = HashingAlgorithm[name as 'MD5'];
    const request = { cryptographicParameters: { hashingAlgorithm }, data: text };
    const known = expected[name];
    if (known === undefined) t.equal(await world.outcome(Operation.Hash, request), 'Invalid Field', name);
    else
      t.same(
        Buffer.from((await world.run(Operation.Hash, request)).data!),
        createHash(known).update(text).digest(),
        name,
      );
  }
});

t.test('random bytes are as many as asked for; of a seed none is used (1.4 §4.35, §4.36)', async t => {
  const world = await openWorld(t);
  for (const version of [V1_2, V2_1]) {
    world.version = version;
    for (const dataLength of [1, 16, 65536])
      t.equal((await world.run(Operation.RNGRetrieve, { dataLength })).data.length, dataLength);
    for (const dataLength of [0, -1, 65537])
      t.equal(await world.outcome(Operation.RNGRetrieve, { dataLength }), 'Invalid Field', `${dataLength} bytes`);
    t.same(await world.run(Operation.RNGSeed, { data: text }), { dataLength: 0 });
  }
});
