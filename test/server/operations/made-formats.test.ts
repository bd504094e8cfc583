import { createHash, createPublicKey } from 'node:crypto';
import t from 'tap';
import {
  CryptographicAlgorithm,
  CryptographicLength,
  CryptographicUsageMask,
  DerivationMethod,
  Digest,
  encodeItemAs,
  findKeyBlock,
  keyMaterialLayout,
  KeyFormatType,
  KeyFormatTypeAttribute,
  ObjectType,
  Operation,
  supportedVersions,
  V1_2,
  V1_3,
  V1_4,
  V2_0,
  V2_1,
  type KeyBlock,
} from '../../../kmip-codec/index.ts';
import { keyBlockOf, keyObjectOf } from '../../../server/cryptography/index.ts';
import { aes256, openWorld, template, type AttributeRow, type World } from './world.ts';

type Format = KeyBlock['keyFormatType'];
const { Raw, PKCS_1, PKCS_8, X_509, ECPrivateKey, TransparentECPrivateKey, TransparentECPublicKey } = KeyFormatType;
const { TransparentSymmetricKey } = KeyFormatType;
const inFormat = (format: Format): AttributeRow => [KeyFormatTypeAttribute, format];
const create = (...rows: AttributeRow[]) => ({
  objectType: ObjectType.SymmetricKey,
  attributes: template(...aes256, ...rows),
});
const pairOf = (algorithm: number, length: number, ofPrivate: AttributeRow[] = [], ofPublic: AttributeRow[] = []) => ({
  commonAttributes: template([CryptographicAlgorithm, algorithm], [CryptographicLength, length]),
  privateKeyAttributes: template([CryptographicUsageMask, CryptographicUsageMask.Sign], ...ofPrivate),
  publicKeyAttributes: template([CryptographicUsageMask, CryptographicUsageMask.Verify], ...ofPublic),
});
async function keptOf({ objects }: World, uniqueIdentifier: string): Promise<KeyBlock> {
  return findKeyBlock(objects.open((await objects.find(uniqueIdentifier))!))!;
}
async function digestsOf({ objects }: World, uniqueIdentifier: string) {
  const digests = (await objects.find(uniqueIdentifier))!.attributes.all(Digest);
  return digests.map(({ value }) => [value.keyFormatType, Buffer.from(value.digestValue!).toString('hex')]);
}
/** The digest of a key in a format, made here anew. */
function digestIn(objectType: number, keyBlock: KeyBlock, format: Format): [Format, string] {
  const { keyValue } = keyBlockOf(keyObjectOf(objectType, keyBlock), format);
  const { keyMaterial } = keyValue as { keyMaterial: Uint8Array };
  const bytes =
    keyMaterial instanceof Uint8Array ? keyMaterial : encodeItemAs(keyMaterialLayout(format), keyMaterial, V1_4);
  return [format, createHash('sha256').update(bytes).digest('hex')];
}

