import { createPublicKey } from 'node:crypto';
import t from 'tap';
import {
  ActivationDate,
  CryptographicAlgorithm,
  CryptographicDomainParameters,
  CryptographicLength,
  CryptographicUsageMask,
  DeactivationDate,
  Digest,
  findKeyBlock,
  Link,
  LinkType,
  Name,
  NameType,
  ObjectType,
  Operation,
  RecommendedCurve,
  State,
  supportedVersions,
  UsageLimits,
  UsageLimitsUnit,
  V1_1,
  V2_1,
} from '../../../kmip-codec/index.ts';
import { keyObjectOf } from '../../../server/cryptography/index.ts';
import { openWorld, template, type AttributeRow, type World } from './world.ts';

const { ECDSA, RSA } = CryptographicAlgorithm;
const named = (nameValue: string): AttributeRow => [Name, { nameValue, nameType: NameType.UninterpretedTextString }];
const seconds = (from: Date, count: number) => new Date(from.getTime() + count * 1000);
const p256: readonly AttributeRow[] = [
  [CryptographicAlgorithm, ECDSA],
  [CryptographicLength, 256],
];

/** A pair for signatures with these common attributes and these of the private key more. */
const createPair = (world: World, rows: readonly AttributeRow[] = [], ofPrivate: readonly AttributeRow[] = []) =>
  world.run(Operation.CreateKeyPair, {
    commonAttributes: template(...p256.filter(([one]) => !rows.some(([other]) => other === one)), ...rows),
    privateKeyAttributes: template([CryptographicUsageMask, CryptographicUsageMask.Sign], ...ofPrivate),
    publicKeyAttributes: template([CryptographicUsageMask, CryptographicUsageMask.Verify]),
  });

async function keyOf({ objects }: World, uniqueIdentifier: string) {
  const object = (await objects.find(uniqueIdentifier))!;
  return keyObjectOf(object.objectType, findKeyBlock(objects.open(object))!);
}
async function linksOf({ objects }: World, uniqueIdentifier: string) {
  const links = (await objects.find(uniqueIdentifier))!.attributes.all(Link);
  return links.map(({ value, index }) => [index, value.linkType, value.linkedObjectIdentifier]);
}

t.test('a new pair with the Names of the old one, linked to it and from it, in every version (1.4 §4.5)', async t => {
  const world = await openWorld(t);
  for (const version of supportedVersions.filter(one => one >= V1_1)) {
    world.version = version;
    const old = await createPair(world, [], [named(`private ${version}`)]);
    await world.run(Operation.AddAttribute, {
      uniqueIdentifier: old.publicKeyUniqueIdentifier,
      attribute: { attribute: Name, value: { nameValue: `public ${version}`, nameType: 1 } },
    });
    world.later(10);
    const made = await world.run(Operation.ReKeyKeyPair, {
      privateKeyUniqueIdentifier: old.privateKeyUniqueIdentifier,
    });
    const [oldPrivate, oldPublic] = [old.privateKeyUniqueIdentifier, old.publicKeyUniqueIdentifier];
    const [newPrivate, newPublic] = [made.privateKeyUniqueIdentifier, made.publicKeyUniqueIdentifier];
    t.equal(world.idPlaceholder, newPrivate);

    t.same(await linksOf(world, newPrivate), [
      [0, LinkType.PublicKeyLink, newPublic],
      [1, LinkType.ReplacedObjectLink, oldPrivate],
    ]);
    t.same(await linksOf(world, newPublic), [
      [0, LinkType.PrivateKeyLink, newPrivate],
      [1, LinkType.ReplacedObjectLink, oldPublic],
    ]);
    t.same(await linksOf(world, oldPrivate), [
      [0, LinkType.PublicKeyLink, oldPublic],
      [1, LinkType.ReplacementObjectLink, newPrivate],
    ]);
    t.same(await linksOf(world, oldPublic), [
      [0, LinkType.PrivateKeyLink, oldPrivate],
      [1, LinkType.ReplacementObjectLink, newPublic],
    ]);

    t.equal((await world.valueOf(newPrivate, Name))?.nameValue, `private ${version}`);
    t.equal((await world.valueOf(newPublic, Name))?.nameValue, `public ${version}`);
    t.equal(await world.valueOf(oldPrivate, Name), undefined);
    t.equal(await world.valueOf(oldPublic, Name), undefined);
    t.equal(await world.valueOf(newPrivate, CryptographicUsageMask), CryptographicUsageMask.Sign);
    t.equal(await world.valueOf(newPublic, CryptographicUsageMask), CryptographicUsageMask.Verify);
    t.equal(await world.valueOf(newPrivate, State), State.PreActive);

    t.notSame(await world.valueOf(newPrivate, Digest), await world.valueOf(oldPrivate, Digest));
    const publicKey = await keyOf(world, newPublic);
    t.ok(createPublicKey(await keyOf(world, newPrivate)).equals(publicKey), 'one pair');
    t.notOk(publicKey.equals(await keyOf(world, oldPublic)), 'another one');

    const again = { privateKeyUniqueIdentifier: oldPrivate };
    t.equal(await world.outcome(Operation.ReKeyKeyPair, again), 'Permission Denied', 'replaced already');
  }
});

