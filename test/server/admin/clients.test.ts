import { createPrivateKey, X509Certificate } from 'node:crypto';
import t from 'tap';
import { parseCertificates, sha1Fingerprint, sha256Fingerprint } from '../../../certs/index.ts';
import { verifyPassword } from '../../../server/credentials/index.ts';
import { craft, type Craft } from '../../certs/crafted.ts';
import { craftCrl } from '../../certs/crafted-crl.ts';
import { authority, keyUsage } from '../../certs/crafted-extensions.ts';
import { certificateRequest } from '../../certs/material.ts';
import { base64, done, failed, notingEffects, openWorld, START, type World } from './fixture.ts';

const SET = 'hs-crypto.mtlscert-cert.set';
const LIST = 'hs-crypto.mtlscert-cert.list';
const READ = 'hs-crypto.mtlscert-cert.read';
const DELETE = 'hs-crypto.mtlscert-cert.delete';

const root = (how: Craft = {}) =>
  craft({ subject: 'VMCA', extensions: [authority(), keyUsage('keyCertSign', 'cRLSign')], ...how });
const pin = (name: string, made: { der: Uint8Array }) => ({
  name,
  way: { kind: 'pin' as const, file: base64(made.der) },
});
const days = (count: number) => new Date(START.getTime() + count * 86_400_000);

t.test('add: a pair that we make: certificate, chain and key are handed out, the key is not kept', async t => {
  const world = await openWorld(t, { effects: notingEffects() });
  const asked = await world.ask('client add', { name: 'vc', way: { kind: 'issue' } });
  const added = done(t, asked, SET, { severity: 'critical' });
  const { certificatePem = '', chainPem = '', privateKeyPem = '', certificate } = added;
  t.match(added, { client: 'vc', vault: 'default', isNew: true, warnings: [] });
  const x509 = new X509Certificate(certificatePem);
  t.ok(x509.checkPrivateKey(createPrivateKey(privateKeyPem)));
  t.ok(x509.verify(new X509Certificate(chainPem).publicKey));
  t.match(certificate, { publicKey: 'ECDSA P-256', subject: 'CN=vc', daysLeft: 824 });
  t.match(asked.events, [
    {
      target: { name: 'vc' },
      requestData: { client: 'vc', vault: 'default', way: 'issue', certificateId: certificate.sha256 },
      responseData: { action: 'create', clientId: added.id },
    },
  ]);
  const kept = await world.folder.store.directory.clientByFingerprint(certificate.sha256);
  t.match(kept, { client: { name: 'vc' }, certificate: { origin: 'issued' } });
  const rsa = done(t, await world.ask('client add', { name: 'old', way: { kind: 'issue', keyType: 'RSA 2048' } }), SET);
  t.equal(rsa.certificate.publicKey, 'RSA 2048');
});

t.test('add: validity and key of what we issue are settings', async t => {
  const settings = { 'clients.keyType': 'Ed25519', 'clients.validityDays': 30 };
  const world = await openWorld(t, { settings });
  const { certificate } = done(t, await world.ask('client add', { name: 'vc', way: { kind: 'issue' } }), SET);
  t.match(certificate, { publicKey: 'Ed25519', daysLeft: 29 });
});

t.test('add: a request is signed, whatever subject it has; the answer has no key', async t => {
  const world = await openWorld(t);
  const { csrPem } = await certificateRequest();
  const added = done(
    t,
    await world.ask('client add', { name: 'vc', way: { kind: 'sign', file: base64(csrPem) } }),
    SET,
  );
  t.equal(added.privateKeyPem, undefined);
  t.match(added.certificate.subject, /O=VMware/);
  const certificate = new X509Certificate(added.certificatePem ?? '');
  t.ok(certificate.verify(new X509Certificate(added.chainPem ?? '').publicKey));
  failed(t, await world.ask('client add', { name: 'v2', way: { kind: 'sign', file: base64('-----BEGIN X-----') } }), {
    ...{ code: 400, action: SET, message: /expected/ },
    told: { target: { name: 'v2' } },
  });
});

