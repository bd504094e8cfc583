import { createPublicKey, X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import {
  createAuthority,
  encryptPrivateKey,
  parseCertificates,
  parseCrls,
  parseCsr,
  signRequest,
} from '../../../certs/index.ts';
import { dataFolder, parsed } from './fixture.ts';

t.test('certs show tells of the certificate that is served', async t => {
  const { kmipd, data } = await dataFolder(t);
  const pem = readFileSync(join(data, 'server.crt'), 'utf8');
  const x509 = new X509Certificate(pem);
  const { out } = await kmipd(['certs', 'show']);
  t.match(out, `SHA-1          ${x509.fingerprint}\n  SHA-256        ${x509.fingerprint256}\n`);
  t.match(out.replaceAll(':', ''), `serial number  ${x509.serialNumber}\n`);
  t.equal((await kmipd(['certs', 'show', '--pem'])).out, pem);
});

t.test('certs server renew makes another, with the names of the present one or others', async t => {
  const { kmipd, data } = await dataFolder(t);
  const served = () => new X509Certificate(readFileSync(join(data, 'server.crt')));
  const before = served();
  const ran = await kmipd(['certs', 'server', 'renew']);
  t.match(ran, { code: 0, err: '', out: /^server certificate replaced; the next start serves it\n/ });
  t.match(ran.out, `old SHA-256  ${before.fingerprint256}\n`);
  t.match(ran.out, served().fingerprint256);
  t.equal(served().subjectAltName, before.subjectAltName);
  t.notSame(served().publicKey.export({ format: 'jwk' }), before.publicKey.export({ format: 'jwk' }));

  const key = served().publicKey.export({ format: 'jwk' });
  t.match(await kmipd(['certs', 'server', 'renew', '--reuse-key', '--name', 'kms.example', '--days', '30']), {
    code: 0,
  });
  t.same(served().publicKey.export({ format: 'jwk' }), key);
  t.match(served().subjectAltName, /DNS:kms\.example/);
  t.match(await kmipd(['certs', 'server', 'renew', '--name', 'not a name']), { code: 2 });
});

t.test('a company’s authority signs the server’s request, and its certificate is imported', async t => {
  const { kmipd, parent } = await dataFolder(t);
  const company = await createAuthority({
    commonName: 'company',
    now: new Date('2026-11-01T00:00:00Z'),
    validityDays: 1000,
    keyType: 'ECDSA P-256',
  });
  const [csr, cert, ca] = ['kms.csr', 'kms.crt', 'ca.pem'].map(name => join(parent, name)) as [string, string, string];
  t.match(await kmipd(['certs', 'server', 'csr', '--name', 'kms.example', '--out', csr]), { code: 0 });
  t.match((await kmipd(['certs', 'show'])).out, 'A key waits for its certificate');
  const signed = await signRequest({
    authority: company,
    csr: parseCsr(readFileSync(csr)),
    now: new Date('2026-11-22T00:00:00Z'),
    validityDays: 100,
  });
  writeFileSync(cert, signed.certificatePem);
  writeFileSync(ca, company.certificatePem);
  t.match(await kmipd(['certs', 'server', 'import', '--cert', ca]), {
    code: 2,
    err: /no key that waits here belongs to this certificate/,
  });
  const ran = await kmipd(['certs', 'server', 'import', '--cert', cert, '--chain', ca]);
  t.match(ran, { code: 0, out: /\n {2}sent with it +CN=company\n/ });
  const sha256 = parseCertificates(signed.der)[0]?.sha256;
  t.match(parsed(await kmipd(['certs', 'show', '--json'])), {
    server: { sha256 },
    chain: [{ subject: 'CN=company' }],
    hasPendingRequest: false,
  });
});

t.test('an imported authority signs what is issued from then on', async t => {
  const { kmipd, parent } = await dataFolder(t);
  const company = await createAuthority({
    commonName: 'company',
    now: new Date('2026-11-01T00:00:00Z'),
    validityDays: 2000,
    keyType: 'ECDSA P-384',
  });
  const file = (name: string, content: string) => {
    writeFileSync(join(parent, name), content);
    return join(parent, name);
  };
  const cert = file('ca.crt', company.certificatePem);
  const key = file('ca.key', await encryptPrivateKey(company.privateKeyPem, 'open sesame'));
  const flags = ['certs', 'authority', 'import', '--cert', cert, '--key', key];
  t.match(await kmipd([...flags, '--key-passphrase-file', file('wrong', 'wrong\n')]), { code: 2, err: /passphrase/ });
  const ran = await kmipd([...flags, '--key-passphrase-file', file('right', 'open sesame\n')]);
  t.match(ran, { code: 0, out: /^authority replaced; [^]*subject +CN=company\n/ });
  const out = join(parent, 'out');
  t.match(await kmipd(['client', 'add', 'a', '--issue', '--out', out]), { code: 0 });
  const issued = new X509Certificate(readFileSync(join(out, 'a.crt')));
  t.ok(issued.verify(createPublicKey(company.certificatePem)));
  t.equal(readFileSync(join(out, 'ca.crt'), 'utf8').trim(), company.certificatePem.trim());
});

t.test('certs crl names what was removed', async t => {
  const { kmipd, parent } = await dataFolder(t);
  const out = join(parent, 'out');
  await kmipd(['client', 'add', 'a', '--issue', '--out', out]);
  const { serialNumber } = new X509Certificate(readFileSync(join(out, 'a.crt')));
  await kmipd(['client', 'remove', 'a']);
  const { out: crlPem } = await kmipd(['certs', 'crl']);
  const [list] = parseCrls(crlPem);
  t.same([...(list?.revoked.keys() ?? [])], [serialNumber.toLowerCase()]);
  t.match((await kmipd(['certs', 'crl', '--out', join(parent, 'x.crl')])).out, /x\.crl written; 1 certificate on it/);
});

t.test('status of a folder that nobody serves shows what ends, and ends with 5', async t => {
  const { kmipd } = await dataFolder(t);
  const ran = await kmipd(['status']);
  t.match(ran, { code: 5, err: '' });
  t.match(ran.out, /^not running: `kmipd serve` starts it\n {2}clients +0\n/);
  t.match(ran.out, /\nserver +- +20/);
  t.match(ran.out, /\nauthority +- +20/);
  t.match(parsed(await kmipd(['status', '--json'])), {
    isRunning: false,
    listen: null,
    expiries: [{ kind: 'server' }, { kind: 'authority' }],
  });
});