t.test('without a Private Key Unique Identifier the ID Placeholder is meant (1.4 §4.5)', async t => {
  const world = await openWorld(t);
  const old = await createPair(world);
  const made = await world.run(Operation.ReKeyKeyPair, {});
  t.same((await linksOf(world, old.privateKeyUniqueIdentifier))[1]?.[2], made.privateKeyUniqueIdentifier);
});

t.test('an Offset moves all dates of both keys along; Usage Limits begin anew (1.4 §4.5)', async t => {
  const world = await openWorld(t);
  const begin = world.now;
  const limits: AttributeRow = [UsageLimits, { usageLimitsTotal: 10n, usageLimitsUnit: UsageLimitsUnit.Object }];
  const old = await createPair(
    world,
    [
      [ActivationDate, begin],
      [DeactivationDate, seconds(begin, 1000)],
    ],
    [limits],
  );
  const { privateKeyUniqueIdentifier } = old;
  await world.run(Operation.GetUsageAllocation, { uniqueIdentifier: privateKeyUniqueIdentifier, usageLimitsCount: 3n });
  world.later(500);
  const made = await world.run(Operation.ReKeyKeyPair, { privateKeyUniqueIdentifier, offset: 60 });
  for (const one of [made.privateKeyUniqueIdentifier, made.publicKeyUniqueIdentifier]) {
    t.same(await world.valueOf(one, ActivationDate), seconds(begin, 560));
    t.same(await world.valueOf(one, DeactivationDate), seconds(begin, 1560));
    t.equal(await world.valueOf(one, State), State.PreActive);
  }
  t.equal((await world.valueOf(privateKeyUniqueIdentifier, UsageLimits))?.usageLimitsCount, 7n);
  t.equal((await world.valueOf(made.privateKeyUniqueIdentifier, UsageLimits))?.usageLimitsCount, 10n);
});

t.test(
  'what the client gives takes the place of what the old keys have; a length brings its curve (1.4 §4.5)',
  async t => {
    const world = await openWorld(t);
    const curve = (recommendedCurve: number): AttributeRow => [CryptographicDomainParameters, { recommendedCurve }];
    const reKeyed = async (rows: readonly AttributeRow[], given: readonly AttributeRow[]) => {
      const { privateKeyUniqueIdentifier } = await createPair(world, rows);
      const commonAttributes = template(...given);
      const made = await world.run(Operation.ReKeyKeyPair, { privateKeyUniqueIdentifier, commonAttributes });
      const key = await keyOf(world, made.publicKeyUniqueIdentifier);
      const length = await world.valueOf(made.publicKeyUniqueIdentifier, CryptographicLength);
      return [key.asymmetricKeyDetails?.namedCurve ?? key.asymmetricKeyDetails?.modulusLength, length];
    };
    const ofRsa: readonly AttributeRow[] = [
      [CryptographicAlgorithm, RSA],
      [CryptographicLength, 1024],
    ];
    t.same(await reKeyed(ofRsa, []), [1024, 1024]);
    t.same(await reKeyed(ofRsa, [[CryptographicLength, 2048]]), [2048, 2048]);
    const p384 = [curve(RecommendedCurve.P_384), [CryptographicLength, 384]] as const;
    t.same(await reKeyed(p384, []), ['secp384r1', 384]);
    t.same(await reKeyed(p384, [[CryptographicLength, 521]]), ['secp521r1', 521]);
    t.same(await reKeyed(p384, [curve(RecommendedCurve.P_224)]), ['secp224r1', 224]);
  },
);