t.test(
  'add: a certificate is pinned as it is, in PEM or DER; subject and host names stay out of the event',
  async t => {
    const effects = notingEffects();
    const world = await openWorld(t, { effects });
    const made = craft({ subject: 'vcenter.corp.example' });
    const asked = await world.ask('client add', {
      name: 'vc',
      way: { kind: 'pin', file: base64(`text around\r\n${made.certificatePem.replaceAll('\n', '\r\n')}`) },
    });
    const { certificate, warnings } = done(t, asked, SET);
    t.equal(certificate.sha256, sha256Fingerprint(made.der));
    t.same(warnings, []);
    t.notMatch(JSON.stringify(asked.events), /corp\.example/);
    t.ok(effects.noted.includes('trust changed'));
  },
);

t.test('add: refuses what could not let the client in, or lets somebody in already', async t => {
  const world = await openWorld(t);
  const one = craft({ subject: 'host.corp.example' });
  done(t, await world.ask('client add', pin('one', one)), SET);
  const refusals: [title: string, body: Parameters<typeof ask>[0], code: number, message: RegExp][] = [
    [
      'an expired one',
      pin('b', craft({ notAfter: days(-1) })),
      409,
      /expired at 2026-11-21 07:30:00Z; have the client/,
    ],
    ['another client’s', pin('b', one), 409, /belongs to client one already; remove it there first/],
    ['one that the client has', pin('one', one), 409, /client one has this certificate already; there is nothing/],
    ['a short key', pin('b', craft({ keyType: 'RSA 1024' })), 400, /RSA 1024/],
    ['a curve of others', pin('b', craft({ keyType: 'ECDSA secp256k1' })), 400, /key of type/],
    [
      'no certificate',
      { name: 'b', way: { kind: 'pin', file: base64('-----BEGIN CERTIFICATE-----\nAA') } },
      400,
      /line/,
    ],
    ['no base64', { name: 'b', way: { kind: 'pin', file: '&&&' } }, 400, /not base64/],
    ['a vault that is not there', { ...pin('b', craft()), vault: 'none' }, 404, /there is no vault none; make it with/],
    ['a path as name', pin('../b', craft()), 400, /other characters than a name may have; use/],
    ['an address as name', pin('vc 192.0.2.7', craft()), 400, /holds an address/],
    ['a long name', pin('x'.repeat(65), craft()), 400, /name must NOT have more than 64/],
  ];
  const ask = (body: Parameters<World['ask']>[1] & ReturnType<typeof pin>) => world.ask('client add', body);
  for (const [title, body, code, message] of refusals) {
    await t.test(title, async t => {
      const asked = await ask(body);
      failed(t, asked, { code, action: SET, message });
      t.notMatch(JSON.stringify(asked.events), /corp\.example|192\.0\.2/);
    });
  }
  t.same(
    (await world.folder.store.directory.clients()).map(({ name }) => name),
    ['one'],
    'nobody was added',
  );
});

t.test('add: a second generation stands beside the first; what the person should know is said', async t => {
  const world = await openWorld(t);
  const first = craft({ notBefore: days(-200) });
  const second = craft({ notBefore: days(-10) });
  done(t, await world.ask('client add', pin('vc', second)), SET);
  const { isNew, warnings } = done(t, await world.ask('client add', pin('vc', first)), SET, {
    responseData: { action: 'update' },
  });
  t.equal(isNew, false);
  t.match(warnings, [/newer generation \(valid from 2026-11-12 07:30:00Z\)/]);
  const { certificates } = (await world.ask('client show', { name: 'vc' })).answer;
  t.equal(certificates.length, 2);

  const cases: [Craft, RegExp][] = [
    [{ keyType: 'RSA 2048', hash: 'sha1', notBefore: days(-1) }, /signed with RSA SHA-1/],
    [{ notBefore: days(3) }, /valid from 2026-11-25 07:30:00Z on; until then the client is refused/],
  ];
  for (const [how, warning] of cases) {
    t.match(done(t, await world.ask('client add', pin('vc', craft(how))), SET).warnings, [warning]);
  }
});

t.test('add: a certificate that was removed earlier is pointed out', async t => {
  const world = await openWorld(t);
  const made = craft();
  done(t, await world.ask('client add', pin('old name', made)), SET);
  done(t, await world.ask('client remove', { name: 'old name' }), DELETE);
  world.later(3600);
  const { warnings } = done(t, await world.ask('client add', pin('vc', made)), SET);
  t.match(warnings, [/was removed from client old name at 2026-11-22 07:30:00Z/]);
});

