import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { createAuthority, readPkcs12 } from '../../../certs/index.ts';
import type { ClientAdd, ClientAdded } from '../../../server/admin/index.ts';
import { certificate, fakeManager, Refuse } from './fake-manager.ts';
import { dataFolder, parsed } from './fixture.ts';

const added = (changes: Partial<ClientAdded> = {}): ClientAdded => ({
  client: 'a',
  id: 'c1',
  vault: 'default',
  isNew: true,
  certificate: certificate(),
  warnings: [],
  certificatePem: 'CERTIFICATE\n',
  chainPem: 'CHAIN\n',
  privateKeyPem: 'PRIVATE KEY\n',
  ...changes,
});
const issue = (out: string) => ['client', 'add', 'a', '--issue', '--out', out];

t.test('files have their place before the manager is asked, and their content after', async t => {
  let found: string[] = [];
  let isEmpty = true;
  const { kmipd, parent } = await fakeManager(t, {
    'client add': () => {
      found = readdirSync(join(parent, 'out')).filter(name => !name.startsWith('.'));
      isEmpty = found.every(name => statSync(join(parent, 'out', name)).size === 0);
      return added();
    },
  });
  const out = join(parent, 'out');
  const ran = await kmipd(issue(out));
  t.match(ran, { code: 0, err: '' });
  t.same(found.sort(), ['a.crt', 'a.key', 'ca.crt']);
  t.ok(isEmpty);
  const read = (name: string) => readFileSync(join(out, name), 'utf8');
  t.same([read('a.crt'), read('a.key'), read('ca.crt')], ['CERTIFICATE\n', 'PRIVATE KEY\n', 'CHAIN\n']);
  t.equal(statSync(join(out, 'a.key')).mode & 0o777, 0o600);
  t.notMatch(ran.out, 'PRIVATE', 'the key is in its file only');
});

t.test('as JSON the key is not printed either', async t => {
  const { kmipd, parent } = await fakeManager(t, { 'client add': added() });
  const ran = await kmipd([...issue(join(parent, 'out')), '--json']);
  t.notMatch(ran.out, /PRIVATE|privateKey/);
  t.match(parsed(ran), {
    client: 'a',
    isNew: true,
    certificate: { sha1: /./ },
    files: ['a.crt', 'a.key', 'ca.crt'].map(name => join(parent, 'out', name)),
  });
});

t.test('a file that is there, or a place that cannot be written, is found out before the manager is asked', async t => {
  const { kmipd, parent, asked } = await fakeManager(t, { 'client add': added() });
  const out = join(parent, 'out');
  mkdirSync(out);
  writeFileSync(join(out, 'a.key'), 'mine');
  t.match(await kmipd(issue(out)), {
    code: 4,
    err: /a\.key exists already; name another folder with --out, or add --force\n$/,
  });
  t.match(await kmipd(issue(join(out, 'a.key'))), { code: 1, err: /ENOTDIR|EEXIST/ });
  t.same(asked, []);
  t.same(readdirSync(out), ['a.key']);
  t.equal(readFileSync(join(out, 'a.key'), 'utf8'), 'mine');
});

t.test('when the manager refuses no file is left', async t => {
  const { kmipd, parent } = await fakeManager(t, { 'client add': new Refuse(404, 'there is no vault x; make it') });
  t.match(await kmipd(issue(join(parent, 'out'))), { code: 3, err: 'kmipd: there is no vault x; make it\n' });
  t.same(readdirSync(join(parent, 'out')), []);
});

t.test('ca.crt is the same for all; another chain gets a name of its own', async t => {
  let chainPem = 'CHAIN\n';
  const { kmipd, parent } = await fakeManager(t, { 'client add': ({ name }) => added({ client: name, chainPem }) });
  const out = join(parent, 'out');
  const add = (name: string) => kmipd(['client', 'add', name, '--issue', '--out', out]);
  await add('a');
  t.match(await add('b'), { code: 0, out: /files +.*b\.crt\n +.*b\.key\n +.*out\/ca\.crt\n/ });
  t.notOk(existsSync(join(out, 'b.ca.crt')));
  chainPem = 'ANOTHER\n';
  t.match(await add('c'), { code: 0, out: /out\/c\.ca\.crt\n/ });
  t.equal(readFileSync(join(out, 'ca.crt'), 'utf8'), 'CHAIN\n');
  t.equal(readFileSync(join(out, 'c.ca.crt'), 'utf8'), 'ANOTHER\n');
});

t.test('what could not be handed out lets nobody in: it is removed again', async t => {
  for (const isNew of [true, false]) {
    const { privateKeyPem, ...lacking } = added({ isNew });
    t.ok(privateKeyPem);
    const { kmipd, parent, asked } = await fakeManager(t, {
      'client add': lacking,
      'client remove': { client: 'a', removed: [], isGone: isNew },
    });
    const ran = await kmipd(issue(join(parent, 'out')));
    t.match(ran, {
      code: 1,
      err: /^kmipd: the files could not be written .*, and the certificate was removed again; /,
    });
    t.same(asked.at(-1)?.name, 'client remove');
    t.same(asked.at(-1)?.body, isNew ? { name: 'a' } : { name: 'a', certificate: 'ab'.repeat(32) });
    t.same(readdirSync(join(parent, 'out')), []);
  }
});

