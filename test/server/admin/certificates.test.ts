import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import t, { type Test } from 'tap';
import { encryptPrivateKey, parseCertificates, parseCrls, parseCsr, toPkcs12 } from '../../../certs/index.ts';
import { type Store, StoreUnavailable } from '../../../server/store/index.ts';
import { craft, type Craft } from '../../certs/crafted.ts';
import {
  authority as caExtension,
  extendedKeyUsage,
  keyUsage,
  subjectAltNames,
} from '../../certs/crafted-extensions.ts';
import { base64, done, failed, notingEffects, openWorld, START, type World } from './fixture.ts';

const SET = 'hs-crypto.mtlscert-cert.set';
const READ = 'hs-crypto.mtlscert-cert.read';
const days = (count: number) => new Date(START.getTime() + count * 86_400_000);
const first = (pem: string) => parseCertificates(pem)[0]!;

/** The server's present certificate and key. */
const present = ({ folder }: World) => folder.certificates.server();
const sha256 = async (world: World) => first((await present(world)).certificatePem).sha256;

const ca = (how: Craft = {}) =>
  craft({ subject: 'Company', extensions: [caExtension(), keyUsage('keyCertSign', 'cRLSign')], ...how });
const forServer = (how: Craft = {}) =>
  craft({
    subject: 'kms.corp.example',
    extensions: [subjectAltNames('DNS:kms.corp.example'), extendedKeyUsage(['serverAuth'])],
    ...how,
  });

/** A store whose next commits fail once it is told so. */
function breakable() {
  const state = { isBroken: false };
  const store = (real: Store): Store =>
    new Proxy(real, {
      get(target, name) {
        const value = Reflect.get(target, name) as unknown;
        if (name !== 'begin') return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        return () => {
          const unit = target.begin();
          const commit = unit.commit.bind(unit);
          unit.commit = () =>
            state.isBroken ? Promise.reject(new StoreUnavailable('no room', { isFull: true })) : commit();
          return unit;
        };
      },
    });
  return { state, store };
}

t.test('show: what vCenter’s dialog shows of the server, and the authority', async t => {
  const world = await openWorld(t);
  const { certificatePem } = await present(world);
  const authorityPem = String((await world.folder.certificates.authority()).certificatePem);
  const asked = await world.ask('certs show', {});
  const shown = done(t, asked, READ, { severity: 'normal', responseData: { action: 'read' } });
  const x509 = new X509Certificate(certificatePem);
  t.match(shown, { serverPem: certificatePem, authorityPem, chain: [], hasPendingRequest: false });
  t.match(shown.server, {
    sha256: x509.fingerprint256.replaceAll(':', '').toLowerCase(),
    sha1: x509.fingerprint.replaceAll(':', '').toLowerCase(),
    notAfter: new Date(x509.validTo).toISOString(),
    publicKey: 'ECDSA P-256',
    signatureAlgorithm: 'ECDSA SHA-256',
    subjectAltNames: ['DNS:kms.example', 'IP:192.0.2.1', 'DNS:localhost'],
    daysLeft: 824,
  });
  t.same(asked.events[0]?.requestData['certificateId'], [shown.server.sha256, shown.authority.sha256]);
  t.notMatch(JSON.stringify(asked.events), /kms\.example|192\.0\.2/);
  world.now = days(825);
  t.equal((await world.ask('certs show', {})).answer.server.daysLeft, -1, 'rounded down: it is past');
});

t.test(
  'renew: a new certificate with a new key and the present names, served at once, without its names in the event',
  async t => {
    const effects = notingEffects();
    const world = await openWorld(t, { effects });
    const before = await present(world);
    world.later(86_400);
    const asked = await world.ask('certs server renew', {});
    const set = done(t, asked, SET, {
      severity: 'critical',
      requestData: { formerCertificateId: first(before.certificatePem).sha256, reuseKey: false },
      responseData: { action: 'update' },
    });
    const after = await present(world);
    t.match(set, { isServed: true, warnings: [], chain: [] });
    t.equal(set.certificate.sha256, first(after.certificatePem).sha256);
    t.equal(asked.events[0]?.requestData['certificateId'], set.certificate.sha256);
    t.equal(effects.served, after.certificatePem);
    t.not(after.privateKeyPem, before.privateKeyPem);
    t.ok(new X509Certificate(after.certificatePem).checkPrivateKey(createPrivateKey(after.privateKeyPem)));
    t.equal(set.certificate.subject, first(before.certificatePem).subject);
    t.same([...set.certificate.subjectAltNames].sort(), [...first(before.certificatePem).subjectAltNames].sort());
    t.notMatch(JSON.stringify(asked.events), /kms\.example|192\.0\.2/);
  },
);

