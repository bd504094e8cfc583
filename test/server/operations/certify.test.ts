import { execFileSync } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync, X509Certificate, type KeyObject } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { createAuthority, createServerRequest, parseCertificates, parseCsr, toPem } from '../../../certs/index.ts';
import {
  ActivationDate,
  CertificateRequestType,
  CertificateType,
  CryptographicUsageMask,
  DeactivationDate,
  Digest,
  KeyFormatType,
  Link,
  LinkType,
  Name,
  NameType,
  ObjectType,
  Operation,
  RevocationReasonCode,
  showVersion,
  State,
  supportedVersions,
  V1_0,
  V1_4,
  V2_0,
  V2_1,
  ValidityIndicator,
  X509CertificateSubject,
} from '../../../kmip-codec/index.ts';
import { keyBlockOf } from './object-samples.ts';
import { openWorld, template, type AttributeRow, type World } from './world.ts';

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const csrOf = async (key: KeyObject, names: readonly string[] = ['kms.example']) => {
  const privateKeyPem = key.export({ format: 'pem', type: 'pkcs8' }) as string;
  const { csrPem } = await createServerRequest({ names, privateKeyPem });
  return { csrPem, der: Buffer.from(parseCsr(csrPem).der) };
};
const own = await csrOf(pair.privateKey);
const request = { certificateRequestType: CertificateRequestType.PKCS_10, certificateRequestValue: own.der };
const named = (nameValue: string): AttributeRow => [Name, { nameValue, nameType: NameType.UninterpretedTextString }];
const verifies: AttributeRow = [CryptographicUsageMask, CryptographicUsageMask.Verify];
const x509: AttributeRow = [CertificateType, CertificateType.X_509];
const seconds = (from: Date, count: number) => new Date(from.getTime() + count * 1000);

async function registerKey(world: World, key: KeyObject = pair.publicKey, ...rows: AttributeRow[]): Promise<string> {
  const { uniqueIdentifier } = await world.run(Operation.Register, {
    objectType: ObjectType.PublicKey,
    attributes: template(verifies, ...rows),
    object: { keyBlock: keyBlockOf(KeyFormatType.X_509, key.export({ format: 'der', type: 'spki' })) },
  });
  return uniqueIdentifier;
}

async function certificateOf(world: World, uniqueIdentifier: string) {
  const { objects } = world;
  const value = objects.open((await objects.find(uniqueIdentifier))!) as { certificateValue: Uint8Array };
  return { x509: new X509Certificate(value.certificateValue), read: parseCertificates(value.certificateValue)[0]! };
}

/** The authority that has issued a certificate, as a client finds it: by the Name that its issuer has. */
async function issuerOf(world: World, certificate: X509Certificate): Promise<{ id: string; x509: X509Certificate }> {
  const nameValue = certificate.issuer.replace(/^CN=/, '');
  const attributes = [{ attribute: Name, value: { nameValue, nameType: NameType.UninterpretedTextString } }];
  const { uniqueIdentifiers = [] } = await world.run(Operation.Locate, { attributes });
  return { id: uniqueIdentifiers[0]!, x509: (await certificateOf(world, uniqueIdentifiers[0]!)).x509 };
}

const linksOf = async (world: World, uniqueIdentifier: string) =>
  (await world.objects.find(uniqueIdentifier))!.attributes
    .all(Link)
    .map(({ value }) => [value.linkType, value.linkedObjectIdentifier]);