t.test('add: username and password are set, and set anew; neither stands in an event', async t => {
  const world = await openWorld(t);
  const { directory } = world.folder.store;
  for (const password of ['first secret', 'second secret']) {
    const credential = { username: 'kmip-user', password };
    const asked = await world.ask('client add', { name: 'vc', way: { kind: 'issue' }, credential });
    done(t, asked, SET, { requestData: { credential: 'set' } });
    t.notMatch(JSON.stringify(asked.events), /secret|kmip-user/);
    const kept = (await directory.clientNamed('vc'))?.credential;
    t.equal(kept?.username, 'kmip-user');
    t.ok(await verifyPassword(password, kept?.passwordHash ?? ''));
  }
  failed(t, await world.ask('client add', { ...pin('vc', craft()), vault: 'other' }), {
    ...{ code: 409, action: SET, message: /client vc belongs to vault default; give the new client another name/ },
  });
});

t.test('add: a root lets in by subject; intermediates and revocation lists go with it', async t => {
  const world = await openWorld(t);
  const vmca = root();
  const sub = root({ subject: 'Sub', issuer: vmca });
  const crls = [craftCrl({ issuer: vmca }), craftCrl({ issuer: sub, nextUpdate: days(9) })].map(base64);
  const file = base64(sub.certificatePem + vmca.certificatePem);
  const way = { kind: 'root' as const, file, subject: 'CN=vcenter-*', crls };
  const asked = await world.ask('client add', { name: 'vc', way });
  const { certificate, warnings } = done(t, asked, SET, {
    requestData: { certificateId: sha256Fingerprint(vmca.der) },
  });
  t.equal(certificate.sha256, sha256Fingerprint(vmca.der), 'the root of the two');
  t.match(warnings, [/a revocation list ended at 2026-07-02 .* clients are refused until/]);
  const [kept] = await world.folder.store.directory.roots();
  t.match(kept, { client: { name: 'vc' }, root: { subjectPattern: 'CN=vcenter-*' } });
  t.same(kept?.root.issuers.map(sha256Fingerprint), [sha256Fingerprint(sub.der)]);
  t.equal(kept?.root.crls.length, 2);
  const { roots } = (await world.ask('client show', { name: 'vc' })).answer;
  t.match(roots, [{ subject: 'CN=VMCA', crls: [{ issuer: 'CN=VMCA' }, { issuer: 'CN=Sub', revoked: 0 }] }]);
  failed(t, await world.ask('client add', { name: 'vc', way }), {
    ...{ code: 409, action: SET, message: /client vc has this root already; to change its subjects remove it/ },
  });
  done(t, await world.ask('client add', { name: 'other', way: { ...way, subject: 'CN=host-*' } }), SET);
});

t.test('add: a root that could let in nobody is refused, as are subjects and lists that say nothing', async t => {
  const world = await openWorld(t);
  const good = root();
  const refusals: [title: string, file: Uint8Array | string, more: object, message: RegExp][] = [
    ['expired', root({ notAfter: days(-1) }).der, {}, /rule "expired"/],
    ['no authority', craft().der, {}, /rule "no authority"/],
    ['a short key', root({ keyType: 'RSA 1024' }).der, {}, /rule "weak key"/],
    ['two roots', good.certificatePem + root().certificatePem, {}, /holds 2 roots; give one root/],
    [
      'no root among several',
      root({ issuer: good }).certificatePem + root({ issuer: good }).certificatePem,
      {},
      /no root/,
    ],
    ['a client beside it', good.certificatePem + craft({ issuer: good }).certificatePem, {}, /that is no authority/],
    ['a pattern without a type', good.der, { subject: 'vcenter' }, /expected/],
    ['another authority’s list', good.der, { crls: [base64(craftCrl({ issuer: root() }))] }, /not signed by the root/],
    ['a forged list', good.der, { crls: [base64(craftCrl({ issuer: good, isForged: true }))] }, /not signed by/],
    ['no list', good.der, { crls: [base64(good.der)] }, /expected/],
  ];
  for (const [title, file, more, message] of refusals) {
    await t.test(title, async t => {
      const way = { kind: 'root' as const, file: base64(file), subject: 'CN=*', ...more };
      failed(t, await world.ask('client add', { name: 'vc', way }), { code: 400, action: SET, message });
    });
  }
  t.same(await world.folder.store.directory.clients(), []);
  const weak = {
    kind: 'root' as const,
    file: base64(root({ keyType: 'RSA 2048', hash: 'sha1' }).der),
    subject: 'CN=*',
  };
  t.match(done(t, await world.ask('client add', { name: 'vc', way: weak }), SET).warnings, [
    /signed itself with RSA SHA-1/,
  ]);
});