t.test('renew: with the present key, other names, another type of key, another validity', async t => {
  const world = await openWorld(t);
  const { privateKeyPem } = await present(world);
  const renewed = done(t, await world.ask('certs server renew', { reuseKey: true, names: ['new.example'] }), SET);
  t.same(renewed.certificate.subjectAltNames, ['DNS:new.example', 'DNS:localhost']);
  t.match(renewed, { isServed: false, certificate: { subject: 'CN=new.example' } }, 'no server runs here');
  t.equal((await present(world)).privateKeyPem, privateKeyPem);
  const other = done(t, await world.ask('certs server renew', { keyType: 'Ed25519', validityDays: 10 }), SET);
  t.match(other.certificate, { publicKey: 'Ed25519', daysLeft: 9, subject: 'CN=new.example' });
  for (const [body, message] of [
    [{ reuseKey: true, keyType: 'Ed25519' }, /either --reuse-key or --key-type/],
    [{ names: ['not a name!'] }, /expected/],
    [{ names: [] }, /must NOT have fewer/],
    [{ keyType: 'RSA 512' }, /must be equal to one of/],
    [{ validityDays: 0 }, /must be >= 1/],
  ] as const) {
    failed(t, await world.ask('certs server renew', body), { code: 400, action: SET, message });
  }
});

t.test('csr and import: the key waits here, wrapped, until its certificate comes; then it is the server’s', async t => {
  const effects = notingEffects();
  const world = await openWorld(t, { effects });
  const before = await sha256(world);
  const body = { names: ['kms.corp.example'], commonName: 'kms', keyType: 'ECDSA P-384' };
  const asked = await world.ask('certs server csr', body);
  const { csrPem } = done(t, asked, SET, { responseData: { action: 'create' } });
  t.notMatch(JSON.stringify(asked.events), /corp\.example/);
  t.match(parseCsr(csrPem), { subject: 'CN=kms', publicKey: 'ECDSA P-384' });
  t.ok((await world.ask('certs show', {})).answer.hasPendingRequest);
  t.equal(await sha256(world), before, 'nothing is served that is not signed yet');

  const company = ca();
  const intermediate = ca({ subject: 'Issuing', issuer: company });
  const key = createPrivateKey((await world.folder.certificates.pendingKey())!);
  const made = forServer({ issuer: intermediate, keys: { privateKey: key, publicKey: createPublicKey(key) } });
  const chain = base64(company.certificatePem + intermediate.certificatePem);
  const set = done(t, await world.ask('certs server import', { certificate: base64(made.der), chain }), SET, {
    responseData: { action: 'update' },
  });
  t.match(set, { isServed: true, warnings: [] });
  t.same(
    set.chain.map(({ subject }) => subject),
    ['CN=Issuing', 'CN=Company'],
    'in order',
  );
  t.match(effects.served, made.certificatePem.trim());
  t.equal(await sha256(world), set.certificate.sha256);
  t.notOk((await world.ask('certs show', {})).answer.hasPendingRequest, 'the key has found its place');
});

t.test('csr with the present key: it stays where it is, and one that waits goes on waiting', async t => {
  const world = await openWorld(t);
  done(t, await world.ask('certs server csr', {}), SET);
  const waiting = await world.folder.certificates.pendingKey();
  const { csrPem } = done(t, await world.ask('certs server csr', { reuseKey: true }), SET);
  t.equal(parseCsr(csrPem).publicKey, 'ECDSA P-256');
  t.equal(await world.folder.certificates.pendingKey(), waiting);
  const { privateKeyPem } = await present(world);
  const key = createPrivateKey(privateKeyPem);
  const made = forServer({ issuer: ca(), keys: { privateKey: key, publicKey: createPublicKey(key) } });
  done(t, await world.ask('certs server import', { certificate: base64(made.certificatePem) }), SET);
  t.equal((await present(world)).privateKeyPem, privateKeyPem);
  t.equal(await world.folder.certificates.pendingKey(), waiting);
});

