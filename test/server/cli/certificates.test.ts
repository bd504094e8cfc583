import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { createAuthority } from '../../../certs/index.ts';
import { certificate, fakeManager } from './fake-manager.ts';

const shown = {
  server: certificate({ subject: 'CN=kms.example', subjectAltNames: ['DNS:kms.example', 'IP:192.0.2.10'] }),
  chain: [certificate({ subject: 'CN=company' })],
  serverPem: 'SERVER PEM\n',
  authority: certificate({ subject: 'CN=kmipd authority' }),
  authorityPem: 'AUTHORITY PEM\n',
  hasPendingRequest: true,
};

t.test('certs show has what vCenter’s dialog shows, then chain and authority', async t => {
  const { kmipd } = await fakeManager(t, { 'certs show': shown });
  const { out } = await kmipd(['certs', 'show']);
  const facts =
    / {2}subject +CN=kms\.example\n {2}issuer +CN=CA,DC=vsphere\n {2}valid from +2026-11-01 00:00:00Z\n {2}valid until +2027-02-09 08:00:00Z, 79 days left\n {2}serial number +0A:1B:2C:3D:4E:5F:60:71\n {2}SHA-1 +(CD:){19}CD\n {2}SHA-256 +(AB:){31}AB\n {2}names +DNS:kms\.example\n +IP:192\.0\.2\.10\n {2}key +RSA 2048\n {2}signature +RSA SHA-256\n/;
  t.match(out, facts);
  t.match(out, /\nSent with it\n {2}subject +CN=company\n[^]*\nAuthority, .*\n {2}subject +CN=kmipd authority\n/);
  t.match(out, /A key waits for its certificate: `kmipd certs server import --cert FILE`/);
  t.match(await kmipd(['certs', 'show', '--pem']), { code: 0, out: 'SERVER PEM\n' });
  t.same(JSON.parse((await kmipd(['certs', 'show', '--json'])).out), shown);
});

t.test('certs server renew tells the old fingerprints and the new, and that vCenter must trust it anew', async t => {
  const { kmipd, asked } = await fakeManager(t, {
    'certs show': shown,
    'certs server renew': {
      certificate: certificate({ sha256: '12'.repeat(32), sha1: '34'.repeat(20) }),
      chain: [],
      warnings: ['the new name x is not in it'],
      isServed: true,
    },
  });
  const ran = await kmipd([
    'certs',
    'server',
    'renew',
    '--name',
    'a',
    '--name',
    'b',
    '--key-type',
    'ECDSA P-256',
    '--days',
    '90',
  ]);
  t.match(ran, { code: 0, err: '' });
  t.match(
    ran.out,
    /^server certificate replaced; new connections get the new one\n {2}old SHA-1 +CD:[^]*old SHA-256 +AB:[^]*SHA-1 +34:[^]*SHA-256 +12:/,
  );
  t.match(ran.out, /\nNote: the new name x is not in it\nvCenter must trust it anew: /);
  t.same(asked.at(-1)?.body, { names: ['a', 'b'], keyType: 'ECDSA P-256', validityDays: 90 });
  await kmipd(['certs', 'server', 'renew', '--reuse-key']);
  t.same(asked.at(-1)?.body, { reuseKey: true });
  t.match(await kmipd(['certs', 'server', 'renew', '--reuse-key', '--key-type', 'RSA 2048']), {
    code: 2,
    err: /cannot be used/,
  });
  t.match(await kmipd(['certs', 'server', 'renew', '--days', '0']), { code: 2, err: /whole number of days/ });
});