t.test('a public key is certified by a request, and both are linked, in every version (1.4 §4.7)', async t => {
  const world = await openWorld(t);
  for (const version of supportedVersions) {
    world.version = version;
    const publicKey = await registerKey(world);
    const { uniqueIdentifier } = await world.run(Operation.Certify, { uniqueIdentifier: publicKey, ...request });
    t.equal(world.idPlaceholder, uniqueIdentifier);
    const { x509, read } = await certificateOf(world, uniqueIdentifier);
    const issuer = await issuerOf(world, x509);
    t.ok(x509.checkIssued(issuer.x509) && x509.verify(issuer.x509.publicKey), showVersion(version));
    t.ok(x509.publicKey.equals(pair.publicKey));
    t.equal(x509.ca, false);
    t.equal(read.subject, 'CN=kms.example');
    t.same(read.subjectAltNames, ['DNS:kms.example'], 'as the request asks');
    t.same([...read.keyUsage!], ['digitalSignature'], 'as the Cryptographic Usage Mask of the key');
    t.same(await linksOf(world, publicKey), [[LinkType.CertificateLink, uniqueIdentifier]]);
    t.same(await linksOf(world, uniqueIdentifier), [[LinkType.PublicKeyLink, publicKey]]);
    t.ok(await world.valueOf(uniqueIdentifier, X509CertificateSubject));
    t.equal(await world.valueOf(uniqueIdentifier, State), State.PreActive);
  }
});

t.test('OpenSSL and Validate accept what is issued', async t => {
  const world = await openWorld(t);
  world.version = V2_1;
  const { uniqueIdentifier } = await world.run(Operation.Certify, {
    uniqueIdentifier: await registerKey(world),
    ...request,
  });
  const { x509 } = await certificateOf(world, uniqueIdentifier);
  const issuer = await issuerOf(world, x509);
  const folder = t.testdir();
  const file = (name: string, certificate: X509Certificate) => {
    writeFileSync(join(folder, name), toPem('CERTIFICATE', certificate.raw));
    return join(folder, name);
  };
  const at = String(Math.floor(world.now.getTime() / 1000));
  const said = execFileSync('openssl', [
    ...['verify', '-x509_strict', '-attime', at, '-CAfile', file('issuer.pem', issuer.x509)],
    file('issued.pem', x509),
  ]);
  t.match(said.toString(), /: OK/);
  const { validityIndicator } = await world.run(Operation.Validate, { uniqueIdentifiers: [uniqueIdentifier] });
  t.equal(validityIndicator, ValidityIndicator.Valid);
});

t.test('one authority signs for a vault until it is revoked; its key is nowhere kept', async t => {
  const world = await openWorld(t);
  const publicKey = await registerKey(world);
  const certify = async () => {
    const { uniqueIdentifier } = await world.run(Operation.Certify, { uniqueIdentifier: publicKey, ...request });
    return issuerOf(world, (await certificateOf(world, uniqueIdentifier)).x509);
  };
  const first = await certify();
  t.same(world.alsoDone, [{ operation: Operation.Certify, uniqueIdentifier: first.id }], 'an event of its own');
  t.equal((await certify()).id, first.id);
  t.equal(first.x509.ca, true);
  const all = await world.store.directory.objects({ limit: 100 });
  t.notOk(all.some(({ objectType }) => objectType === ObjectType.PrivateKey));

  t.equal(await world.outcome(Operation.ReCertify, { uniqueIdentifier: first.id }), 'Permission Denied');
  world.later(10 * 365 * 86_400 - 390 * 86_400);
  const second = await certify();
  t.not(second.id, first.id, 'it ends too soon to sign for a year');
  const revocationReason = { revocationReasonCode: RevocationReasonCode.CessationOfOperation };
  await world.run(Operation.Revoke, { uniqueIdentifier: second.id, revocationReason });
  const third = await certify();
  t.not(third.id, second.id);
  t.notOk(third.x509.publicKey.equals(second.x509.publicKey), 'another key');
});