t.test('import: pair, encrypted key, and PKCS#12 with chain', async t => {
  const world = await openWorld(t);
  const company = ca();
  for (const [title, body] of [
    ['pair', (made: ReturnType<typeof craft>) => ({ certificate: made.certificatePem, key: made.privateKeyPem })],
    [
      'encrypted key',
      async (made: ReturnType<typeof craft>) => ({
        ...{ certificate: made.certificatePem, passphrase: 'a secret of words' },
        key: await encryptPrivateKey(made.privateKeyPem, 'a secret of words'),
      }),
    ],
    [
      'PKCS#12',
      async (made: ReturnType<typeof craft>) => ({
        pkcs12: await toPkcs12({ ...made, chainPem: company.certificatePem, password: 'pw', friendlyName: 'kms' }),
      }),
    ],
  ] as const) {
    await t.test(title, async t => {
      const made = forServer({ issuer: company });
      const { pkcs12, passphrase, ...files } = (await body(made)) as {
        pkcs12?: Uint8Array;
        passphrase?: string;
        certificate?: string;
        key?: string;
      };
      const encoded = Object.fromEntries(Object.entries(files).map(([name, pem]) => [name, base64(pem)]));
      const asked = await world.ask('certs server import', {
        ...encoded,
        ...(passphrase !== undefined && { passphrase }),
        ...(pkcs12 && { pkcs12: { file: base64(pkcs12), password: 'pw' } }),
      });
      const { certificate, chain } = done(t, asked, SET);
      t.equal(certificate.sha256, first(made.certificatePem).sha256);
      t.equal(chain.length, pkcs12 ? 1 : 0);
      t.notMatch(JSON.stringify(asked.events), /secret of words|PRIVATE|corp\.example/);
      const { privateKeyPem } = await present(world);
      t.ok(new X509Certificate(made.der).checkPrivateKey(createPrivateKey(privateKeyPem)));
    });
  }
});

t.test('import: what no client could use is refused, and nothing has changed; doubts are said', async t => {
  const effects = notingEffects();
  const world = await openWorld(t, { effects });
  const before = await present(world);
  const pair = (how: Craft) => {
    const { certificatePem, privateKeyPem } = forServer(how);
    return { certificate: base64(certificatePem), key: base64(privateKeyPem) };
  };
  const one = pair({});
  const encrypted = base64(await encryptPrivateKey(forServer().privateKeyPem, 'right'));
  const refusals: [title: string, body: object, code: number, message: RegExp][] = [
    ['expired', pair({ notAfter: days(-1) }), 409, /expired at/],
    ['another key', { ...one, key: pair({}).key }, 400, /belongs to another certificate/],
    ['no key that is here', { certificate: one.certificate }, 400, /no key that waits here belongs/],
    ['a short key', pair({ keyType: 'RSA 1024' }), 400, /RSA 1024/],
    [
      'signed by SHA-1',
      pair({ keyType: 'RSA 2048', hash: 'sha1', issuer: ca({ keyType: 'RSA 2048' }) }),
      400,
      /signed with RSA SHA-1/,
    ],
    ['a wrong passphrase', { ...one, key: encrypted, passphrase: 'wrong' }, 400, /passphrase/],
    ['an encrypted key alone', { ...one, key: encrypted }, 400, /passphrase/],
    ['nothing', {}, 400, /no certificate in the request/],
    ['two things at once', { ...one, pkcs12: { file: one.key, password: 'x' } }, 400, /alone, or those two/],
    ['no PKCS#12', { pkcs12: { file: base64('junk'), password: 'x' } }, 400, /expected/],
  ];
  for (const [title, body, code, message] of refusals) {
    await t.test(title, async t => {
      const asked = await world.ask('certs server import', body);
      failed(t, asked, { code, action: SET, message });
      t.notMatch(JSON.stringify(asked.events), /corp\.example|right|wrong|BEGIN/);
    });
  }
  t.same(await present(world), before);
  t.same(effects.noted, []);
  const doubtful = pair({ extensions: [extendedKeyUsage(['clientAuth'])], notBefore: days(2) });
  t.match(done(t, await world.ask('certs server import', doubtful), SET).warnings, [
    /valid from 2026-11-24/,
    /not for TLS servers/,
    /no subject alternative name/,
  ]);
});

t.test(
  'a running server that cannot show the certificate is said; the certificate stays for its next start',
  async t => {
    const effects = { ...notingEffects(), serverCertificateChanged: () => Promise.reject(new Error('no')) };
    const world = await openWorld(t, { effects });
    const set = done(t, await world.ask('certs server renew', {}), SET);
    t.match(set, { isServed: false, warnings: [/goes on with the earlier one; see its log, then restart/] });
    t.equal(await sha256(world), set.certificate.sha256);
    t.ok(world.logged.some(({ level }) => level === 'error'));
  },
);

t.test('what cannot be recorded is taken back: certificate, authority, and key that waits', async t => {
  const { state, store } = breakable();
  const effects = notingEffects();
  const world = await openWorld(t, { effects, store });
  const { certificates } = world.folder;
  const picture = async () => [
    await certificates.server(),
    await certificates.authority(),
    await certificates.pendingKey(),
  ];
  const before = await picture();
  const company = ca();
  const body = { certificate: base64(company.certificatePem), key: base64(company.privateKeyPem) };
  state.isBroken = true;
  for (const asked of [
    await world.ask('certs server renew', {}),
    await world.ask('certs server csr', {}),
    await world.ask('certs authority import', body),
    await world.ask('vault create', { name: 'v' }),
  ]) {
    t.equal(asked.status, 507);
    t.match(asked.error, { reason: 'full', message: /no room; make some/ });
    t.same(asked.events, []);
  }
  t.same(await picture(), before);
  t.same(effects.noted, []);
  state.isBroken = false;
  done(t, await world.ask('certs server renew', {}), SET);
});

