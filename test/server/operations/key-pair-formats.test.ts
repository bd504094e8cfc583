import { createPrivateKey, createPublicKey, ECDH, generateKeyPairSync, type KeyObject } from 'node:crypto';
import t from 'tap';
import {
  CryptographicUsageMask,
  findKeyBlock,
  KeyCompressionType,
  KeyFormatType,
  ObjectType,
  Operation,
  RecommendedCurve,
  supportedVersions,
  V1_3,
  type KeyBlock,
  type KeyMaterial,
  type TransparentEcPublicKey,
  type TransparentRsaPrivateKey,
} from '../../../kmip-codec/index.ts';
import { keyBlockOf, rsaPrivate, rsaPublic } from './object-samples.ts';
import { openWorld, template, type World } from './world.ts';

const { PublicKey, PrivateKey } = ObjectType;
const { PKCS_1, PKCS_8, X_509, ECPrivateKey } = KeyFormatType;
const der = (key: KeyObject, type: 'pkcs1' | 'pkcs8' | 'spki' | 'sec1') =>
  key.export({ format: 'der', type } as { format: 'der'; type: 'pkcs1' });

async function register(world: World, objectType: number, keyBlock: KeyBlock): Promise<string> {
  const { uniqueIdentifier } = await world.run(Operation.Register, {
    objectType: objectType as 2,
    attributes: template([CryptographicUsageMask, CryptographicUsageMask.Sign]),
    object: { keyBlock },
  });
  return uniqueIdentifier;
}
async function materialAs(world: World, uniqueIdentifier: string, keyFormatType: KeyBlock['keyFormatType'], more = {}) {
  const { object } = await world.run(Operation.Get, { uniqueIdentifier, keyFormatType, ...more });
  const keyBlock = findKeyBlock(object)!;
  return { keyBlock, material: (keyBlock.keyValue as { keyMaterial: KeyMaterial }).keyMaterial };
}

t.test('an RSA key is given in each of its formats, whichever it came in (1.4 §2.1.3, §4.11)', async t => {
  const world = await openWorld(t);
  const privates = [
    [PKCS_1, der(rsaPrivate, 'pkcs1')],
    [PKCS_8, der(rsaPrivate, 'pkcs8')],
  ] as const;
  const publics = [
    [PKCS_1, der(rsaPublic, 'pkcs1')],
    [X_509, der(rsaPublic, 'spki')],
  ] as const;
  for (const version of supportedVersions) {
    world.version = version;
    for (const [objectType, formats, transparent] of [
      [PrivateKey, privates, KeyFormatType.TransparentRSAPrivateKey],
      [PublicKey, publics, KeyFormatType.TransparentRSAPublicKey],
    ] as const) {
      for (const [kept, bytes] of formats) {
        const uniqueIdentifier = await register(world, objectType, keyBlockOf(kept, bytes));
        for (const [asked, expected] of formats) {
          const { keyBlock, material } = await materialAs(world, uniqueIdentifier, asked);
          t.equal(keyBlock.keyFormatType, asked);
          t.same(material, expected);
        }
        const { material } = await materialAs(world, uniqueIdentifier, transparent);
        const again = await register(world, objectType, {
          keyFormatType: transparent,
          keyValue: { keyMaterial: material },
        });
        for (const [asked, expected] of formats) t.same((await materialAs(world, again, asked)).material, expected);
      }
    }
  }
});