t.test('an authority that somebody brings in with the mark of one does not sign', async t => {
  const world = await openWorld(t);
  world.version = V2_1;
  const uniqueIdentifier = await registerKey(world);
  const { uniqueIdentifier: issued } = await world.run(Operation.Certify, { uniqueIdentifier, ...request });
  const genuine = await issuerOf(world, (await certificateOf(world, issued)).x509);
  const { der } = await createAuthority({
    commonName: 'mine',
    keyType: 'ECDSA P-256',
    now: world.now,
    validityDays: 900,
  });
  const { attributes } = (await world.objects.find(genuine.id))!;
  const kept = [...attributes].filter(({ attribute }) => /^y-|Mask|Activation/.test(attribute.attributeName));
  t.equal(
    await world.outcome(Operation.Register, {
      objectType: ObjectType.Certificate,
      attributes: template(...kept.map(({ attribute, value }): AttributeRow => [attribute, value])),
      object: { certificateType: CertificateType.X_509, certificateValue: der },
    }),
    'Attribute Read Only',
  );
  await world.run(Operation.Import, {
    uniqueIdentifier: 'forged',
    objectType: ObjectType.Certificate,
    attributes: kept,
    object: { certificateType: CertificateType.X_509, certificateValue: der },
  });
  const again = await world.run(Operation.Certify, { uniqueIdentifier, ...request });
  t.equal((await issuerOf(world, (await certificateOf(world, again.uniqueIdentifier)).x509)).id, genuine.id);
});

t.test('without a request the Certificate Type is needed, and the Name is the subject (1.4 §4.7)', async t => {
  const world = await openWorld(t);
  const certify = (uniqueIdentifier: string, ...rows: AttributeRow[]) =>
    world.run(Operation.Certify, { uniqueIdentifier, attributes: template(...rows) });
  const subjectOf = async (id: string, ...rows: AttributeRow[]) =>
    (await certificateOf(world, (await certify(id, ...rows)).uniqueIdentifier)).read.subject;
  const publicKey = await registerKey(world, pair.publicKey, named('its key'));
  t.equal(await subjectOf(publicKey, x509, named('a server')), 'CN=a server');
  t.equal(await subjectOf(publicKey, x509), 'CN=its key');
  const nameless = await registerKey(world);
  t.equal(await subjectOf(nameless, x509), `CN=${nameless}`);
  t.equal(await world.outcome(Operation.Certify, { uniqueIdentifier: nameless }), 'Invalid Field');
  const pgp = { uniqueIdentifier: nameless, attributes: template([CertificateType, CertificateType.PGP]) };
  t.equal(await world.outcome(Operation.Certify, pgp), 'Feature Not Supported');
  world.version = V1_0;
  t.equal(
    await world.outcome(Operation.Certify, { uniqueIdentifier: nameless, attributes: template(x509) }),
    'Invalid Field',
    'in 1.0 a request is required',
  );
});

t.test('the dates of the certificate are those of the object, or a year', async t => {
  const world = await openWorld(t);
  const publicKey = await registerKey(world);
  const issue = async (...rows: AttributeRow[]) => {
    const attributes = template(...rows);
    const done = await world.run(Operation.Certify, { uniqueIdentifier: publicKey, ...request, attributes });
    return { ...done, ...(await certificateOf(world, done.uniqueIdentifier)).read };
  };
  const usual = await issue();
  t.same(usual.notAfter, seconds(usual.notBefore, 365 * 86_400 + 300));
  const [begin, end] = [seconds(world.now, 3600), seconds(world.now, 7200)];
  const dated = await issue([ActivationDate, begin], [DeactivationDate, end]);
  t.same([dated.notBefore, dated.notAfter], [begin, end]);
  world.later(3601);
  t.equal(await world.valueOf(dated.uniqueIdentifier, State), State.Active);
  const far = await issue([DeactivationDate, seconds(world.now, 50 * 365 * 86_400)]);
  t.ok(far.notAfter < seconds(world.now, 3651 * 86_400), 'no longer than its authority');
  const backwards = template([ActivationDate, end], [DeactivationDate, begin]);
  t.equal(
    await world.outcome(Operation.Certify, { uniqueIdentifier: publicKey, ...request, attributes: backwards }),
    'Invalid Field',
  );
});

