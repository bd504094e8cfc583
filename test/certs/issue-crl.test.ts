import t from 'tap';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import {
  createAuthority,
  issueClientCertificate,
  issueCrl,
  keyTypes,
  parseCertificates,
  parseCrls,
  validatePath,
} from '../../certs/index.ts';
import { craft } from './crafted.ts';
import { authority as isAuthority, keyUsage } from './crafted-extensions.ts';

const now = new Date('2026-05-04T12:34:56.789Z');
const kinds = keyTypes.filter(keyType => !/RSA (4096|8192)/.test(keyType));

for (const keyType of kinds) {
  t.test(`issues a list that openssl verifies and paths are judged by, ${keyType} (RFC 5280 §5)`, async t => {
    const authority = await createAuthority({ commonName: 'Authority', now, validityDays: 100, keyType });
    const client = async (commonName: string) =>
      issueClientCertificate({ authority, commonName, now, validityDays: 50, keyType: 'ECDSA P-256' });
    const [gone, stays] = [await client('gone'), await client('stays')];
    const { serialNumber } = parseCertificates(gone.der)[0]!;
    const revokedAt = new Date('2026-05-04T11:00:00.500Z');
    const issued = await issueCrl({ authority, revoked: [{ serialNumber, revokedAt }], now, validityDays: 30 });

    t.match(issued, { thisUpdate: new Date('2026-05-04T12:29:56Z'), nextUpdate: new Date('2026-06-03T12:34:56Z') });
    const [list] = parseCrls(issued.crlPem);
    t.match(list, {
      issuer: 'CN=Authority',
      number: BigInt(now.getTime()),
      thisUpdate: issued.thisUpdate,
      nextUpdate: issued.nextUpdate,
      signatureAlgorithm: parseCertificates(authority.der)[0]!.signatureAlgorithm,
      unusable: undefined,
    });
    t.same([...list!.revoked], [[serialNumber, new Date('2026-05-04T11:00:00Z')]]);
    t.equal(list!.isSignedBy(parseCertificates(authority.der)[0]!), true);

    const judge = (certificate: Uint8Array) =>
      validatePath({ certificate, issuers: [], root: authority.der, crls: [issued.der], staleCrl: 'refuse', now });
    t.match(judge(gone.der), { ok: false, problem: { rule: 'revoked' } });
    t.match(judge(stays.der), { ok: true, validUntil: issued.nextUpdate });

    const folder = t.testdir();
    const file = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const [ca, crl] = [file('ca.pem', authority.certificatePem), file('crl.pem', issued.crlPem)];
    const openssl = (...args: string[]) => {
      const { stdout, stderr, status } = spawnSync('openssl', args, { encoding: 'utf8' });
      return { text: stdout + stderr, status };
    };
    const shown = openssl('crl', '-in', crl, '-CAfile', ca, '-verify', '-noout', '-text');
    t.match(shown.text, /^verify OK$/m);
    t.match(shown.text, /Version 2/);
    t.match(shown.text, new RegExp(`Serial Number: ${serialNumber}`, 'i'));
    t.match(shown.text, /X509v3 Authority Key Identifier/);
    const verify = (name: string, pem: string) =>
      openssl(
        'verify',
        '-CAfile',
        ca,
        '-CRLfile',
        crl,
        '-crl_check',
        '-attime',
        String((now.getTime() / 1000) | 0),
        '-x509_strict',
        file(name, pem),
      );
    t.match(verify('gone.pem', gone.certificatePem), { status: 2, text: /certificate revoked/ });
    t.match(verify('stays.pem', stays.certificatePem), { status: 0, text: /OK/ });
  });
}

t.test('issues an empty list, and one for a year with four digits', async t => {
  const authority = await createAuthority({ commonName: 'x', now, validityDays: 100, keyType: 'ECDSA P-256' });
  const issued = await issueCrl({ authority, revoked: [], now, validityDays: 10_000 });
  t.match(parseCrls(issued.der)[0], { nextUpdate: issued.nextUpdate, revoked: new Map() });
  t.ok(issued.nextUpdate > new Date('2053-01-01'));
});

t.test('is not issued by an authority that cannot sign lists', async t => {
  const noLists = craft({ extensions: [isAuthority(), keyUsage('keyCertSign')] });
  const issue = async (authority: typeof noLists, at = now) =>
    issueCrl({ authority, revoked: [], now: at, validityDays: 1 });
  await t.rejects(issue(noLists), {
    name: 'CertificateError',
    message: /signs no revocation lists.*expected one with key usage cRLSign/,
  });
  const lists = craft({ extensions: [isAuthority(), keyUsage('keyCertSign', 'cRLSign')] });
  await t.resolves(issue(lists));
  await t.rejects(issue(lists, new Date('2030-01-01')), { message: /expired/ });
  await t.rejects(issue({ ...lists, privateKeyPem: noLists.privateKeyPem }), { message: /another certificate/ });
});