t.test('an RSA private key may come with fewer numbers: the others follow (2.1 §3.7)', async t => {
  const world = await openWorld(t);
  const whole = await register(world, PrivateKey, keyBlockOf(PKCS_1, der(rsaPrivate, 'pkcs1')));
  const numbers = (await materialAs(world, whole, KeyFormatType.TransparentRSAPrivateKey))
    .material as TransparentRsaPrivateKey;
  const { modulus, publicExponent, privateExponent, p, q } = numbers;
  const only = (keyMaterial: TransparentRsaPrivateKey) =>
    register(world, PrivateKey, {
      keyFormatType: KeyFormatType.TransparentRSAPrivateKey,
      keyValue: { keyMaterial },
    });
  for (const few of [
    { modulus, publicExponent, privateExponent },
    { modulus, publicExponent, p, q },
  ]) {
    const { material } = await materialAs(world, await only(few), PKCS_8);
    const key = createPrivateKey({ key: material as Buffer, format: 'der', type: 'pkcs8' });
    t.equal(createPublicKey(key).equals(rsaPublic), true);
    t.ok(key.export({ format: 'jwk' }).p);
  }
  const outcome = async (few: TransparentRsaPrivateKey) =>
    world.outcome(Operation.Get, { uniqueIdentifier: await only(few), keyFormatType: PKCS_8 });
  const no = 'Key Format Type Not Supported';
  t.equal(await outcome({ modulus, privateExponent }), 'Success', 'the usual Public Exponent is tried');
  t.equal(await outcome({ modulus }), no, 'nothing private');
  t.equal(await outcome({ modulus, publicExponent, p, q: q! + 2n }), no, 'not its primes');
  t.equal(await outcome({ modulus, publicExponent, privateExponent: privateExponent! - 1n }), no, 'not its exponent');
  t.equal(await outcome({ modulus: modulus << 8192n, publicExponent, privateExponent }), no, 'too large');
});

t.test('a key on a curve is given in each of its formats (1.4 §2.1.7.14, §2.1.7.15)', async t => {
  const world = await openWorld(t);
  for (const [namedCurve, recommendedCurve] of [
    ['prime256v1', RecommendedCurve.P_256],
    ['secp384r1', RecommendedCurve.P_384],
    ['secp521r1', RecommendedCurve.P_521],
    ['brainpoolP256r1', RecommendedCurve.BRAINPOOLP256R1],
  ] as const) {
    const pair = generateKeyPairSync('ec', { namedCurve });
    const ids: string[] = [
      await register(world, PrivateKey, keyBlockOf(PKCS_8, der(pair.privateKey, 'pkcs8'))),
      await register(world, PrivateKey, keyBlockOf(ECPrivateKey, der(pair.privateKey, 'sec1'))),
    ];
    const publics = [await register(world, PublicKey, keyBlockOf(X_509, der(pair.publicKey, 'spki')))];
    for (const version of supportedVersions) {
      world.version = version;
      if (!RecommendedCurve.names.isKnownIn(recommendedCurve, version)) {
        const keyFormatType = KeyFormatType.TransparentECDSAPrivateKey;
        t.equal(
          await world.outcome(Operation.Get, { uniqueIdentifier: ids[0]!, keyFormatType }),
          'Key Format Type Not Supported',
          'a curve without a name',
        );
        continue;
      }
      const names = version >= V1_3 ? (['EC', 'ECDSA'] as const) : (['ECDSA', 'ECDH'] as const);
      for (const name of names) {
        const format = KeyFormatType[`Transparent${name}PrivateKey` as 'TransparentECPrivateKey'];
        const { material } = await materialAs(world, ids[0]!, format);
        t.match(material, { recommendedCurve });
        ids.push(await register(world, PrivateKey, { keyFormatType: format, keyValue: { keyMaterial: material } }));
        const its = KeyFormatType[`Transparent${name}PublicKey` as 'TransparentECPublicKey'];
        const point = (await materialAs(world, publics[0]!, its)).material as TransparentEcPublicKey;
        publics.push(await register(world, PublicKey, { keyFormatType: its, keyValue: { keyMaterial: point } }));
        const qString = ECDH.convertKey(point.qString, namedCurve, undefined, undefined, 'compressed') as Buffer;
        publics.push(
          await register(world, PublicKey, {
            keyFormatType: its,
            keyValue: { keyMaterial: { recommendedCurve, qString } },
          }),
        );
      }
      for (const id of ids.splice(1)) {
        // The public point is optional in both (RFC 5915 §3).
        for (const [format, type] of [
          [PKCS_8, 'pkcs8'],
          [ECPrivateKey, 'sec1'],
        ] as const) {
          const { material } = await materialAs(world, id, format);
          const key = createPrivateKey({ key: material as Buffer, format: 'der', type });
          t.equal(createPublicKey(key).equals(pair.publicKey), true);
        }
      }
      for (const id of publics.splice(1)) {
        const { material } = await materialAs(world, id, X_509);
        t.equal(createPublicKey({ key: material as Buffer, format: 'der', type: 'spki' }).equals(pair.publicKey), true);
      }
    }
  }
});

