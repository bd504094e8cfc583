import { createPrivateKey, createPublicKey } from 'node:crypto';
import t from 'tap';
import {
  CryptographicAlgorithm,
  CryptographicDomainParameters,
  CryptographicLength,
  CryptographicUsageMask,
  findKeyBlock,
  Link,
  LinkType,
  Name,
  NameType,
  ObjectType,
  Operation,
  RecommendedCurve,
  supportedVersions,
  V2_1,
  type KeyBlock,
} from '../../../kmip-codec/index.ts';
import { keyObjectOf } from '../../../server/cryptography/index.ts';
import { openWorld, template, type AttributeRow, type World } from './world.ts';

const sign: AttributeRow = [CryptographicUsageMask, CryptographicUsageMask.Sign];
const verify: AttributeRow = [CryptographicUsageMask, CryptographicUsageMask.Verify];
const rsa: AttributeRow[] = [
  [CryptographicAlgorithm, CryptographicAlgorithm.RSA],
  [CryptographicLength, 1024],
];
const pairOf = (common: AttributeRow[], ofPrivate: AttributeRow[] = [], ofPublic: AttributeRow[] = []) => ({
  commonAttributes: template(...common),
  privateKeyAttributes: template(sign, ...ofPrivate),
  publicKeyAttributes: template(verify, ...ofPublic),
});

async function keyBlockOf(world: World, uniqueIdentifier: string): Promise<KeyBlock> {
  const { objects } = world;
  return findKeyBlock(objects.open((await objects.find(uniqueIdentifier))!))!;
}
const bytesOf = ({ keyValue }: KeyBlock) => (keyValue as { keyMaterial: Buffer }).keyMaterial;

t.test('two keys of one pair, linked both ways, in every version (1.4 §4.2)', async t => {
  const world = await openWorld(t);
  for (const version of supportedVersions) {
    world.version = version;
    const made = await world.run(Operation.CreateKeyPair, pairOf(rsa));
    t.equal(world.idPlaceholder, made.privateKeyUniqueIdentifier);
    t.same(await world.valueOf(made.privateKeyUniqueIdentifier, Link), {
      linkType: LinkType.PublicKeyLink,
      linkedObjectIdentifier: made.publicKeyUniqueIdentifier,
    });
    t.same(await world.valueOf(made.publicKeyUniqueIdentifier, Link), {
      linkType: LinkType.PrivateKeyLink,
      linkedObjectIdentifier: made.privateKeyUniqueIdentifier,
    });
    const privateKey = createPrivateKey({
      key: Buffer.from(bytesOf(await keyBlockOf(world, made.privateKeyUniqueIdentifier))),
      format: 'der',
      type: 'pkcs1',
    });
    const publicBytes = bytesOf(await keyBlockOf(world, made.publicKeyUniqueIdentifier));
    t.same(createPublicKey(privateKey).export({ format: 'der', type: 'pkcs1' }), Buffer.from(publicBytes));
  }
});

t.test('curves by their name or by their length (1.4 §3.7)', async t => {
  const world = await openWorld(t);
  const ec: AttributeRow = [CryptographicAlgorithm, CryptographicAlgorithm.EC];
  const named: AttributeRow = [CryptographicDomainParameters, { recommendedCurve: RecommendedCurve.P_384 }];
  for (const [rows, length] of [
    [[ec, named], 384],
    [[ec, [CryptographicLength, 521]], 521],
    [[ec], 256],
  ] as [AttributeRow[], number][]) {
    const made = await world.run(Operation.CreateKeyPair, pairOf(rows));
    t.equal(await world.valueOf(made.publicKeyUniqueIdentifier, CryptographicLength), length);
    t.equal(await world.valueOf(made.privateKeyUniqueIdentifier, CryptographicLength), length);
  }
  t.equal(
    await world.outcome(Operation.CreateKeyPair, pairOf([ec, named, [CryptographicLength, 256]])),
    'Invalid Field',
  );
});

t.test('curves that have no length of their own are made by their name (2.1 §11.42)', async t => {
  const world = await openWorld(t);
  world.version = V2_1;
  for (const [algorithm, recommendedCurve, type, length] of [
    [CryptographicAlgorithm.EC, RecommendedCurve.BRAINPOOLP320R1, 'ec', 320],
    [CryptographicAlgorithm.ECDSA, RecommendedCurve.SECP256K1, 'ec', 256],
    [CryptographicAlgorithm.ECDH, RecommendedCurve.CURVE25519, 'x25519', 256],
    [CryptographicAlgorithm.ECDH, RecommendedCurve.CURVE448, 'x448', 448],
  ] as const) {
    const rows: AttributeRow[] = [
      [CryptographicAlgorithm, algorithm],
      [CryptographicDomainParameters, { recommendedCurve }],
    ];
    const made = await world.run(Operation.CreateKeyPair, pairOf(rows));
    const keyBlock = await keyBlockOf(world, made.publicKeyUniqueIdentifier);
    t.equal(keyBlock.cryptographicAlgorithm, algorithm);
    t.equal(keyBlock.cryptographicLength, length);
    t.equal(keyObjectOf(ObjectType.PublicKey, keyBlock).asymmetricKeyType, type);
  }
  const noSignatures = RecommendedCurve.CURVE25519;
  t.equal(
    await world.outcome(
      Operation.CreateKeyPair,
      pairOf([
        [CryptographicAlgorithm, CryptographicAlgorithm.ECDSA],
        [CryptographicDomainParameters, { recommendedCurve: noSignatures }],
      ]),
    ),
    'Invalid Attribute Value',
  );
});

t.test('what cannot be made (1.4 §11.3)', async t => {
  const world = await openWorld(t);
  const name: AttributeRow = [Name, { nameValue: 'pair', nameType: NameType.UninterpretedTextString }];
  const outcome = (...given: Parameters<typeof pairOf>) => world.outcome(Operation.CreateKeyPair, pairOf(...given));
  t.equal(await outcome([]), 'Invalid Field', 'no algorithm');
  t.equal(await outcome([[CryptographicAlgorithm, CryptographicAlgorithm.AES]]), 'Invalid Field', 'no key pairs');
  t.equal(await outcome([rsa[0]!, [CryptographicLength, 100]]), 'Invalid Field', 'length');
  t.equal(await outcome([rsa[0]!], [[CryptographicLength, 1024]], [[CryptographicLength, 2048]]), 'Invalid Field');
  t.equal(await outcome([...rsa, name]), 'Invalid Field', 'a Name for both');
  t.equal(await outcome(rsa, [name], [name]), 'Invalid Field', 'the same Name for both');
  t.equal(
    await world.outcome(Operation.CreateKeyPair, { commonAttributes: template(...rsa) }),
    'Invalid Field',
    'no usage mask',
  );
  t.equal(await outcome(rsa, [name]), 'Success');
});
