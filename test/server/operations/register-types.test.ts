import { createHash, generateKeyPairSync, X509Certificate } from 'node:crypto';
import t from 'tap';
import * as kmip from '../../../kmip-codec/index.ts';
import {
  CryptographicAlgorithm,
  CryptographicUsageMask,
  KeyFormatType,
  ObjectType,
  Operation,
  showVersion,
  State,
  supportedVersions,
  V1_2,
  V1_4,
  V2_0,
  type ManagedObjectValue,
} from '../../../kmip-codec/index.ts';
import { certificateDer, keyBlockOf, objectSamples, rsaPrivate, rsaPublic, samplesIn } from './object-samples.ts';
import { openWorld, template, type AttributeRow, type World } from './world.ts';

const mask: AttributeRow = [CryptographicUsageMask, CryptographicUsageMask.Sign];
const needsMask = new Set<number>([ObjectType.SymmetricKey, ObjectType.PublicKey, ObjectType.PrivateKey]);
const rowsFor = (objectType: number, ...rows: AttributeRow[]) => (needsMask.has(objectType) ? [mask, ...rows] : rows);
const request = (objectType: number, object: ManagedObjectValue | undefined, ...rows: AttributeRow[]) => ({
  objectType: objectType as 1,
  attributes: template(...rows),
  object,
});
const register = async (world: World, objectType: number, object: ManagedObjectValue, ...rows: AttributeRow[]) =>
  (await world.run(Operation.Register, request(objectType, object, ...rows))).uniqueIdentifier;

t.test(
  'every Object Type is registered and given back, in every version that has it (2.1 §6.1.43, 1.4 §4.3)',
  async t => {
    const world = await openWorld(t);
    for (const version of supportedVersions) {
      world.version = version;
      for (const [objectType, value] of samplesIn(version)) {
        const title = `${ObjectType.names.show(objectType)} in KMIP ${showVersion(version)}`;
        const uniqueIdentifier = await register(world, objectType, value, ...rowsFor(objectType));
        t.equal(world.idPlaceholder, uniqueIdentifier);
        const answer = await world.run(Operation.Get, { uniqueIdentifier });
        t.equal(answer.objectType, objectType);
        t.match(answer.object, value, title);
        const hasState = await world.valueOf(uniqueIdentifier, State);
        const stateless =
          objectType === ObjectType.Template || (objectType === ObjectType.OpaqueObject && version < V2_0);
        t.equal(hasState, stateless ? undefined : State.PreActive, `${title}: State`);
      }
    }
  },
);

t.test(
  'the Digest is over certificates, secret data and opaque values too; templates have none (1.4 §3.17)',
  async t => {
    const world = await openWorld(t);
    const digest = async (objectType: number) =>
      world.valueOf(
        await register(world, objectType, objectSamples.get(objectType)!, ...rowsFor(objectType)),
        kmip.Digest,
      );
    const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
    t.match(await digest(ObjectType.Certificate), { digestValue: sha256(certificateDer) });
    t.match(await digest(ObjectType.SecretData), { digestValue: sha256(Buffer.from('open sesame')) });
    t.match(await digest(ObjectType.OpaqueObject), {
      digestValue: sha256(Buffer.from('0f1e2d3c4b5a69788796a5b4c3d2e1f0', 'hex')),
    });
    t.equal(await digest(ObjectType.Template), undefined);
  },
);