t.test('certs import takes a pair, a certificate alone, or PKCS#12', async t => {
  const { kmipd, asked, parent } = await fakeManager(t, {
    'certs show': shown,
    'certs server import': { certificate: certificate(), chain: [], warnings: [], isServed: false },
    'certs authority import': { authority: certificate() },
  });
  const made = await createAuthority({
    commonName: 'x',
    now: new Date('2026-11-01T00:00:00Z'),
    validityDays: 100,
    keyType: 'ECDSA P-256',
  });
  const write = (name: string, content: string) => {
    writeFileSync(join(parent, name), content);
    return join(parent, name);
  };
  const cert = write('cert', made.certificatePem);
  const key = write('key', '-----BEGIN PRIVATE KEY-----');
  const locked = write('locked', '-----BEGIN ENCRYPTED PRIVATE KEY-----');
  const p12 = write('p12', 'bytes');
  const secret = write('secret', 'open sesame\n');
  const content = (text: string) => Buffer.from(text).toString('base64');
  const certificatePem = content(made.certificatePem);
  const imported = async (flags: string[], changes = {}) => {
    const ran = await kmipd(['certs', 'server', 'import', ...flags], changes);
    t.match(ran, { code: 0 }, flags.join(' '));
    return asked.at(-1)?.body;
  };
  t.same(await imported(['--cert', cert, '--chain', cert]), { certificate: certificatePem, chain: certificatePem });
  t.same(await imported(['--cert', cert, '--key', key]), {
    certificate: certificatePem,
    key: content('-----BEGIN PRIVATE KEY-----'),
  });
  const passphrase = 'open sesame';
  t.match(await imported(['--cert', cert, '--key', locked, '--key-passphrase-file', secret]), { passphrase });
  const readSecret = (prompt: string) =>
    Promise.resolve(/^Pass(phrase|word) of .*(locked|p12): $/.test(prompt) ? 'typed' : '');
  t.match(await imported(['--cert', cert, '--key', locked], { readSecret }), { passphrase: 'typed' });
  t.same(await imported(['--pkcs12', p12, '--pkcs12-password-file', secret]), {
    pkcs12: { file: content('bytes'), password: passphrase },
  });
  t.match(await imported(['--pkcs12', p12], { readSecret }), { pkcs12: { password: 'typed' } });
  t.match(await kmipd(['certs', 'authority', 'import', '--cert', cert, '--key', key]), {
    code: 0,
    out: /^authority replaced; [^]*kmipd certs server renew\n$/,
  });
  const wrong: [string[], number, RegExp][] = [
    [['server', 'import'], 2, /nothing says which certificate/],
    [['server', 'import', '--cert', key], 4, /key: .*; name another file/],
    [['server', 'import', '--cert', cert, '--pkcs12', p12], 2, /cannot be used with/],
    [['server', 'import', '--cert', cert, '--key-passphrase-file', secret], 2, /goes with --key/],
    [['server', 'import', '--cert', cert, '--pkcs12-password-file', secret], 2, /goes with --pkcs12/],
    [
      ['server', 'import', '--cert', cert, '--key', locked],
      2,
      /Passphrase of .*locked is needed, and there is no terminal to ask at; give --key-passphrase-file FILE/,
    ],
    [['server', 'import', '--pkcs12', p12], 2, /give --pkcs12-password-file FILE/],
    [['authority', 'import', '--cert', cert], 2, /an authority signs, so its key is needed/],
  ];
  for (const [flags, code, err] of wrong)
    t.match(await kmipd(['certs', ...flags]), { code, out: '', err }, flags.join(' '));
});

t.test('certs server csr and certs crl go to standard output, or to a file that was not there', async t => {
  const { kmipd, asked, parent } = await fakeManager(t, {
    'certs server csr': { csrPem: 'CSR\n' },
    'certs crl': {
      crlPem: 'CRL\n',
      thisUpdate: '2026-11-22T08:00:00.000Z',
      nextUpdate: '2026-12-22T08:00:00.000Z',
      revoked: 1,
    },
  });
  t.match(await kmipd(['certs', 'server', 'csr', '--name', 'a', '--common-name', 'b']), { code: 0, out: 'CSR\n' });
  t.same(asked.at(-1)?.body, { names: ['a'], commonName: 'b' });
  t.match(await kmipd(['certs', 'crl']), { code: 0, out: 'CRL\n' });
  const out = join(parent, 'file');
  t.match(await kmipd(['certs', 'crl', '--out', out]), {
    code: 0,
    out: `${out} written; 1 certificate on it, next update 2026-12-22 08:00:00Z\n`,
  });
  t.equal(readFileSync(out, 'utf8'), 'CRL\n');
  const before = asked.length;
  t.match(await kmipd(['certs', 'server', 'csr', '--out', out]), {
    code: 4,
    err: /file exists already; name another with --out, or add --force\n$/,
  });
  t.equal(asked.length, before, 'and no key waits for nothing');
  t.match(await kmipd(['certs', 'server', 'csr', '--out', out, '--force']), { code: 0, out: /its key waits here\n/ });
  t.equal(readFileSync(out, 'utf8'), 'CSR\n');
});
