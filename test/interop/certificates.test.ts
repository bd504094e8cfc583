import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { AnswerOf, ShownCertificate } from '../../server/admin/index.ts';
import { spawnServer, type ServerProcess } from '../server/server-process.ts';
import { hasTool, output, ran, workFolder } from './tools.ts';

t.setTimeout(240_000);

const PASSWORD = 'correct horse battery';
const serverKeys = ['RSA 2048', 'ECDSA P-384'];

for (const serverKey of serverKeys)
  t.test(`openssl verify and openssl x509 agree with kmipd certs show, server key ${serverKey}`, async t => {
    if (!hasTool(t, 'openssl')) return;
    const { server, path, file } = await setUp(t, serverKey);
    const shown = await asked<AnswerOf<'certs show'>>(server, 'certs', 'show');
    const [own, authority] = [file('server.crt', shown.serverPem), file('ca.crt', shown.authorityPem)];
    agrees(t, own, shown.server);
    agrees(t, authority, shown.authority);
    t.match(text(own), { keyUsage: /Digital Signature/, extendedKeyUsage: 'TLS Web Server Authentication' });
    t.match(text(authority), { keyUsage: 'Certificate Sign, CRL Sign', basicConstraints: /CA:TRUE/ });
    const purposes = ['-x509_strict', '-purpose', 'sslserver', '-verify_hostname', 'kms.example'];
    t.match(output('openssl', ['verify', '-CAfile', authority, ...purposes, own]), /: OK\n$/);

    await done(t, server, 'client', 'add', 'vcenter-1', '--issue', '--out', path);
    const client = join(path, 'vcenter-1.crt');
    const { certificates } = await asked<AnswerOf<'client show'>>(server, 'client', 'show', 'vcenter-1');
    agrees(t, client, certificates[0]!);
    t.match(text(client), { keyUsage: /Digital Signature/, extendedKeyUsage: 'TLS Web Client Authentication' });
    t.match(
      output('openssl', ['verify', '-x509_strict', '-purpose', 'sslclient', '-CAfile', authority, client]),
      /: OK\n$/,
    );
    t.equal(publicKeyIn('x509', client), publicKeyIn('pkey', join(path, 'vcenter-1.key')), 'the key belongs to it');

    await done(t, server, 'certs', 'server', 'renew');
    const renewed = await asked<AnswerOf<'certs show'>>(server, 'certs', 'show');
    t.not(renewed.server.serialNumber, shown.server.serialNumber);
    agrees(t, file('renewed.crt', renewed.serverPem), renewed.server);
  });

t.test('openssl reads the revocation list, and refuses whom it names', async t => {
  if (!hasTool(t, 'openssl')) return;
  const { server, path, file } = await setUp(t, 'RSA 2048');
  const authority = file('ca.crt', (await asked<AnswerOf<'certs show'>>(server, 'certs', 'show')).authorityPem);
  for (const name of ['stays', 'goes']) await done(t, server, 'client', 'add', name, '--issue', '--out', path);
  let lists = 0;
  const list = async () => file(`list-${lists++}.crl`, await printed(server, 'certs', 'crl'));
  const verified = (name: string, crl: string) =>
    ran('openssl', ['verify', '-crl_check', '-CAfile', authority, '-CRLfile', crl, join(path, `${name}.crt`)]);

  const before = await list();
  t.match(ran('openssl', ['crl', '-in', before, '-CAfile', authority, '-noout']), { code: 0, err: /verify OK/ });
  t.match(verified('goes', before), { code: 0 }, 'nobody is revoked yet');
  await done(t, server, 'client', 'remove', 'goes');
  const after = await list();
  t.match(ran('openssl', ['crl', '-in', after, '-CAfile', authority, '-noout']), { code: 0, err: /verify OK/ });
  t.match(verified('goes', after), { code: 2, err: /certificate revoked/ });
  t.match(verified('stays', after), { code: 0 });
  const number = (crl: string) =>
    BigInt(output('openssl', ['crl', '-in', crl, '-crlnumber', '-noout']).split('=')[1]!.trim());
  t.ok(number(before) > 0n, 'it has a number');
  const later = await list();
  t.ok(number(later) > number(before), 'which grows');
});