t.test('flags that do not go together, or lack another, are wrong usage, and nothing is asked', async t => {
  const { kmipd, parent, asked } = await fakeManager(t, {});
  const out = join(parent, 'out');
  const file = join(parent, 'x.pem');
  const cases: [string[], RegExp][] = [
    [[], /nothing says how the client is to be trusted; give --cert FILE, --csr FILE, --issue, or --ca FILE/],
    [['--issue'], /--issue makes files; name a folder for them with --out DIR/],
    [['--csr', file], /--csr makes files; name a folder/],
    [['--cert', file, '--out', out], /--out goes with --issue or --csr/],
    [['--cert', file, '--issue'], /'--cert <file>' cannot be used with option '--issue'/],
    [['--cert', file, '--csr', file], /cannot be used with option/],
    [['--ca', file, '--issue', '--subject', 'CN=x'], /cannot be used with option/],
    [['--ca', file], /--ca lets in whom it has signed; say which with --subject/],
    [['--cert', file, '--subject', 'CN=x'], /--subject goes with --ca/],
    [['--cert', file, '--crl', file], /--crl goes with --ca/],
    [['--csr', file, '--out', out, '--key-type', 'Ed25519'], /--key-type goes with --issue/],
    [['--csr', file, '--out', out, '--pkcs12'], /--pkcs12 goes with --issue/],
    [['--issue', '--out', out, '--pkcs12-password-file', file], /--pkcs12-password-file goes with --pkcs12/],
    [['--issue', '--out', out, '--key-type', 'RSA 512'], /Allowed choices are RSA 2048/],
    [['--issue', '--out', out, '--username', 'u'], /--username and --password-file go together/],
  ];
  for (const [flags, err] of cases) {
    t.match(await kmipd(['client', 'add', 'a', ...flags]), { code: 2, out: '', err }, flags.join(' '));
  }
  t.same(asked, []);
  t.notOk(existsSync(out));
});

t.test('each of the four ways becomes its request', async t => {
  const bodies: ClientAdd[] = [];
  const { kmipd, parent } = await fakeManager(t, {
    'client add': body => {
      bodies.push(body);
      return added();
    },
  });
  const { certificatePem } = await createAuthority({
    commonName: 'x',
    now: new Date('2026-11-01T00:00:00Z'),
    validityDays: 100,
    keyType: 'ECDSA P-256',
  });
  const file = join(parent, 'x.pem');
  writeFileSync(file, certificatePem);
  const password = join(parent, 'password');
  writeFileSync(password, 'open sesame\n');
  const base64 = Buffer.from(certificatePem).toString('base64');
  const add = async (...flags: string[]) => t.match(await kmipd(['client', 'add', 'a', ...flags]), { code: 0 });
  await add('--cert', file, '--vault', 'lab', '--username', 'u', '--password-file', password);
  await add('--ca', file, '--subject', 'CN=x-*');
  await add('--issue', '--out', join(parent, '1'), '--key-type', 'ECDSA P-384');
  await add('--issue', '--out', join(parent, '2'));
  t.same(bodies, [
    {
      name: 'a',
      vault: 'lab',
      way: { kind: 'pin', file: base64 },
      credential: { username: 'u', password: 'open sesame' },
    },
    { name: 'a', way: { kind: 'root', file: base64, subject: 'CN=x-*' } },
    { name: 'a', way: { kind: 'issue', keyType: 'ECDSA P-384' } },
    { name: 'a', way: { kind: 'issue' } },
  ]);
});

t.test(
  '--pkcs12 also writes key, certificate and chain as one file, under a password of its own or a given one',
  async t => {
    const { kmipd, parent } = await dataFolder(t);
    const out = join(parent, 'out');
    const add = (name: string, ...flags: string[]) =>
      kmipd(['client', 'add', name, '--issue', '--out', out, '--key-type', 'ECDSA P-256', '--pkcs12', ...flags]);
    const read = (name: string) => readFileSync(join(out, name), 'utf8');
    const opened = (name: string, password: string) => readPkcs12(readFileSync(join(out, `${name}.p12`)), password);

    t.match(await add('a'), { code: 0, out: /a\.p12\n +.*a\.p12\.password\n/ });
    const password = read('a.p12.password').trim();
    t.match(password, /^[\w-]{24}$/);
    const { certificatePem, privateKeyPem, chainPem } = await opened('a', password);
    t.same([certificatePem, privateKeyPem, chainPem], [read('a.crt'), read('a.key'), read('ca.crt')]);
    for (const name of ['a.key', 'a.p12', 'a.p12.password'])
      t.equal(statSync(join(out, name)).mode & 0o777, 0o600, name);

    const file = join(parent, 'password');
    writeFileSync(file, 'open sesame\n');
    t.match(await add('b', '--pkcs12-password-file', file), { code: 0 });
    t.notOk(existsSync(join(out, 'b.p12.password')));
    t.equal((await opened('b', 'open sesame')).privateKeyPem, read('b.key'));
  },
);