t.test('crl: replaces the lists of a root; they must be its own', async t => {
  const effects = notingEffects();
  const world = await openWorld(t, { effects });
  const [vmca, other] = [root(), root({ subject: 'Other' })];
  const crls = [base64(craftCrl({ issuer: vmca, revoked: [{ serialNumber: Buffer.of(5) }], nextUpdate: days(9) }))];
  const addRoot = (made: typeof vmca) => ({ kind: 'root' as const, file: base64(made.der), subject: 'CN=*' });
  failed(t, await world.ask('client crl', { name: 'vc', crls }), { code: 404, action: SET, message: /no client vc/ });
  done(t, await world.ask('client add', pin('vc', craft())), SET);
  failed(t, await world.ask('client crl', { name: 'vc', crls }), {
    code: 404,
    action: SET,
    message: /no trusted root/,
  });
  done(t, await world.ask('client add', { name: 'vc', way: addRoot(vmca) }), SET);
  effects.noted.length = 0;
  const certificateId = sha256Fingerprint(vmca.der);
  const set = done(t, await world.ask('client crl', { name: 'vc', crls }), SET, {
    requestData: { client: 'vc', certificateId },
    responseData: { action: 'update', revocationLists: 1 },
  });
  t.match(set.roots, [{ crls: [{ revoked: 1, nextUpdate: days(9).toISOString().replace(/\.\d+/, '.000') }] }]);
  t.same(effects.noted, ['trust changed'], 'whom it revokes is cut');
  done(t, await world.ask('client add', { name: 'vc', way: addRoot(other) }), SET);
  failed(t, await world.ask('client crl', { name: 'vc', crls }), {
    code: 400,
    action: SET,
    message: /2 roots; say which/,
  });
  const prefix = sha256Fingerprint(other.der).slice(0, 8).toUpperCase();
  failed(t, await world.ask('client crl', { name: 'vc', root: prefix, crls }), {
    ...{ code: 400, action: SET, message: /not signed by the root/ },
    told: { requestData: { certificateId: sha256Fingerprint(other.der) } },
  });
  failed(t, await world.ask('client crl', { name: 'vc', root: '00000000', crls }), {
    ...{ code: 404, action: SET, message: /no such root/ },
  });
  done(t, await world.ask('client crl', { name: 'vc', root: certificateId, crls }), SET);
  const older = base64(craftCrl({ issuer: vmca, thisUpdate: days(-300), nextUpdate: days(9) }));
  failed(t, await world.ask('client crl', { name: 'vc', root: certificateId, crls: [older] }), {
    ...{
      code: 409,
      action: SET,
      message: /is of 2026-01-26 .* and the one of 2026-06-30 .* is known; give a later one/,
    },
  });
});

t.test(
  'remove: a client with everything that lets it in; ours goes on our revocation list; who was let in is cut',
  async t => {
    const world = await openWorld(t, { effects: notingEffects({ connectionsCut: 3 }) });
    const { certificate: issued } = (await world.ask('client add', { name: 'vc', way: { kind: 'issue' } })).answer;
    const pinned = craft();
    const vmca = root();
    done(t, await world.ask('client add', pin('vc', pinned)), SET);
    done(
      t,
      await world.ask('client add', { name: 'vc', way: { kind: 'root', file: base64(vmca.der), subject: 'CN=*' } }),
      SET,
    );
    const removed = [issued.sha256, sha256Fingerprint(pinned.der), sha256Fingerprint(vmca.der)];
    const asked = await world.ask('client remove', { name: 'vc' });
    const answer = done(t, asked, DELETE, {
      severity: 'critical',
      requestData: { client: 'vc' },
      responseData: { action: 'delete', isGone: true, revoked: [issued.sha256] },
    });
    t.match(answer, { client: 'vc', isGone: true, connectionsCut: 3 });
    t.same([...answer.removed].sort(), [...removed].sort());
    t.same([...(asked.events[0]?.requestData['certificateId'] as string[])].sort(), [...removed].sort());
    t.same(await world.folder.store.directory.clients(), []);
    t.same(await world.folder.store.directory.roots(), []);
    const crl = (await world.ask('certs crl', {})).answer;
    t.equal(crl.revoked, 1);
    failed(t, await world.ask('client remove', { name: 'vc' }), { code: 404, action: DELETE, message: /no client vc/ });
  },
);

