import t from 'tap';
import {
  CryptographicAlgorithm,
  Digest,
  ObjectType,
  Operation,
  SplitKeyMethod,
  supportedVersions,
  V1_2,
} from '../../../kmip-codec/index.ts';
import { aes256, openWorld, template } from './world.ts';

const request = (splitKeyMethod: number, splitKeyThreshold: number, uniqueIdentifier?: string) => ({
  objectType: ObjectType.SplitKey,
  ...(uniqueIdentifier !== undefined && { uniqueIdentifier }),
  splitKeyParts: 4,
  splitKeyThreshold,
  splitKeyMethod: splitKeyMethod as 1,
  primeFieldSize: 2n ** 521n - 1n,
  attributes: template(...aes256),
});

t.test(
  'a key that is split and joined is the same, by each method and in every version (1.4 §4.38, §4.39)',
  async t => {
    const world = await openWorld(t);
    const { XOR, PolynomialSharingGF2_16, PolynomialSharingPrimeField, PolynomialSharingGF2_8 } = SplitKeyMethod;
    for (const version of supportedVersions.filter(one => one >= V1_2)) {
      world.version = version;
      for (const method of [XOR, PolynomialSharingGF2_16, PolynomialSharingPrimeField, PolynomialSharingGF2_8]) {
        const key = await world.createKey();
        const made = await world.run(Operation.CreateSplitKey, request(method, method === XOR ? 4 : 2, key));
        t.equal(made.uniqueIdentifiers?.length, 4);
        t.equal(world.idPlaceholder, made.uniqueIdentifiers?.[0]);
        const enough = method === XOR ? made.uniqueIdentifiers! : made.uniqueIdentifiers!.slice(2);
        const join = (uniqueIdentifiers: readonly string[]) => ({
          objectType: ObjectType.SymmetricKey,
          uniqueIdentifiers,
        });
        const joined = await world.run(Operation.JoinSplitKey, join(enough));
        t.same(await world.valueOf(joined.uniqueIdentifier, Digest), await world.valueOf(key, Digest));
        t.equal(await world.valueOf(joined.uniqueIdentifier, CryptographicAlgorithm), CryptographicAlgorithm.AES);
        t.equal(await world.outcome(Operation.JoinSplitKey, join(enough.slice(1))), 'Cryptographic Failure');
      }
    }
  },
);

t.test('what cannot be split or joined (1.4 §11.39, §11.40)', async t => {
  const world = await openWorld(t);
  const split = (...given: Parameters<typeof request>) => world.outcome(Operation.CreateSplitKey, request(...given));
  t.equal(await split(SplitKeyMethod.XOR, 4), 'Success', 'a new key');
  t.equal(await split(SplitKeyMethod.XOR, 3), 'Cryptographic Failure');
  t.equal(await split(SplitKeyMethod.PolynomialSharingGF2_8, 3, 'none'), 'Item Not Found');
  const key = await world.createKey();
  const join = { objectType: ObjectType.SymmetricKey, uniqueIdentifiers: [key] };
  t.equal(await world.outcome(Operation.JoinSplitKey, join), 'Invalid Field', 'no split key');
  const wrong = { ...request(SplitKeyMethod.XOR, 4), objectType: ObjectType.SymmetricKey };
  t.equal(await world.outcome(Operation.CreateSplitKey, wrong), 'Invalid Field');
});