t.test('an X.509 certificate is read: its attributes are what it says (1.4 §3.8 to §3.16, 2.1 §4.6)', async t => {
  const world = await openWorld(t);
  const known = new X509Certificate(certificateDer);
  for (const version of supportedVersions) {
    world.version = version;
    const uniqueIdentifier = await register(world, ObjectType.Certificate, objectSamples.get(ObjectType.Certificate)!);
    const value = <T>(attribute: kmip.Attribute<T>) => world.valueOf(uniqueIdentifier, attribute);
    t.equal(await value(kmip.CertificateType), kmip.CertificateType.X_509);
    t.equal(await value(kmip.CertificateLength), certificateDer.length);
    t.equal(await value(kmip.DigitalSignatureAlgorithm), kmip.DigitalSignatureAlgorithm.ECDSAWithSHA256);
    t.equal(await value(CryptographicAlgorithm), CryptographicAlgorithm.ECDSA);
    t.equal(await value(kmip.CryptographicLength), 256);
    const identifier = (await value(kmip.X509CertificateIdentifier))!;
    const serial = Buffer.from(identifier.certificateSerialNumber);
    t.equal(serial[0], 2, 'an INTEGER, DER');
    t.equal(serial.subarray(2).toString('hex').replace(/^00/, '').toUpperCase(), known.serialNumber);
    t.ok(Buffer.from(certificateDer).includes(Buffer.from(identifier.issuerDistinguishedName)));
    t.match(await value(kmip.CertificateIdentifier), { serialNumber: known.serialNumber });
    t.match(await value(kmip.CertificateSubject), { certificateSubjectDistinguishedName: /CN=own/ });
    t.match(await value(kmip.CertificateIssuer), { certificateIssuerDistinguishedName: /CN=own/ });
    t.same(
      (await value(kmip.X509CertificateSubject))!.subjectDistinguishedName,
      identifier.issuerDistinguishedName,
      'self-signed',
    );
    const commonName = kmip.findAttribute('Certificate Subject CN');
    if (commonName !== undefined) t.equal(await value(commonName), 'own');
  }
});

t.test('a certificate that is none is refused, and so is a wrong Certificate Length', async t => {
  const world = await openWorld(t);
  const certificate = (certificateValue: Uint8Array, certificateType = kmip.CertificateType.X_509 as 1 | 2) =>
    request(ObjectType.Certificate, { certificateType, certificateValue });
  t.equal(await world.outcome(Operation.Register, certificate(Buffer.from('no certificate'))), 'Invalid Field');
  t.equal(await world.outcome(Operation.Register, certificate(certificateDer.subarray(0, 200))), 'Invalid Field');
  const pgp = certificate(Buffer.from('a PGP certificate'), kmip.CertificateType.PGP);
  t.equal(await world.outcome(Operation.Register, pgp), 'Success', 'nobody here reads those');
});

t.test('algorithm and length of a key pair come from its material where nobody says them (1.4 §4.3)', async t => {
  const world = await openWorld(t);
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const ed = generateKeyPairSync('ed25519');
  const cases: [string, number, kmip.KeyBlock, number, number][] = [
    [
      'RSA PKCS#1',
      ObjectType.PrivateKey,
      keyBlockOf(KeyFormatType.PKCS_1, rsaPrivate.export({ format: 'der', type: 'pkcs1' })),
      CryptographicAlgorithm.RSA,
      2048,
    ],
    [
      'RSA public PKCS#1',
      ObjectType.PublicKey,
      keyBlockOf(KeyFormatType.PKCS_1, rsaPublic.export({ format: 'der', type: 'pkcs1' })),
      CryptographicAlgorithm.RSA,
      2048,
    ],
    [
      'EC',
      ObjectType.PrivateKey,
      keyBlockOf(KeyFormatType.ECPrivateKey, ec.privateKey.export({ format: 'der', type: 'sec1' })),
      CryptographicAlgorithm.EC,
      384,
    ],
    [
      'Ed25519',
      ObjectType.PrivateKey,
      keyBlockOf(KeyFormatType.PKCS_8, ed.privateKey.export({ format: 'der', type: 'pkcs8' })),
      CryptographicAlgorithm.Ed25519,
      256,
    ],
    [
      'transparent RSA',
      ObjectType.PublicKey,
      {
        keyFormatType: KeyFormatType.TransparentRSAPublicKey,
        keyValue: { keyMaterial: { modulus: 1n << 1023n, publicExponent: 65537n } },
      },
      CryptographicAlgorithm.RSA,
      1024,
    ],
    [
      'transparent ECDSA',
      ObjectType.PrivateKey,
      {
        keyFormatType: KeyFormatType.TransparentECDSAPrivateKey,
        keyValue: { keyMaterial: { recommendedCurve: kmip.RecommendedCurve.P_521, d: 5n } },
      },
      CryptographicAlgorithm.EC,
      521,
    ],
  ];
  for (const [title, objectType, keyBlock, algorithm, length] of cases) {
    // Ed25519 came with 2.0.
    if (!CryptographicAlgorithm.names.isKnownIn(algorithm, world.version)) {
      t.equal(
        await world.outcome(Operation.Register, request(objectType, { keyBlock }, mask)),
        'Invalid Field',
        `${title} has no name`,
      );
      continue;
    }
    const uniqueIdentifier = await register(world, objectType, { keyBlock }, mask);
    t.equal(await world.valueOf(uniqueIdentifier, CryptographicAlgorithm), algorithm, title);
    t.equal(await world.valueOf(uniqueIdentifier, kmip.CryptographicLength), length, title);
    const outcome = (rows: AttributeRow[]) =>
      world.outcome(Operation.Register, request(objectType, { keyBlock }, mask, ...rows));
    t.equal(await outcome([[kmip.CryptographicLength, length + 1]]), 'Invalid Field', `${title}: another length`);
    t.equal(await outcome([[CryptographicAlgorithm, CryptographicAlgorithm.DH]]), 'Invalid Field', 'another algorithm');
    t.equal(await outcome([[CryptographicAlgorithm, CryptographicAlgorithm.AES]]), 'Invalid Field', 'a cipher');
  }
});

