import t from 'tap';
import { sha256Fingerprint } from '../../../certs/index.ts';
import { Operation, ResultReason, V1_1 } from '../../../kmip-codec/index.ts';
import { craft } from '../../certs/crafted.ts';
import {
  authority,
  extendedKeyUsage,
  keyUsage,
  nameConstraints,
  subjectAltNames,
  unknown,
} from '../../certs/crafted-extensions.ts';
import { runServer, type KmipClient } from '../running-server.ts';
import { badCertificates, withChain } from './bad-certificates.ts';

t.setTimeout(180_000);

// OpenSSL would not even load some of these on the client's side.
const client = { ciphers: 'DEFAULT@SECLEVEL=0' };

t.test('each bad certificate is refused for the stated reason, with one event and one entry; others go on', async t => {
  const server = await runServer(t);
  const good = await server.addClient('good');
  const staying = await server.connect(good);
  const isServed = async (one: KmipClient) =>
    (await one.request(Operation.DiscoverVersions, {}, { version: V1_1 })) !== undefined;

  for (const [i, { title, cause, told, make }] of badCertificates.entries()) {
    const organization = `Zebra ${i}`;
    const { identity, der, isPinned, root, crls = [], subjectPattern = `O=${organization}` } = make(organization);
    if (isPinned) await server.addClient(`bad ${i}`, { identity });
    if (root) await server.addRoot(`bad ${i}`, { root, crls, subjectPattern });
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const before = await server.events();
      const knocking = await server.connect(identity, { ...client, maxVersion });
      const item = await knocking.item(Operation.DiscoverVersions, {}, { version: V1_1 });
      t.equal(item.resultReason, ResultReason.AuthenticationNotSuccessful, `${title}: refused over ${maxVersion}`);
      t.match(item.resultMessage, told, `${title}: the client is told "${told}"`);
      t.equal(await knocking.nextMessage(), undefined, 'and the connection ends');

      const events = (await server.events()).slice(before.length);
      t.equal(events.length, 1, `${title}: one event`);
      t.match(events[0], {
        outcome: 'failure',
        severity: 'critical',
        initiator: { id: `CertificateID-${sha256Fingerprint(der)}` },
      });
      if (told !== cause) t.match(events[0]?.reason?.reasonForFailure, `"${cause}"`, `${title}: the event says why`);
      else t.match(JSON.stringify(events[0]), cause, `${title}: the event says why`);
      t.notMatch(JSON.stringify(events[0]), /Zebra|other\.example/, 'the event holds no name of a certificate');
    }
    await server.flushSightings();
    const entries = (await server.store.sightings.refused()).filter(
      ({ fingerprint }) => fingerprint === sha256Fingerprint(der),
    );
    t.match(entries, [{ cause, count: 2 }], `${title}: an entry among the refused`);
    t.equal(entries.length, 1);
    t.equal(await isServed(staying), true, 'a good client goes on');
    const coming = await server.connect(good);
    t.equal(await isServed(coming), true, 'and another comes');
    await coming.close();
  }
  t.equal((await server.store.sightings.refused()).length, badCertificates.length);
  t.same(
    server.logged.filter(({ level }) => level === 'error'),
    [],
  );
});

t.test('what differs from them in nothing but the fault is let in', async t => {
  const server = await runServer(t);
  const dates = { notBefore: new Date(Date.now() - 3_600_000), notAfter: new Date(Date.now() + 3_600_000) };
  const signsAll = keyUsage('keyCertSign', 'cRLSign');
  const named = (commonName: string) =>
    [
      ['O', 'VMware'],
      ['CN', commonName],
    ] as const;
  const root = craft({ ...dates, subject: named('root'), extensions: [authority(1), signsAll] });
  const constraints = nameConstraints({ permitted: ['DNS:corp.example'] });
  const between = craft({
    ...{ ...dates, subject: named('intermediate'), issuer: root },
    extensions: [authority(0), signsAll, constraints],
  });
  const purposes = [keyUsage('digitalSignature'), extendedKeyUsage(['serverAuth', 'clientAuth']), unknown(false)];
  const leaf = craft({
    ...{ ...dates, subject: named('vcenter-1'), issuer: between },
    extensions: [...purposes, subjectAltNames('DNS:vcenter-1.corp.example')],
  });
  await server.addRoot('vcenter', { root: root.der, subjectPattern: 'CN=vcenter-*, O=VMware' });
  const connection = await server.connect(withChain(leaf, between), client);
  t.ok(await connection.request(Operation.DiscoverVersions, {}, { version: V1_1 }));
});