for (const keyType of ['RSA 2048', 'ECDSA P-256', 'Ed25519'])
  t.test(`openssl verifies the request of the server, ${keyType}; what a company's CA signs is served`, async t => {
    if (!hasTool(t, 'openssl')) return;
    const { server, path, file } = await setUp(t, 'RSA 2048');
    const csr = file('server.csr', await printed(server, 'certs', 'server', 'csr', '--key-type', keyType));
    t.match(ran('openssl', ['req', '-in', csr, '-verify', '-noout']), { code: 0, err: /verify OK/ });
    t.match(output('openssl', ['req', '-in', csr, '-noout', '-text']), /DNS:kms\.example/);

    const { chain, signed } = companySigns(path, csr, 'DNS:kms.example,DNS:localhost,IP:127.0.0.1');
    await done(t, server, 'certs', 'server', 'import', '--cert', signed, '--chain', chain);
    const shown = await asked<AnswerOf<'certs show'>>(server, 'certs', 'show');
    agrees(t, signed, shown.server);
    t.equal(shown.chain.length >= 1, true, 'with its chain');
    const root = join(path, 'company-root.crt');
    const args = ['s_client', '-connect', `${server.host}:${server.port}`, '-CAfile', root, '-verify_return_error'];
    const served = ran('openssl', [...args, '-verify_hostname', 'kms.example', '-servername', 'kms.example']);
    t.match(served.out, 'Verification: OK', 'openssl trusts it up to the company’s root');
    t.match(served.out, 'CN = company intermediate');
  });

t.test('PKCS#12 that kmipd writes opens in openssl and in keytool', async t => {
  if (!hasTool(t, 'openssl') || !hasTool(t, 'keytool')) return;
  const { server, path, file } = await setUp(t, 'RSA 2048');
  const passwordFile = file('password', `${PASSWORD}\n`);
  const flags = ['--issue', '--out', path, '--pkcs12', '--pkcs12-password-file', passwordFile];
  await done(t, server, 'client', 'add', 'vcenter-1', ...flags);
  const p12 = join(path, 'vcenter-1.p12');
  const { certificates } = await asked<AnswerOf<'client show'>>(server, 'client', 'show', 'vcenter-1');

  const opened = (pass: string) => ran('openssl', ['pkcs12', '-in', p12, '-passin', `pass:${pass}`, '-nodes', '-info']);
  const { code, out, err } = opened(PASSWORD);
  t.equal(code, 0, err);
  t.match(err, /PBES2, PBKDF2, AES-256-CBC/, 'the key is encrypted as openssl does today');
  t.match(err, /MAC: sha256/i);
  t.equal(out.match(/BEGIN PRIVATE KEY/g)?.length, 1);
  t.equal(out.match(/BEGIN CERTIFICATE/g)?.length, 2, 'the certificate and the authority');
  agrees(t, file('from-p12.crt', out.slice(out.indexOf('-----BEGIN CERTIFICATE'))), certificates[0]!);
  t.equal(publicKeyIn('pkey', file('from-p12.key', out)), publicKeyIn('x509', join(path, 'vcenter-1.crt')));
  t.not(opened('wrong').code, 0, 'not with another password');

  const listed = ['-list', '-v', '-keystore', p12, '-storetype', 'PKCS12', '-storepass'];
  const java = output('keytool', [...listed, PASSWORD]);
  t.match(java, 'PrivateKeyEntry');
  t.match(java, 'Certificate chain length: 2');
  t.match(java.replaceAll(':', '').toLowerCase(), certificates[0]!.sha256);
  t.not(ran('keytool', [...listed, 'wrong1']).code, 0);
});