t.test('a key is made in the Key Format Type asked for, with a Digest in the default one too (2.1 §4.26)', async t => {
  const world = await openWorld(t);
  for (const version of [V2_0, V2_1]) {
    world.version = version;
    const symmetric = await world.run(Operation.Create, create(inFormat(TransparentSymmetricKey)));
    const kept = await keptOf(world, symmetric.uniqueIdentifier);
    t.equal(kept.keyFormatType, TransparentSymmetricKey);
    t.equal(await world.valueOf(symmetric.uniqueIdentifier, KeyFormatTypeAttribute), TransparentSymmetricKey);
    const { SymmetricKey } = ObjectType;
    t.same(await digestsOf(world, symmetric.uniqueIdentifier), [
      digestIn(SymmetricKey, kept, TransparentSymmetricKey),
      digestIn(SymmetricKey, kept, Raw),
    ]);
    const usual = await world.run(Operation.Create, create(inFormat(Raw)));
    t.equal((await digestsOf(world, usual.uniqueIdentifier)).length, 1);

    for (const [algorithm, length, privateFormat, publicFormat, usualPrivate, usualPublic] of [
      [CryptographicAlgorithm.RSA, 1024, PKCS_8, X_509, PKCS_1, PKCS_1],
      [CryptographicAlgorithm.EC, 256, ECPrivateKey, X_509, TransparentECPrivateKey, TransparentECPublicKey],
    ] as const) {
      const request = pairOf(algorithm, length, [inFormat(privateFormat)], [inFormat(publicFormat)]);
      const made = await world.run(Operation.CreateKeyPair, request);
      const privateKey = await keptOf(world, made.privateKeyUniqueIdentifier);
      const publicKey = await keptOf(world, made.publicKeyUniqueIdentifier);
      t.same([privateKey.keyFormatType, publicKey.keyFormatType], [privateFormat, publicFormat]);
      t.equal(privateKey.cryptographicAlgorithm, algorithm);
      const { PrivateKey, PublicKey } = ObjectType;
      t.ok(createPublicKey(keyObjectOf(PrivateKey, privateKey)).equals(keyObjectOf(PublicKey, publicKey)));
      t.same(await digestsOf(world, made.privateKeyUniqueIdentifier), [
        digestIn(PrivateKey, privateKey, privateFormat),
        digestIn(PrivateKey, privateKey, usualPrivate),
      ]);
      t.same(await digestsOf(world, made.publicKeyUniqueIdentifier), [
        digestIn(PublicKey, publicKey, publicFormat),
        digestIn(PublicKey, publicKey, usualPublic),
      ]);
      const { privateKeyUniqueIdentifier } = made;
      const again = await world.run(Operation.ReKeyKeyPair, {
        privateKeyUniqueIdentifier,
        privateKeyAttributes: template(inFormat(privateFormat)),
      });
      t.equal((await keptOf(world, again.privateKeyUniqueIdentifier)).keyFormatType, privateFormat);
      t.equal((await keptOf(world, again.publicKeyUniqueIdentifier)).keyFormatType, usualPublic);
    }

    const base = await world.createKey([CryptographicUsageMask, CryptographicUsageMask.DeriveKey]);
    await world.run(Operation.Activate, { uniqueIdentifier: base });
    const derive = (format: Format, objectType: 2 | 7 = ObjectType.SymmetricKey) => ({
      objectType,
      uniqueIdentifiers: [base],
      derivationMethod: DerivationMethod.HKDF,
      derivationParameters: {},
      attributes: template(...aes256, inFormat(format)),
    });
    const derived = await world.run(Operation.DeriveKey, derive(TransparentSymmetricKey));
    t.equal((await keptOf(world, derived.uniqueIdentifier)).keyFormatType, TransparentSymmetricKey);
    const { SecretData } = ObjectType;
    t.equal(
      await world.outcome(Operation.DeriveKey, derive(TransparentSymmetricKey, SecretData)),
      'Invalid Attribute Value',
    );
    for (const format of [PKCS_8, KeyFormatType.Opaque])
      t.equal(await world.outcome(Operation.Create, create(inFormat(format))), 'Invalid Attribute Value');
    const noPair = pairOf(CryptographicAlgorithm.RSA, 1024, [inFormat(ECPrivateKey)]);
    t.equal(await world.outcome(Operation.CreateKeyPair, noPair), 'Invalid Attribute Value');
  }
});

t.test('a key on a curve is given in a format that the version of the client knows', async t => {
  const world = await openWorld(t);
  const formatsIn = async (made: { privateKeyUniqueIdentifier: string; publicKeyUniqueIdentifier: string }) => {
    const formats: (Format | undefined)[] = [];
    for (const uniqueIdentifier of [made.privateKeyUniqueIdentifier, made.publicKeyUniqueIdentifier])
      formats.push(findKeyBlock((await world.run(Operation.Get, { uniqueIdentifier })).object)?.keyFormatType);
    return formats;
  };
  world.version = V2_1;
  const since2 = await world.run(Operation.CreateKeyPair, pairOf(CryptographicAlgorithm.EC, 256));
  world.version = V1_2;
  const before2 = await world.run(Operation.CreateKeyPair, pairOf(CryptographicAlgorithm.EC, 256));
  for (const version of supportedVersions) {
    world.version = version;
    const transparent = [TransparentECPrivateKey, TransparentECPublicKey];
    const encoded = [ECPrivateKey, X_509];
    t.same(await formatsIn(since2), version < V1_3 ? encoded : transparent);
    t.same(await formatsIn(before2), encoded);
  }
});