t.test('remove: one certificate or root, by the first digits of its fingerprint; the client stays', async t => {
  const world = await openWorld(t);
  const vmca = root();
  const pinned = craft();
  done(t, await world.ask('client add', pin('vc', pinned)), SET);
  done(
    t,
    await world.ask('client add', { name: 'vc', way: { kind: 'root', file: base64(vmca.der), subject: 'CN=*' } }),
    SET,
  );
  const remove = (certificate: string) => world.ask('client remove', { name: 'vc', certificate });
  for (const [given, code, message] of [
    ['00:00:00:00', 404, /no such certificate or root/],
    ['xyz', 400, /no fingerprint/],
    ['ab', 400, /the first 4 at least/],
  ] as const) {
    failed(t, await remove(given), { code, action: DELETE, message });
  }
  for (const { der } of [vmca, pinned]) {
    const sha256 = sha256Fingerprint(der);
    const colons = (sha256.slice(0, 10).toUpperCase().match(/../g) ?? []).join(':');
    const answer = done(t, await remove(colons), DELETE, { requestData: { certificateId: [sha256] } });
    t.same(answer, { client: 'vc', removed: [sha256], isGone: false }, 'nothing is cut where no server runs');
  }
  t.equal((await world.folder.store.directory.clients()).length, 1);
  done(t, await world.ask('client add', pin('vc', craft())), SET);
});

t.test('remove: digits that two have are refused, and a certificate that a root lets in each time', async t => {
  const world = await openWorld(t);
  const { store } = world.folder;
  const client = done(t, await world.ask('client add', pin('vc', craft())), SET).id;
  const [kept] = await store.directory.certificates(client);
  const unit = store.begin();
  const fingerprint = `${kept?.fingerprint.slice(0, 8)}${'0'.repeat(56)}`;
  const seen = { fingerprint, client, der: craft().der, origin: 'seen' as const, issuers: [], addedAt: START };
  unit.administer({ kind: 'add certificate', certificate: seen });
  await unit.commit();
  failed(t, await world.ask('client remove', { name: 'vc', certificate: fingerprint.slice(0, 8) }), {
    ...{ code: 409, action: DELETE, message: /several have a fingerprint that begins like that .*; give more digits/ },
  });
  failed(t, await world.ask('client remove', { name: 'vc', certificate: fingerprint }), {
    ...{
      code: 409,
      action: DELETE,
      message: /a trusted root lets this certificate in each time; have its authority revoke/,
    },
  });
});

t.test('refused and trust: who has knocked is shown without any address, and let in by fingerprint', async t => {
  const effects = notingEffects();
  const world = await openWorld(t, { effects });
  const { store } = world.folder;
  const [made, other] = [craft({ subject: 'vcenter.corp.example' }), craft()];
  const junk = Buffer.from('30020500', 'hex');
  await store.sightings.note({
    seen: new Map(),
    refused: [made.der, other.der, junk].map((der, index) => ({
      ...{ fingerprint: sha256Fingerprint(der), der, issuers: [], cause: 'unknown certificate', count: 2 },
      ...{ firstAt: days(-2), lastAt: days(-index / 10) },
    })),
  });
  const { refused } = done(t, await world.ask('client refused', {}), LIST, {
    responseData: { action: 'list', count: 3 },
  });
  t.match(refused[0], {
    ...{ sha256: sha256Fingerprint(made.der), sha1: sha1Fingerprint(made.der), cause: 'unknown certificate', count: 2 },
    ...{ subject: 'CN=vcenter.corp.example', notBefore: '2026-01-01T00:00:00.000Z', lastAt: START.toISOString() },
  });
  t.match(refused[2], { subject: '', notBefore: null, notAfter: null });
  const trust = (fingerprint: string, name = 'vc') => world.ask('client trust', { name, fingerprint });
  failed(t, await trust(sha256Fingerprint(made.der).slice(0, 7)), {
    code: 400,
    action: SET,
    message: /first 8 at least/,
  });
  failed(t, await trust('00'.repeat(32)), {
    code: 404,
    action: SET,
    message: /was refused; `kmipd client refused` shows/,
  });
  const byShown = (sha1Fingerprint(made.der).toUpperCase().match(/../g) ?? []).join(':');
  effects.noted.length = 0;
  const asked = await trust(byShown);
  const added = done(t, asked, SET, { requestData: { way: 'trust', certificateId: sha256Fingerprint(made.der) } });
  t.match(added, { client: 'vc', isNew: true, certificate: { sha256: sha256Fingerprint(made.der) } });
  t.same(effects.noted, ['sightings flushed', 'sightings flushed', 'trust changed']);
  t.notMatch(JSON.stringify(asked.events), /corp\.example/);
  t.equal((await store.sightings.refused()).length, 2, 'it is not among the refused any more');
  t.same(added.warnings, [], 'nobody can forge a whole fingerprint');
  failed(t, await trust(byShown), { code: 404, action: SET, message: /was refused/ });
  done(t, await world.ask('client remove', { name: 'vc' }), DELETE);
  done(t, await world.ask('client add', pin('two', other)), SET);
  t.equal((await store.sightings.refused()).length, 1, 'nor one that is pinned from its file');

  const third = craft();
  const { der } = third;
  const refusal = { issuers: [], cause: 'unknown certificate', count: 1, firstAt: START, lastAt: START };
  await store.sightings.note({ seen: new Map(), refused: [{ ...refusal, der, fingerprint: sha256Fingerprint(der) }] });
  const byPart = done(t, await trust(sha256Fingerprint(der).slice(0, 8), 'three'), SET);
  t.match(byPart.warnings, [
    /a part of a fingerprint can be forged; see that the whole is the client's: SHA-256 ([0-9A-F]{2}:){31}/,
  ]);
});

