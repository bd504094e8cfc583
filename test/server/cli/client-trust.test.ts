import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { colons, createAuthority, issueCrl, parseCertificates, sha1Fingerprint } from '../../../certs/index.ts';
import { dataFolder, parsed } from './fixture.ts';

const NOW = new Date('2026-11-22T08:00:00Z');
const authority = (commonName: string, validityDays = 1000) =>
  createAuthority({ commonName, now: new Date('2026-11-01T00:00:00Z'), validityDays, keyType: 'ECDSA P-256' });

t.test('client refused lists who knocked, and client trust lets one in by its fingerprint', async t => {
  const { kmipd, open } = await dataFolder(t);
  const { der } = await authority('vcsa');
  const [certificate] = parseCertificates(der);
  const { store } = await open();
  const knock = { fingerprint: certificate!.sha256, der, issuers: [], cause: 'unknown certificate' };
  await store.sightings.note({ seen: new Map(), refused: [{ ...knock, firstAt: NOW, lastAt: NOW, count: 3 }] });

  const shown = (await kmipd(['client', 'refused'])).out;
  t.match(shown, /^CN=vcsa\n {2}refused +3 times, unknown certificate\n/);
  t.match(shown, `SHA-1    ${colons(sha1Fingerprint(der))}\n  SHA-256  ${colons(certificate!.sha256)}\n`);

  t.match(await kmipd(['client', 'trust', '00000000', '--name', 'vcsa']), { code: 3, err: /`kmipd client refused`/ });
  t.match(await kmipd(['client', 'trust', 'xyz', '--name', 'vcsa']), { code: 2, err: /"xyz" is no fingerprint/ });
  const sha1 = colons(sha1Fingerprint(der)).slice(0, 11);
  t.match(await kmipd(['client', 'trust', sha1, '--name', 'vcsa']), {
    code: 0,
    out: /^client vcsa added to vault default\n/,
  });
  t.match(parsed(await kmipd(['client', 'show', 'vcsa', '--json'])), {
    certificates: [{ origin: 'pinned', sha256: certificate!.sha256 }],
  });
  t.match(await kmipd(['client', 'refused']), { out: 'nobody was refused\n' });
});

t.test('client add --ca trusts a root for some subjects, with revocation lists that can be replaced', async t => {
  const { kmipd, parent } = await dataFolder(t);
  const root = await authority('company');
  const file = (name: string, content: string) => {
    writeFileSync(join(parent, name), content);
    return join(parent, name);
  };
  const list = (now: Date, serialNumbers: string[]) =>
    issueCrl({
      authority: root,
      revoked: serialNumbers.map(serialNumber => ({ serialNumber, revokedAt: now })),
      now,
      validityDays: 30,
    });
  const ca = file('root.pem', root.certificatePem);
  const first = file('1.crl', (await list(new Date('2026-11-20T00:00:00Z'), ['0a'])).crlPem);
  const second = file('2.crl', (await list(new Date('2026-11-21T00:00:00Z'), ['0a', '0b'])).crlPem);

  const add = ['client', 'add', 'vcsa', '--ca', ca];
  t.match(await kmipd([...add, '--subject', 'CN=']), { code: 2, err: /subject pattern|CN=/ });
  t.match(await kmipd([...add, '--subject', 'CN=vcsa-*', '--crl', ca]), {
    code: 4,
    err: /root\.pem: .*; name another file/,
  });
  const ran = await kmipd([...add, '--subject', 'CN=vcsa-*, O=VMware', '--crl', first]);
  t.match(ran, { code: 0, out: /^client vcsa added to vault default\n {2}subject +CN=company\n/ });
  const shown = (await kmipd(['client', 'show', 'vcsa'])).out;
  t.match(shown, /\nroot CN=company\n {2}lets in +CN=vcsa-\*, O=VMware\n/);
  t.match(shown, /revocation lists +of CN=company, .* 1 revoked\n/);

  t.match(await kmipd(['client', 'crl', 'vcsa', second]), {
    code: 0,
    out: /^revocation lists of client vcsa replaced\n[^]* 2 revoked\n/,
  });
  t.match(await kmipd(['client', 'crl', 'vcsa', ca]), { code: 4, err: /root\.pem: / });
  t.match(await kmipd(['client', 'crl', 'nobody', second]), { code: 3, err: /there is no client nobody/ });

  const sha256 = parseCertificates(root.der)[0]?.sha256 ?? '';
  t.match(await kmipd(['client', 'remove', 'vcsa', '--certificate', sha256.slice(0, 8)]), {
    code: 0,
    out: `removed from client vcsa: ${sha256}\n`,
  });
  t.match(parsed(await kmipd(['client', 'show', 'vcsa', '--json'])), { roots: [], certificates: [] });
});