t.test('what no key can be is refused, in every version', async t => {
  const world = await openWorld(t);
  const aes = objectSamples.get(ObjectType.SymmetricKey)!;
  for (const version of supportedVersions) {
    world.version = version;
    const outcome = (objectType: number, object: ManagedObjectValue | undefined, ...rows: AttributeRow[]) =>
      world.outcome(Operation.Register, request(objectType, object, ...rows));
    t.equal(await outcome(ObjectType.PrivateKey, aes, mask), 'Invalid Field', 'the algorithm has no key pairs');
    const spki = objectSamples.get(ObjectType.PublicKey)!;
    t.equal(await outcome(ObjectType.PrivateKey, spki, mask), 'Key Format Type Not Supported');
    t.equal(await outcome(ObjectType.PublicKey, spki), 'Invalid Field', 'no Cryptographic Usage Mask');
    const opaque = { keyBlock: keyBlockOf(KeyFormatType.Opaque, Buffer.from('x')) };
    t.equal(await outcome(ObjectType.PublicKey, opaque, mask), 'Invalid Field', 'no algorithm');
    t.equal(
      await outcome(ObjectType.SecretData, { ...objectSamples.get(ObjectType.SecretData)! }, [kmip.CertificateType, 1]),
      version < V2_0 ? 'Invalid Field' : 'Invalid Attribute',
      'an attribute of certificates',
    );
  }
});

t.test(
  'a template gives its attributes to what names it: its own count before, many add up (1.4 §2.1.8, §4)',
  async t => {
    const world = await openWorld(t);
    const name = (nameValue: string) => ({ nameValue, nameType: kmip.NameType.UninterpretedTextString });
    const inside = (...rows: AttributeRow[]) => ({ attributes: template(...rows).given });
    await register(
      world,
      ObjectType.Template,
      inside(
        [CryptographicAlgorithm, CryptographicAlgorithm.AES],
        [kmip.CryptographicLength, 192],
        [kmip.ObjectGroup, 'first'],
      ),
      [kmip.Name, name('aes')],
    );
    await register(
      world,
      ObjectType.Template,
      inside([kmip.CryptographicLength, 256], [kmip.ContactInformation, 'Jo']),
      [kmip.Name, name('long')],
    );
    const create = (names: string[], ...rows: AttributeRow[]) => ({
      objectType: ObjectType.SymmetricKey,
      attributes: new kmip.TemplateAttributes(template(mask, ...rows).given, names.map(name)),
    });
    for (const version of supportedVersions.filter(one => one < V2_0)) {
      world.version = version;
      const made = async (names: string[], ...rows: AttributeRow[]) =>
        (await world.run(Operation.Create, create(names, ...rows))).uniqueIdentifier;
      const one = await made(['aes'], [kmip.ObjectGroup, 'second']);
      t.equal(await world.valueOf(one, kmip.CryptographicLength), 192);
      const groups = (await world.objects.find(one))!.attributes.all(kmip.ObjectGroup).map(({ value }) => value);
      t.same(groups.sort(), ['first', 'second']);
      t.equal(await world.valueOf(await made(['aes', 'long']), kmip.CryptographicLength), 256, 'the last template');
      t.equal(await world.valueOf(await made(['long', 'aes']), kmip.ContactInformation), 'Jo');
      t.equal(await world.valueOf(await made(['aes'], [kmip.CryptographicLength, 128]), kmip.CryptographicLength), 128);
      t.equal(await world.outcome(Operation.Create, create(['nobody'])), 'Item Not Found');
    }
  },
);