t.test('a point is given compressed or not (1.4 §9.1.3.2.2)', async t => {
  const world = await openWorld(t);
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const uniqueIdentifier = await register(world, PublicKey, keyBlockOf(X_509, der(publicKey, 'spki')));
  const pointAs = async (keyCompressionType: number) => {
    const { material, keyBlock } = await materialAs(world, uniqueIdentifier, KeyFormatType.TransparentECPublicKey, {
      keyCompressionType,
    });
    t.equal(keyBlock.keyCompressionType, keyCompressionType);
    return (material as TransparentEcPublicKey).qString;
  };
  t.equal((await pointAs(KeyCompressionType.ECPublicKeyTypeX9_62CompressedPrime)).length, 33);
  t.equal((await pointAs(KeyCompressionType.ECPublicKeyTypeUncompressed))[0], 4);
  t.match([6, 7], [(await pointAs(KeyCompressionType.ECPublicKeyTypeX9_62Hybrid))[0]! & 6, 7]);
  const outcome = (keyCompressionType: number) =>
    world.outcome(Operation.Get, { uniqueIdentifier, keyCompressionType: keyCompressionType as 1 });
  t.equal(await outcome(KeyCompressionType.ECPublicKeyTypeUncompressed), 'Success', 'as X.509 has it');
  t.equal(await outcome(KeyCompressionType.ECPublicKeyTypeX9_62Hybrid), 'Key Compression Type Not Supported');
});

t.test('formats that a key does not have are refused, and so is what cannot be read (1.4 §11.12)', async t => {
  const world = await openWorld(t);
  const no = 'Key Format Type Not Supported';
  const outcome = (uniqueIdentifier: string, keyFormatType: KeyBlock['keyFormatType']) =>
    world.outcome(Operation.Get, { uniqueIdentifier, keyFormatType });
  const rsa = await register(world, PrivateKey, keyBlockOf(PKCS_1, der(rsaPrivate, 'pkcs1')));
  for (const format of [X_509, ECPrivateKey, KeyFormatType.Raw, KeyFormatType.TransparentECPrivateKey])
    t.equal(await outcome(rsa, format), no);
  t.equal(await outcome(rsa, KeyFormatType.TransparentRSAPublicKey), no, 'a private key has another type');
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ec = await register(world, PrivateKey, keyBlockOf(PKCS_8, der(privateKey, 'pkcs8')));
  for (const format of [PKCS_1, X_509, KeyFormatType.TransparentRSAPrivateKey]) t.equal(await outcome(ec, format), no);
  const off = await register(world, PrivateKey, {
    keyFormatType: KeyFormatType.TransparentECPrivateKey,
    keyValue: { keyMaterial: { recommendedCurve: RecommendedCurve.P_256, d: 1n << 300n } },
    cryptographicAlgorithm: 0x1a,
    cryptographicLength: 256,
  });
  t.equal(await outcome(off, PKCS_8), no, 'a number beyond the curve');
  const point = await register(world, PublicKey, {
    keyFormatType: KeyFormatType.TransparentECPublicKey,
    keyValue: { keyMaterial: { recommendedCurve: RecommendedCurve.P_256, qString: Buffer.alloc(65, 4) } },
    cryptographicAlgorithm: 0x1a,
    cryptographicLength: 256,
  });
  t.equal(await outcome(point, X_509), no, 'a point beside the curve');
});
