import { createPrivateKey, X509Certificate } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { createAuthority, sha256Fingerprint } from '../../../certs/index.ts';
import { verifyPassword } from '../../../server/credentials/index.ts';
import { dataFolder, parsed, USER } from './fixture.ts';

const selfSigned = (now: string, validityDays = 30) =>
  createAuthority({ commonName: 'vcsa', now: new Date(now), validityDays, keyType: 'ECDSA P-256' });

t.test('client add --issue writes certificate, key and authority, and lets the client in', async t => {
  const { kmipd, parent, open } = await dataFolder(t);
  const out = join(parent, 'out');
  const ran = await kmipd(['client', 'add', 'vcsa-01', '--issue', '--out', out]);
  t.match(ran, { code: 0, err: '' });
  t.match(ran.out, /^client vcsa-01 added to vault default\n/);

  const certificate = new X509Certificate(readFileSync(join(out, 'vcsa-01.crt')));
  const authority = new X509Certificate(readFileSync(join(out, 'ca.crt')));
  t.ok(certificate.verify(authority.publicKey));
  t.ok(certificate.checkPrivateKey(createPrivateKey(readFileSync(join(out, 'vcsa-01.key')))));
  t.equal(statSync(join(out, 'vcsa-01.key')).mode & 0o777, 0o600);

  const { store } = await open();
  const found = await store.directory.clientByFingerprint(sha256Fingerprint(certificate.raw));
  t.match(found, { client: { name: 'vcsa-01' }, certificate: { origin: 'issued' } });
  const [event] = await store.events.latest(1);
  t.match(event, { action: 'hs-crypto.mtlscert-cert.set', outcome: 'success', initiator: USER });
  t.match(JSON.parse(event?.json ?? ''), {
    target: { name: 'vcsa-01' },
    requestData: { certificateId: sha256Fingerprint(certificate.raw), vault: 'default' },
    responseData: { action: 'create' },
  });
});

t.test('client add never overwrites files, unless told to', async t => {
  const { kmipd, parent, open } = await dataFolder(t);
  const out = join(parent, 'out');
  t.equal((await kmipd(['client', 'add', 'a', '--issue', '--out', out])).code, 0);
  const before = readFileSync(join(out, 'a.key'), 'utf8');
  const again = await kmipd(['client', 'add', 'a', '--issue', '--out', out]);
  t.match(again, {
    code: 4,
    err: /^kmipd: .*a\.crt exists already; name another folder with --out, or add --force\n$/,
  });
  t.equal(readFileSync(join(out, 'a.key'), 'utf8'), before);
  const { store } = await open();
  t.notMatch((await store.events.latest(1))[0]?.json, out, 'paths stay out of events');
  const client = await store.directory.clientNamed('a');
  t.equal(
    (await store.directory.certificates(client?.id ?? '')).length,
    1,
    'and nobody is let in by a certificate nobody has',
  );
  t.equal((await kmipd(['client', 'add', 'b', '--issue', '--out', out])).code, 0, 'ca.crt is the same for all');
  t.equal((await kmipd(['client', 'add', 'a', '--issue', '--out', out, '--force'])).code, 0);
  t.not(readFileSync(join(out, 'a.key'), 'utf8'), before);
});

t.test(
  'client add --cert pins a self-signed certificate; the same name takes another, the same certificate only once',
  async t => {
    const { kmipd, parent } = await dataFolder(t);
    const file = (name: string) => join(parent, name);
    const [one, two] = [await selfSigned('2026-11-01T00:00:00Z'), await selfSigned('2026-11-02T00:00:00Z')];
    writeFileSync(file('one.pem'), one.certificatePem);
    writeFileSync(file('two.der'), two.der);
    t.match(await kmipd(['client', 'add', 'vcsa', '--cert', file('one.pem')]), {
      code: 0,
      out: /^client vcsa added to vault default\n/,
    });
    t.match(await kmipd(['client', 'add', 'vcsa', '--cert', file('one.pem')]), {
      code: 4,
      err: /^kmipd: client vcsa has this certificate already; /,
    });
    const later = { now: () => new Date('2026-11-22T08:00:01Z') };
    t.match(await kmipd(['client', 'add', 'vcsa', '--cert', file('two.der')], later), {
      code: 0,
      out: /^client vcsa exists in vault default; certificate added to it\n/,
    });
    t.match(parsed(await kmipd(['client', 'show', 'vcsa', '--json'])), {
      name: 'vcsa',
      vault: 'default',
      username: null,
      certificates: [
        { sha256: sha256Fingerprint(one.der), origin: 'pinned', subject: 'CN=vcsa' },
        { sha256: sha256Fingerprint(two.der), origin: 'pinned' },
      ],
    });
  },
);