t.test(
  'a request must be about the key, signed by it, and of the type that is said (1.4 §11.8, 2.1 §6.1.6.1)',
  async t => {
    const world = await openWorld(t);
    const other = await csrOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
    const broken = Buffer.from(own.der);
    broken[broken.length - 1]! ^= 1;
    for (const [version, expected] of [
      [V1_4, 'Invalid Field'],
      [V2_1, 'Invalid CSR'],
    ] as const) {
      world.version = version;
      const uniqueIdentifier = await registerKey(world);
      const outcome = (value: Uint8Array, type: number = CertificateRequestType.PKCS_10) =>
        world.outcome(Operation.Certify, {
          uniqueIdentifier,
          certificateRequestType: type as 1,
          certificateRequestValue: value,
        });
      t.equal(await outcome(other.der), expected, 'about another key');
      t.equal(await outcome(broken), expected, 'badly signed');
      t.equal(await outcome(own.der.subarray(0, 40)), expected, 'cut off');
      t.equal(await outcome(Buffer.from(own.csrPem)), expected, 'PEM under the type of DER');
      t.equal(await outcome(own.der, CertificateRequestType.PEM), expected, 'DER under the type of PEM');
      t.equal(await outcome(Buffer.from(own.csrPem), CertificateRequestType.PEM), 'Success');
      t.equal(await outcome(own.der, CertificateRequestType.CRMF), 'Feature Not Supported');
    }
  },
);

t.test('what is not certified (1.4 §11.8)', async t => {
  const world = await openWorld(t);
  const outcome = (uniqueIdentifier: string, ...rows: AttributeRow[]) =>
    world.outcome(Operation.Certify, { uniqueIdentifier, attributes: template(x509, ...rows) });
  const weak = await registerKey(world, generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey);
  t.equal(await outcome(weak), 'Permission Denied', 'RSA of 1024 bits');
  t.equal(await outcome(await registerKey(world, generateKeyPairSync('x25519').publicKey)), 'Permission Denied');
  const signsCertificates: AttributeRow = [CryptographicUsageMask, CryptographicUsageMask.CertificateSign];
  t.equal(await outcome(await registerKey(world), signsCertificates), 'Permission Denied', 'an authority');
});

t.test('since 2.0 a certificate request stands for itself, given or kept (2.1 §6.1.6)', async t => {
  const world = await openWorld(t);
  for (const version of [V2_0, V2_1]) {
    world.version = version;
    world.idPlaceholder = await world.createKey();
    const given = await world.run(Operation.Certify, request);
    t.ok((await certificateOf(world, given.uniqueIdentifier)).x509.publicKey.equals(pair.publicKey));
    t.same(await linksOf(world, given.uniqueIdentifier), []);
    const publicKey = await registerKey(world);
    const kept = await world.run(Operation.Register, {
      objectType: ObjectType.CertificateRequest,
      attributes: template([Link, { linkType: LinkType.PublicKeyLink, linkedObjectIdentifier: publicKey }]),
      object: request,
    });
    const { uniqueIdentifier } = await world.run(Operation.Certify, kept);
    t.same(await linksOf(world, publicKey), [[LinkType.CertificateLink, uniqueIdentifier]]);
    const again = await world.run(Operation.ReCertify, {
      uniqueIdentifier,
      certificateRequestUniqueIdentifier: kept.uniqueIdentifier,
    });
    t.same(await linksOf(world, publicKey), [[LinkType.CertificateLink, again.uniqueIdentifier]]);
    const by = (id: string) =>
      world.outcome(Operation.ReCertify, {
        uniqueIdentifier: again.uniqueIdentifier,
        certificateRequestUniqueIdentifier: id,
      });
    t.equal(await by('nobody'), 'Object Not Found');
    t.equal(await by(publicKey), 'Invalid Object Type');
    await world.run(Operation.Archive, kept);
    t.equal(await by(kept.uniqueIdentifier), 'Object Archived');
  }
  world.version = V1_4;
  world.idPlaceholder = undefined;
  t.equal(await world.outcome(Operation.Certify, request), 'Item Not Found', 'before, a Public Key is needed');
});

const certified = async (world: World, ...rows: AttributeRow[]) => {
  const publicKey = await registerKey(world);
  const attributes = template(...rows);
  const done = await world.run(Operation.Certify, { uniqueIdentifier: publicKey, ...request, attributes });
  return { publicKey, old: done.uniqueIdentifier };
};