t.test('kmipd takes the PKCS#12 of openssl, in its new and its old form, and of keytool', async t => {
  if (!hasTool(t, 'openssl') || !hasTool(t, 'keytool')) return;
  const { server, path, file } = await setUp(t, 'RSA 2048');
  const passwordFile = file('password', PASSWORD);
  const key = join(path, 'own.key');
  const csr = join(path, 'own.csr');
  output('openssl', [
    'req',
    '-new',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-subj',
    '/CN=kms.example',
    '-keyout',
    key,
    '-out',
    csr,
  ]);
  const { signed, chain } = companySigns(path, csr, 'DNS:kms.example');
  const p12 = join(path, 'server.p12');
  const made = ['pkcs12', '-export', '-in', signed, '-inkey', key, '-certfile', chain, '-out', p12];
  const old = ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'sha1'];
  for (const [title, flags] of [
    ['new', []],
    ['old', old],
  ] as const) {
    output('openssl', [...made, ...flags, '-passout', `pass:${PASSWORD}`]);
    await done(t, server, 'certs', 'server', 'import', '--pkcs12', p12, '--pkcs12-password-file', passwordFile);
    const shown = await asked<AnswerOf<'certs show'>>(server, 'certs', 'show');
    agrees(t, signed, shown.server);
    t.equal(shown.chain.length >= 1, true, `${title}: with its chain`);
  }
  const store = join(path, 'java.p12');
  const pair = [
    '-genkeypair',
    '-alias',
    'kms',
    '-keyalg',
    'EC',
    '-groupname',
    'secp256r1',
    '-dname',
    'CN=java.example',
  ];
  const kept = ['-keystore', store, '-storetype', 'PKCS12', '-storepass', PASSWORD, '-ext', 'SAN=DNS:java.example'];
  output('keytool', [...pair, ...kept]);
  await done(t, server, 'certs', 'server', 'import', '--pkcs12', store, '--pkcs12-password-file', passwordFile);
  const shown = await asked<AnswerOf<'certs show'>>(server, 'certs', 'show');
  t.match(shown.server, { subject: 'CN=java.example', subjectAltNames: ['DNS:java.example'] });
});

async function setUp(t: Test, serverKey: string) {
  const server = await spawnServer(t, {
    args: ['--key-type', serverKey, '--name', 'kms.example', '--name', '192.0.2.10'],
  });
  return { server, ...workFolder(t) };
}

const asked = async <Answer>(server: ServerProcess, ...args: string[]): Promise<Answer> =>
  JSON.parse(await printed(server, ...args, '--json')) as Answer;

async function printed(server: ServerProcess, ...args: string[]): Promise<string> {
  const { code, out, err } = await server.kmipd(...args);
  if (code !== 0) throw new Error(`kmipd ${args.join(' ')} ended with ${code}: ${err}`);
  return out;
}

async function done(t: Test, server: ServerProcess, ...args: string[]): Promise<void> {
  const { code, err } = await server.kmipd(...args);
  t.equal(code, 0, `kmipd ${args.slice(0, 3).join(' ')} ${err}`);
}

/** Every line of `shown` as openssl reads it from the file. */
function agrees(t: Test, file: string, shown: ShownCertificate): void {
  const flags = ['-noout', '-nameopt', 'RFC2253', '-dateopt', 'iso_8601'];
  const print = (...what: string[]) => output('openssl', ['x509', '-in', file, ...flags, ...what]).trim();
  const after = (line: string) => line.slice(line.indexOf('=') + 1);
  const hex = (line: string) => after(line).replaceAll(':', '').toLowerCase();
  t.equal(shown.subject, after(print('-subject')), 'subject');
  t.equal(shown.issuer, after(print('-issuer')), 'issuer');
  t.equal(BigInt(`0x${shown.serialNumber}`), BigInt(`0x${hex(print('-serial'))}`), 'serial number');
  t.ok(BigInt(`0x${hex(print('-serial'))}`).toString(2).length >= 56, 'which is long');
  t.equal(shown.sha256, hex(print('-fingerprint', '-sha256')), 'SHA-256');
  t.equal(shown.sha1, hex(print('-fingerprint', '-sha1')), 'SHA-1');
  const dates = [print('-startdate'), print('-enddate')].map(line => new Date(after(line).replace(' ', 'T')).getTime());
  t.same(
    [shown.notBefore, shown.notAfter].map(time => new Date(time).getTime()),
    dates,
    'dates',
  );
  const { altNames, publicKey, signature } = text(file);
  t.same(shown.subjectAltNames, altNames, 'subject alternative names');
  t.equal(shown.publicKey, publicKey, 'public key');
  t.equal(shown.signatureAlgorithm, signature, 'signature algorithm');
}