t.test('a Name stands beside a template since 1.2, before also in it (1.4 §11.4)', async t => {
  const world = await openWorld(t);
  const value = (nameValue: string) => ({
    attributes: template([kmip.Name, { nameValue, nameType: kmip.NameType.UninterpretedTextString }]).given,
  });
  for (const version of supportedVersions.filter(one => one < V2_0)) {
    world.version = version;
    const outcome = await world.outcome(Operation.Register, request(ObjectType.Template, value(`template ${version}`)));
    t.equal(outcome, version < V1_2 ? 'Success' : 'Invalid Field', showVersion(version));
  }
});

t.test(
  'objects without a State are revoked and destroyed all the same, not activated (1.4 §4.19 to §4.21)',
  async t => {
    const world = await openWorld(t);
    world.version = V1_4;
    const opaque = await register(world, ObjectType.OpaqueObject, objectSamples.get(ObjectType.OpaqueObject)!);
    const its = { uniqueIdentifier: opaque };
    t.equal(await world.outcome(Operation.Activate, its), 'Illegal Operation');
    const revocationReason = { revocationReasonCode: kmip.RevocationReasonCode.KeyCompromise };
    t.equal(await world.outcome(Operation.Revoke, { ...its, revocationReason }), 'Success');
    t.same(await world.valueOf(opaque, kmip.CompromiseDate), world.now);
    t.equal(await world.outcome(Operation.Destroy, its), 'Success');
    t.equal((await world.objects.find(opaque))!.hasMaterial, false);
    t.equal(await world.outcome(Operation.Destroy, its), 'Permission Denied');
    t.equal(await world.outcome(Operation.Get, its), 'Item Not Found');
    t.equal(await world.outcome(Operation.Revoke, { ...its, revocationReason }), 'Permission Denied');
    const own = await register(world, ObjectType.Template, { attributes: [] });
    t.equal(
      await world.outcome(Operation.Revoke, { uniqueIdentifier: own, revocationReason }),
      'Illegal Operation',
      'a template',
    );
  },
);

t.test('what has no Key Block is given as it is or not at all (1.4 §4.11, §11.12)', async t => {
  const world = await openWorld(t);
  const uniqueIdentifier = await register(world, ObjectType.Certificate, objectSamples.get(ObjectType.Certificate)!);
  const outcome = (more: object) => world.outcome(Operation.Get, { uniqueIdentifier, ...more });
  t.equal(await outcome({ keyFormatType: KeyFormatType.X_509 }), 'Success');
  t.equal(await outcome({ keyFormatType: KeyFormatType.Raw }), 'Key Format Type Not Supported');
  const wrapping = {
    wrappingMethod: kmip.WrappingMethod.Encrypt,
    encryptionKeyInformation: { uniqueIdentifier: await world.createKey() },
  };
  t.equal(await outcome({ keyWrappingSpecification: wrapping }), 'Illegal Operation');
  t.equal(
    await outcome({ keyCompressionType: kmip.KeyCompressionType.ECPublicKeyTypeUncompressed }),
    'Key Compression Type Not Supported',
  );
  const secret = await register(world, ObjectType.OpaqueObject, objectSamples.get(ObjectType.OpaqueObject)!, [
    kmip.Sensitive,
    true,
  ]);
  t.equal(await world.outcome(Operation.Get, { uniqueIdentifier: secret }), 'Sensitive');
});