t.test(
  'Re-certify takes the place, the Names and the links of the certificate, in every version (1.4 §4.8)',
  async t => {
    const world = await openWorld(t);
    for (const version of supportedVersions) {
      world.version = version;
      const { publicKey, old } = await certified(world, named(`first ${version}`));
      const again = version === V1_0 ? request : {};
      const attributes = template(named(`second ${version}`));
      const { uniqueIdentifier } = await world.run(Operation.ReCertify, {
        uniqueIdentifier: old,
        ...again,
        attributes,
      });
      const [before, after] = [await certificateOf(world, old), await certificateOf(world, uniqueIdentifier)];
      t.ok(after.x509.publicKey.equals(pair.publicKey));
      t.not(after.x509.serialNumber, before.x509.serialNumber);
      t.equal(after.read.subject, before.read.subject);
      t.same(after.read.subjectAltNames, before.read.subjectAltNames);
      t.ok(after.x509.verify((await issuerOf(world, after.x509)).x509.publicKey));
      const names = (await world.objects.find(uniqueIdentifier))!.attributes.all(Name);
      t.same(
        names.map(({ value }) => value.nameValue),
        [`second ${version}`, `first ${version}`],
      );
      t.equal(await world.valueOf(old, Name), undefined);
      t.same(await linksOf(world, publicKey), [[LinkType.CertificateLink, uniqueIdentifier]]);
      t.same(await linksOf(world, old), [
        [LinkType.PublicKeyLink, publicKey],
        [LinkType.ReplacementObjectLink, uniqueIdentifier],
      ]);
      t.same(await linksOf(world, uniqueIdentifier), [
        [LinkType.PublicKeyLink, publicKey],
        [LinkType.ReplacedObjectLink, old],
      ]);
      t.notSame(await world.valueOf(uniqueIdentifier, Digest), await world.valueOf(old, Digest));
      t.equal(
        await world.outcome(Operation.ReCertify, { uniqueIdentifier: old, ...again }),
        'Permission Denied',
        'replaced already',
      );
    }
  },
);

t.test('an Offset moves the dates along; without one they are copied (1.4 §4.8)', async t => {
  const world = await openWorld(t);
  const begin = world.now;
  const dates: AttributeRow[] = [
    [ActivationDate, begin],
    [DeactivationDate, seconds(begin, 1000)],
  ];
  const again = async (old: string, more: object) => {
    const { uniqueIdentifier: id } = await world.run(Operation.ReCertify, { uniqueIdentifier: old, ...more });
    const { notBefore, notAfter } = (await certificateOf(world, id)).read;
    return [await world.valueOf(id, ActivationDate), await world.valueOf(id, DeactivationDate), notBefore, notAfter];
  };
  const [moved, copied, dateless] = [
    await certified(world, ...dates),
    await certified(world, ...dates),
    await certified(world),
  ];
  world.later(500);
  const [from, to] = [seconds(begin, 560), seconds(begin, 1560)];
  t.same(await again(moved.old, { offset: 60 }), [from, to, from, to]);
  t.same(await again(copied.old, {}), [begin, seconds(begin, 1000), begin, seconds(begin, 1000)]);
  t.same((await again(dateless.old, { offset: 60 })).slice(0, 3), [from, undefined, from]);
});

t.test('Re-certify refuses another key, and a public key that is compromised', async (t: Test) => {
  const world = await openWorld(t);
  const { publicKey, old } = await certified(world);
  const other = await csrOf(
    createPrivateKey(generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' })),
  );
  t.equal(
    await world.outcome(Operation.ReCertify, { uniqueIdentifier: old, ...request, certificateRequestValue: other.der }),
    'Invalid Field',
  );
  const revocationReason = { revocationReasonCode: RevocationReasonCode.KeyCompromise };
  await world.run(Operation.Revoke, { uniqueIdentifier: publicKey, revocationReason });
  t.equal(await world.outcome(Operation.ReCertify, { uniqueIdentifier: old }), 'Permission Denied');
});