t.test(
  'show and list: certificates with days left, when each was seen, keys, and products as vCenter writes them',
  async t => {
    const effects = notingEffects();
    const world = await openWorld(t, { effects });
    const { store } = world.folder;
    const made = craft();
    const { id } = done(t, await world.ask('client add', pin('vc', made)), SET);
    const fingerprint = sha256Fingerprint(made.der);
    const [vault] = await store.directory.vaults();
    const unit = store.begin();
    for (const [index, version] of ['8.0.3', '8.0.3', '7.0.1'].entries()) {
      unit.insert({
        ...{ vault: vault!.id, uniqueIdentifier: `key-${index}`, objectType: 2, state: 1, attributes: Buffer.of(1) },
        ...{ material: Buffer.of(1), isArchived: false, createdAt: START, nextTransitionAt: undefined },
        terms: [
          { name: 'x-Product', value: 'VMware vSphere' },
          { name: 'x-Product_Version', value: version },
        ],
      });
    }
    await unit.commit();
    await store.sightings.note({
      seen: new Map([[fingerprint, { handshakeAt: days(-1), requestAt: days(-2) }]]),
      refused: [],
    });
    const shown = done(t, await world.ask('client show', { name: 'vc' }), READ, {
      severity: 'normal',
      target: { name: 'vc' },
      requestData: { client: 'vc', certificateId: [fingerprint] },
      responseData: { action: 'read' },
    });
    t.match(shown, {
      ...{ name: 'vc', id, vault: 'default', username: null, roots: [] },
      ...{ lastHandshakeAt: days(-1).toISOString(), lastRequestAt: days(-2).toISOString(), keys: 3 },
      certificates: [
        {
          ...{ sha256: fingerprint, origin: 'pinned', addedAt: START.toISOString(), daysLeft: 39 },
          ...{ lastHandshakeAt: days(-1).toISOString(), signatureAlgorithm: 'ECDSA SHA-256' },
        },
      ],
      products: [
        { attribute: 'x-Product', value: 'VMware vSphere', keys: 3 },
        { attribute: 'x-Product_Version', value: '8.0.3', keys: 2 },
        { attribute: 'x-Product_Version', value: '7.0.1', keys: 1 },
      ],
    });
    t.ok(effects.noted.includes('sightings flushed'), 'what was just seen is shown');
    const { clients } = done(t, await world.ask('client list', {}), LIST, {
      responseData: { action: 'list', count: 1 },
    });
    const { lastHandshakeAt: _, lastRequestAt: __, keys: ___, products: ____, ...inList } = shown;
    t.same(clients, [inList]);
    failed(t, await world.ask('client show', { name: 'no one' }), {
      code: 404,
      action: READ,
      message: /no client no one/,
    });
    t.same(parseCertificates(made.der).length, 1);
  },
);