const KEYS: readonly (readonly [RegExp, (found: string) => string])[] = [
  [/rsaEncryption\s+Public-Key: \((\d+) bit\)/, bits => `RSA ${bits}`],
  [/id-ecPublicKey[^]*?NIST CURVE: (P-\d+)/, curve => `ECDSA ${curve}`],
  [/Public Key Algorithm: ED(25519)/, digits => `Ed${digits}`],
];
const SIGNATURES: readonly (readonly [RegExp, (found: string) => string])[] = [
  [/Signature Algorithm: sha(\d+)WithRSAEncryption/, bits => `RSA SHA-${bits}`],
  [/Signature Algorithm: ecdsa-with-SHA(\d+)/, bits => `ECDSA SHA-${bits}`],
  [/Signature Algorithm: ED(25519)/, digits => `Ed${digits}`],
];

/** What `openssl x509 -text` says, in kmipd's words. */
function text(file: string) {
  const all = output('openssl', ['x509', '-in', file, '-noout', '-text']);
  const first = (rules: typeof KEYS) => {
    for (const [pattern, show] of rules) {
      const found = pattern.exec(all)?.[1];
      if (found !== undefined) return show(found);
    }
    return undefined;
  };
  const extension = (name: string) => new RegExp(`X509v3 ${name}:[^\\n]*\\n\\s+([^\\n]*)`).exec(all)?.[1]?.trim();
  const names = extension('Subject Alternative Name');
  return {
    publicKey: first(KEYS),
    signature: first(SIGNATURES),
    altNames: names === undefined ? [] : names.split(', ').map(name => name.replace(/^IP Address:/, 'IP:')),
    keyUsage: extension('Key Usage'),
    extendedKeyUsage: extension('Extended Key Usage'),
    basicConstraints: extension('Basic Constraints'),
  };
}

const publicKeyIn = (command: 'x509' | 'pkey', file: string): string =>
  output('openssl', [command, '-in', file, ...(command === 'x509' ? ['-pubkey', '-noout'] : ['-pubout'])]);

/** A company's CA: root, intermediate, and what the intermediate makes of the request. */
function companySigns(path: string, csr: string, names: string): { signed: string; chain: string } {
  const at = (name: string) => join(path, name);
  const authority = ['-addext', 'keyUsage=critical,keyCertSign,cRLSign'];
  const rootKey = ['-newkey', 'rsa:2048', '-nodes', '-keyout', at('company-root.key')];
  const root = ['req', '-x509', ...rootKey, '-subj', '/CN=company root', '-days', '30', ...authority];
  output('openssl', [...root, '-out', at('company-root.crt')]);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', at('company.key')];
  output('openssl', ['req', '-new', ...key, '-subj', '/CN=company intermediate', '-out', at('company.csr')]);
  const extensions = join(path, 'extensions');
  const sign = (request: string, by: string, into: string, what: string) => {
    writeFileSync(extensions, what);
    const signer = ['-CA', at(`${by}.crt`), '-CAkey', at(`${by}.key`), '-CAcreateserial', '-days', '30'];
    output('openssl', ['x509', '-req', '-in', request, ...signer, '-extfile', extensions, '-out', at(into)]);
  };
  sign(
    at('company.csr'),
    'company-root',
    'company.crt',
    'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign',
  );
  sign(csr, 'company', 'signed.crt', `subjectAltName=${names}\nextendedKeyUsage=serverAuth`);
  return { signed: at('signed.crt'), chain: at('company.crt') };
}
