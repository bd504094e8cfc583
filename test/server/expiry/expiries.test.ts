import t from 'tap';
import { issueCrl, parseCertificates } from '../../../certs/index.ts';
import { openDataFolder } from '../../../server/data-folder/index.ts';
import { expiries } from '../../../server/expiry/index.ts';
import { options } from '../data-folder/fixture.ts';
import { addClient, administer, day, makeAuthority, makeClient, makeServer, sha256Of, START } from './fixture.ts';

t.test('everything that ends is found, soonest first', async t => {
  const folder = await openDataFolder(t.testdir(), options);
  t.teardown(() => folder.close());
  const { store, certificates } = folder;
  const authority = await certificates.authority();
  const first = await expiries(store, certificates, START);
  t.match(
    first.map(({ kind, name, daysLeft, within }) => ({ kind, name, daysLeft, within })),
    [
      { kind: 'server', name: '', daysLeft: 825, within: null },
      { kind: 'authority', name: '', daysLeft: 3650, within: null },
    ],
  );
  t.equal(first[1]?.sha256, sha256Of(authority.certificatePem));
  t.equal(first[0]?.subject, 'CN=kms.example');

  const [old, present] = [await makeClient(authority, 'vcsa', 20), await makeClient(authority, 'vcsa', 400)];
  await addClient(store, 'vcenter', [
    { der: old.der, origin: 'issued' },
    { der: present.der, origin: 'pinned' },
  ]);
  const vmca = await makeAuthority('VMCA', 60);
  const [replaced, seen] = [await makeClient(vmca, 'host', 3), await makeClient(vmca, 'host', 5)];
  const other = await makeClient(vmca, 'other host', 4);
  const client = await addClient(store, 'hosts', [
    { der: replaced.der, origin: 'seen' },
    { der: seen.der, origin: 'seen' },
    { der: other.der, origin: 'seen' },
  ]);
  const older = await issueCrl({ authority: vmca, revoked: [], now: START, validityDays: 1 });
  const newer = await issueCrl({ authority: vmca, revoked: [], now: day(0.5), validityDays: 30 });
  const root = {
    fingerprint: sha256Of(vmca.certificatePem),
    client,
    der: vmca.der,
    issuers: [],
    subjectPattern: 'CN=*',
    crls: [newer.der, older.der],
    addedAt: START,
  };
  await administer(store, { kind: 'add root', root });

  const found = await expiries(store, certificates, day(2));
  t.same(
    found.map(({ kind, name, subject, daysLeft, within }) => [kind, name, subject, daysLeft, within]),
    [
      ['client', 'hosts', 'CN=other host', 2, 7],
      ['client', 'hosts', 'CN=host', 3, 7],
      ['client', 'vcenter', 'CN=vcsa', 18, 30],
      ['revocation list', 'hosts', 'CN=VMCA', 28, null],
      ['root', 'hosts', 'CN=VMCA', 58, 90],
      ['client', 'vcenter', 'CN=vcsa', 398, null],
      ['server', '', 'CN=kms.example', 823, null],
      ['authority', '', parseCertificates(authority.certificatePem)[0]!.subject, 3648, null],
    ],
  );
  t.equal(found[3]?.notAfter, newer.nextUpdate.toISOString());
  t.equal(
    found[1]?.sha256,
    sha256Of(seen.certificatePem),
    'of what a root let in, the one that was replaced is not told',
  );
});

t.test('the authorities above the server’s certificate are told too, each once', async t => {
  const folder = await openDataFolder(t.testdir(), options);
  t.teardown(() => folder.close());
  const { store, certificates } = folder;
  const company = await makeAuthority('Company CA', 40);
  const { certificatePem, privateKeyPem } = await makeServer(company, 20);
  const chained = { certificatePem: certificatePem + company.certificatePem, privateKeyPem };
  await certificates.setServer(chained);
  await certificates.setAuthority(company);
  const found = await expiries(store, certificates, START);
  t.same(
    found.map(({ kind, subject, daysLeft, within }) => [kind, subject, daysLeft, within]),
    [
      ['server', 'CN=kms.example', 20, 30],
      ['authority', 'CN=Company CA', 40, 90],
    ],
  );
});