t.test('the curve of a registered key is that of the key where no attribute names it', async t => {
  const world = await openWorld(t);
  world.version = V2_1;
  const source = await createPair(world, [
    [CryptographicDomainParameters, { recommendedCurve: RecommendedCurve.SECP256K1 }],
  ]);
  const register = async (objectType: 3 | 4, from: string, usage: number, link?: AttributeRow) => {
    const object = (await world.objects.find(from))!;
    const { uniqueIdentifier } = await world.run(Operation.Register, {
      objectType,
      attributes: template([CryptographicUsageMask, usage], ...(link ? [link] : [])),
      object: world.objects.open(object)!,
    });
    return uniqueIdentifier;
  };
  const { PublicKey, PrivateKey } = ObjectType;
  const publicKey = await register(PublicKey, source.publicKeyUniqueIdentifier, CryptographicUsageMask.Verify);
  const link: AttributeRow = [Link, { linkType: LinkType.PublicKeyLink, linkedObjectIdentifier: publicKey }];
  const privateKey = await register(PrivateKey, source.privateKeyUniqueIdentifier, CryptographicUsageMask.Sign, link);
  t.equal(await world.valueOf(publicKey, CryptographicDomainParameters), undefined);
  const made = await world.run(Operation.ReKeyKeyPair, { privateKeyUniqueIdentifier: privateKey });
  const key = await keyOf(world, made.privateKeyUniqueIdentifier);
  t.equal(key.asymmetricKeyDetails?.namedCurve, 'secp256k1');
});

t.test('what cannot be re-keyed (1.4 §11.6)', async t => {
  const world = await openWorld(t);
  const outcome = (privateKeyUniqueIdentifier: string, more = {}) =>
    world.outcome(Operation.ReKeyKeyPair, { privateKeyUniqueIdentifier, ...more });
  const { privateKeyUniqueIdentifier: pair, publicKeyUniqueIdentifier } = await createPair(world);
  t.equal(await outcome('none'), 'Item Not Found');
  t.equal(await outcome(publicKeyUniqueIdentifier), 'Permission Denied', 'a pair is named by its private key');
  t.equal(await outcome(pair, { offset: 1 }), 'Illegal Operation', 'an Offset and no Activation Date');
  const commonAttributes = template([CryptographicAlgorithm, RSA]);
  t.equal(await outcome(pair, { commonAttributes }), 'Invalid Field', 'another algorithm');
  const publicKeyAttributes = template([CryptographicLength, 384]);
  t.equal(await outcome(pair, { publicKeyAttributes }), 'Invalid Field', 'the keys would differ');
  t.equal(await outcome(pair, { commonAttributes: template(named('both')) }), 'Invalid Field');

  const { privateKeyUniqueIdentifier: dated } = await createPair(world, [[ActivationDate, world.now]]);
  const dates = { commonAttributes: template([DeactivationDate, seconds(world.now, 9)]), offset: 1 };
  t.equal(await outcome(dated, dates), 'Invalid Message');

  const { privateKeyUniqueIdentifier: parted, publicKeyUniqueIdentifier: other } = await createPair(world);
  await world.run(Operation.Archive, { uniqueIdentifier: other });
  t.equal(await outcome(parted), 'Object Archived', 'the public key');
  await world.run(Operation.Recover, { uniqueIdentifier: other });
  await world.run(Operation.Destroy, { uniqueIdentifier: other });
  t.equal(await outcome(parted), 'Permission Denied', 'its public key is destroyed');

  const single = await world.run(Operation.Register, {
    objectType: ObjectType.PrivateKey,
    attributes: template([CryptographicUsageMask, CryptographicUsageMask.Sign]),
    object: world.objects.open((await world.objects.find(pair))!)!,
  });
  t.equal(await outcome(single.uniqueIdentifier), 'Permission Denied', 'no Link to a public key');
});
