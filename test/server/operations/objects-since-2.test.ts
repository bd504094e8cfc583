import { createHash } from 'node:crypto';
import t from 'tap';
import {
  CertificateType,
  CryptographicAlgorithm,
  CryptographicLength,
  CryptographicUsageMask,
  ObjectType,
  Operation,
  QuantumSafe,
  ShortUniqueIdentifier,
  V1_4,
} from '../../../kmip-codec/index.ts';
import { objectSamples } from './object-samples.ts';
import { versionsSince2 } from './versions.ts';
import { aes256, openWorld, template } from './world.ts';

for (const version of versionsSince2) {
  t.test(`every object has a Short Unique Identifier, and no other client sees it (2.1 §4.56): ${version}`, async t => {
    const world = await openWorld(t);
    world.version = version;
    const uniqueIdentifier = await world.createKey();
    const shown = async () => {
      const { attributes } = await world.run(Operation.GetAttributes, { uniqueIdentifier, attributeNames: [] });
      return attributes!.find(({ attribute }) => attribute === ShortUniqueIdentifier)?.value as Uint8Array | undefined;
    };
    const short = createHash('sha256').update(uniqueIdentifier).digest();
    t.same(Buffer.from((await shown())!), short);
    const { uniqueIdentifiers } = await world.run(Operation.Locate, {
      attributes: [{ attribute: ShortUniqueIdentifier, value: short }],
    });
    t.same(uniqueIdentifiers, [uniqueIdentifier]);
    world.version = V1_4;
    t.equal(await shown(), undefined);
  });

  t.test(`Quantum Safe is demanded of keys that can be (2.1 §4.45): ${version}`, async t => {
    const world = await openWorld(t);
    world.version = version;
    const create = (length: number) =>
      world.outcome(Operation.Create, {
        objectType: ObjectType.SymmetricKey,
        attributes: template(
          ...aes256.filter(([attribute]) => attribute !== CryptographicLength),
          [CryptographicLength, length],
          [QuantumSafe, true],
        ),
      });
    t.equal(await create(256), 'Success');
    t.equal(await create(128), 'General Failure');
    const pair = {
      commonAttributes: template(
        [CryptographicAlgorithm, CryptographicAlgorithm.RSA],
        [CryptographicLength, 2048],
        [QuantumSafe, true],
      ),
      privateKeyAttributes: template([CryptographicUsageMask, CryptographicUsageMask.Sign]),
      publicKeyAttributes: template([CryptographicUsageMask, CryptographicUsageMask.Verify]),
    };
    t.equal(await world.outcome(Operation.CreateKeyPair, pair), 'General Failure');
  });

  t.test(`a Certificate Type among the attributes must be the certificate's (2.1 §4.8): ${version}`, async t => {
    const world = await openWorld(t);
    world.version = version;
    const register = (certificateType: number) =>
      world.outcome(Operation.Register, {
        objectType: ObjectType.Certificate,
        attributes: template([CertificateType, certificateType]),
        object: objectSamples.get(ObjectType.Certificate)!,
      });
    t.equal(await register(CertificateType.X_509), 'Success');
    t.equal(await register(CertificateType.PGP), 'Invalid Field');
  });
}