t.test('client add --csr signs a request; the key stays with the client', async t => {
  const { kmipd, parent } = await dataFolder(t);
  const [key, csr, out] = ['key.pem', 'request.csr', 'out'].map(name => join(parent, name)) as [string, string, string];
  execFileSync(
    'openssl',
    ['req', '-new', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', csr, '-subj', '/CN=vcsa/O=Example'],
    {
      stdio: 'ignore',
    },
  );
  t.match(await kmipd(['client', 'add', 'vcsa', '--csr', csr, '--out', out]), { code: 0 });
  const certificate = new X509Certificate(readFileSync(join(out, 'vcsa.crt')));
  t.ok(certificate.checkPrivateKey(createPrivateKey(readFileSync(key))));
  t.match(certificate.subject, /CN=vcsa/);
  t.notOk(existsSync(join(out, 'vcsa.key')));
  const [shown] = (parsed(await kmipd(['client', 'show', 'vcsa', '--json'])) as { certificates: unknown[] })
    .certificates;
  t.match(shown, { origin: 'signed' });
});

t.test('client add says what is wrong with what it was given, in one line', async t => {
  const { kmipd, parent, open } = await dataFolder(t);
  const junk = join(parent, 'junk');
  writeFileSync(junk, 'no certificate at all!\n');
  const expired = join(parent, 'expired.pem');
  writeFileSync(expired, (await selfSigned('2020-01-01T00:00:00Z')).certificatePem);
  const cases: [string[], number, RegExp][] = [
    [['x'], 2, /nothing says how the client is to be trusted; give --cert FILE, --csr FILE, --issue, or --ca FILE/],
    [['x', '--issue'], 2, /--issue makes files; name a folder for them with --out DIR/],
    [['x', '--issue', '--cert', junk], 2, /cannot be used with option/],
    [['x', '--cert', junk, '--out', parent], 2, /--out goes with --issue or --csr/],
    [['x', '--cert', join(parent, 'none')], 3, /none: no such file; check its name/],
    [['x', '--cert', parent], 4, /cannot be read \(EISDIR\)/],
    [['x', '--cert', junk], 4, /junk: line 1.*; name another file/],
    [['x', '--csr', junk, '--out', join(parent, 'out')], 4, /junk: line 1/],
    [['x', '--cert', expired], 4, /this certificate expired at 2020-01-31/],
    [
      ['x', '--issue', '--out', join(parent, 'o'), '--vault', 'none'],
      3,
      /there is no vault none; make it with `kmipd vault create none`/,
    ],
    [['../x', '--issue', '--out', parent], 2, /client name "\.\.\/x" has other characters/],
    [['192.0.2.1', '--issue', '--out', parent], 2, /holds an address, and events name no address/],
    [['x'.repeat(65), '--issue', '--out', parent], 2, /more than 64 characters/],
    [['x', '--cert', junk, '--username', 'u'], 2, /--username and --password-file go together/],
  ];
  for (const [argv, code, message] of cases) {
    const ran = await kmipd(['client', 'add', ...argv]);
    t.match(ran, { code, out: '', err: message }, argv.join(' '));
    t.match(ran.err, /^kmipd: [^\n]+; [^\n]+\n$/, 'one line that says what to do');
  }
  const { store } = await open();
  t.same(await store.directory.clients(), [], 'nobody was let in');
  const failures = await store.events.latest(100, { outcomes: ['failure'] });
  t.ok(failures.length >= 2, 'what the manager refused is recorded');
  for (const { json } of failures) t.notMatch(json, parent, 'paths stay out of events');
  for (const { json } of failures)
    t.match(JSON.parse(json), { reason: { reasonForFailure: /\S/ }, message: / -failure$/ });
});

t.test('username and password are kept as a hash, from a file or standard input', async t => {
  const { kmipd, parent, open } = await dataFolder(t);
  const file = join(parent, 'password');
  writeFileSync(file, 'open sesame\nnot this\n');
  const add = (name: string, from: string, out = 'out') =>
    kmipd(['client', 'add', name, '--issue', '--out', join(parent, out), '--username', 'u', '--password-file', from], {
      readStdin: () => Promise.resolve('from stdin\r\n'),
    });
  t.match(await add('a', file), { code: 0 });
  t.match(await add('b', '-'), { code: 0 });
  const { store } = await open();
  const credentialOf = async (name: string) => (await store.directory.clientNamed(name))?.credential;
  t.equal(await verifyPassword('open sesame', (await credentialOf('a'))?.passwordHash ?? ''), true);
  t.equal(await verifyPassword('from stdin', (await credentialOf('b'))?.passwordHash ?? ''), true);
  for (const { json } of await store.events.latest(10)) t.notMatch(json, /sesame|scrypt/);
  t.match(await add('a', '-', 'again'), { code: 0 });
  t.equal(await verifyPassword('from stdin', (await credentialOf('a'))?.passwordHash ?? ''), true, 'replaced');
});

t.test('client list, show and remove', async t => {
  const { kmipd, parent, open } = await dataFolder(t);
  t.match(await kmipd(['client', 'list']), { code: 0, out: /^no clients; add one with/ });
  t.equal((await kmipd(['vault', 'create', 'lab'])).code, 0);
  t.equal((await kmipd(['client', 'add', 'a', '--issue', '--out', parent])).code, 0);
  t.equal((await kmipd(['client', 'add', 'b', '--issue', '--out', parent, '--vault', 'lab'])).code, 0);
  t.match(await kmipd(['client', 'add', 'b', '--issue', '--out', join(parent, 'c'), '--vault', 'default']), {
    code: 4,
    err: /client b belongs to vault lab; /,
  });
  t.match(parsed(await kmipd(['client', 'list', '--json'])), [
    { name: 'a', vault: 'default', certificates: [{ origin: 'issued' }] },
    { name: 'b', vault: 'lab', certificates: [{ origin: 'issued' }] },
  ]);
  t.match((await kmipd(['client', 'list'])).out, /^NAME {2}VAULT .*\na {5}default .*issued.*\nb {5}lab /);
  t.match((await kmipd(['client', 'show', 'a'])).out, /^a\n {2}vault +default\n[^]*SHA-256 +([0-9A-F]{2}:){31}/);
  t.match(await kmipd(['client', 'show', 'none']), {
    code: 3,
    err: 'kmipd: there is no client none; `kmipd client list` shows all\n',
  });

  const { store } = await open();
  const [{ fingerprint } = { fingerprint: '' }] = await store.directory.certificates(
    (await store.directory.clientNamed('a'))?.id ?? '',
  );
  t.match(await kmipd(['client', 'remove', 'a']), {
    code: 0,
    out: 'client a removed with 1 certificate; its keys stay\n',
  });
  t.equal(await store.directory.clientByFingerprint(fingerprint), undefined);
  t.match((await store.events.latest(1))[0], { action: 'hs-crypto.mtlscert-cert.delete', outcome: 'success' });
  t.match(await kmipd(['client', 'remove', 'a']), { code: 3 });
  t.match((await store.events.latest(1))[0], { action: 'hs-crypto.mtlscert-cert.delete', outcome: 'failure' });
});