t.test('authority: a company’s takes the place of ours, with what stands above it; clients of before stay', async t => {
  const effects = notingEffects();
  const world = await openWorld(t, { effects });
  const issuedBefore = done(t, await world.ask('client add', { name: 'old', way: { kind: 'issue' } }), SET).certificate;
  const company = ca();
  const issuing = ca({
    subject: 'Issuing',
    issuer: company,
    extensions: [caExtension(0), keyUsage('keyCertSign', 'cRLSign')],
  });
  effects.noted.length = 0;
  const { authority } = done(
    t,
    await world.ask('certs authority import', {
      certificate: base64(issuing.certificatePem),
      chain: base64(company.der),
      key: base64(issuing.privateKeyPem),
    }),
    SET,
    { requestData: { certificateId: first(issuing.certificatePem).sha256 }, responseData: { action: 'update' } },
  );
  t.equal(authority.subject, 'CN=Issuing');
  t.same(effects.noted, ['trust changed'], 'its end is watched from now on');

  const added = done(t, await world.ask('client add', { name: 'vc', way: { kind: 'issue' } }), SET);
  t.match(added.certificate, { issuer: 'CN=Issuing' });
  t.match(
    parseCertificates(added.chainPem ?? '').map(({ subject }) => subject),
    ['CN=Issuing', 'CN=Company'],
  );
  const served = done(t, await world.ask('certs server renew', {}), SET);
  t.match(served.certificate, { issuer: 'CN=Issuing' });
  t.same(
    served.chain.map(({ subject }) => subject),
    ['CN=Issuing'],
    'the root is what clients have',
  );
  t.match(served.warnings, [/the authority ends at 2027-01-01 00:00:00Z, and this certificate with it/]);

  done(t, await world.ask('client remove', { name: 'old' }), 'hs-crypto.mtlscert-cert.delete');
  done(t, await world.ask('client remove', { name: 'vc' }), 'hs-crypto.mtlscert-cert.delete');
  const crl = done(t, await world.ask('certs crl', {}), READ, { responseData: { action: 'read', revoked: 1 } });
  const [list] = parseCrls(crl.crlPem);
  t.ok(list?.isSignedBy(first(issuing.certificatePem)));
  t.same([...(list?.revoked.keys() ?? [])], [added.certificate.serialNumber], 'the earlier one is no list’s any more');
  t.not(issuedBefore.serialNumber, added.certificate.serialNumber);
});

t.test('authority: one that cannot sign what is believed is refused', async t => {
  const world = await openWorld(t);
  const before = String((await world.folder.certificates.authority()).certificatePem);
  const pair = ({ certificatePem, privateKeyPem }: ReturnType<typeof craft>) => ({
    certificate: base64(certificatePem),
    key: base64(privateKeyPem),
  });
  const refusals: [title: string, body: object, message: RegExp][] = [
    ['no authority', pair(forServer()), /no authority/],
    ['expired', pair(ca({ notAfter: days(-1) })), /expired/],
    ['without its key', { certificate: pair(ca()).certificate }, /its key is needed/],
    ['a short key', pair(ca({ keyType: 'RSA 1024' })), /RSA 1024/],
  ];
  for (const [title, body, message] of refusals) {
    await t.test(title, async t => {
      const asked = await world.ask('certs authority import', body);
      failed(t, asked, { code: 400, action: SET, message });
      t.notMatch(JSON.stringify(asked.events), /Company|corp\.example/);
    });
  }
  t.equal(String((await world.folder.certificates.authority()).certificatePem), before);
});

t.test('crl: made now, for as long as the settings say; certificates that have expired are not on it', async t => {
  const world = await openWorld(t, { settings: { 'authority.crlValidityDays': 7, 'clients.validityDays': 10 } });
  done(t, await world.ask('client add', { name: 'vc', way: { kind: 'issue' } }), SET);
  done(t, await world.ask('client remove', { name: 'vc' }), 'hs-crypto.mtlscert-cert.delete');
  const crlOf = async (t: Test) => {
    const crl = done(t, await world.ask('certs crl', {}), READ);
    return { crl, list: parseCrls(crl.crlPem)[0]! };
  };
  const { crl, list } = await crlOf(t);
  t.equal(list.revoked.size, 1);
  t.match(crl, { revoked: 1, nextUpdate: new Date(Math.floor(days(7).getTime() / 1000) * 1000).toISOString() });
  world.now = days(11);
  t.equal((await crlOf(t)).list.revoked.size, 0);
});
