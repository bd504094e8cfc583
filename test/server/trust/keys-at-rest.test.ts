import { createPrivateKey, randomBytes, type KeyObject } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import t from 'tap';
import { createAuthority, issueServerCertificate, toPkcs12, type KeyType } from '../../../certs/index.ts';
import { unwrap } from '../../../server/root-key/wrapping.ts';
import { filesIn, formsOf, found, newFolder, texts } from '../byte-search.ts';
import { spawnServer, type Ran } from '../server-process.ts';

t.setTimeout(240_000);

const MODES: readonly (readonly [RegExp, number])[] = [
  [/^data$/, 0o700],
  [/^data\/((authority|server)\.crt|audit\.pub)$/, 0o644],
  [/^data\//, 0o600],
  [/^out\/(.*\.key|.*\.p12|.*\.admin\.pem)$/, 0o600],
  [/^out\/.*\.crt$/, 0o644],
];

t.test(
  'no private key, password or passphrase that a command handled is at rest in the clear in the data folder, or is said',
  async t => {
    const folder = newFolder(t);
    const [data, out] = [join(folder, 'data'), join(folder, 'out')];
    const given = newFolder(t);
    const sinks = [{ type: 'file', path: join(folder, 'events.jsonl') }, { type: 'stdout' }];
    const args = ['--name', 'kms.example', '--log-level', 'trace', '--set', `audit.sinks=${JSON.stringify(sinks)}`];
    const server = await spawnServer(t, { data, args });
    const said: Record<string, string> = {};
    const secrets = new Map<string, Uint8Array>();
    const run = async (...command: string[]): Promise<Ran> => {
      const ran = await server.kmipd(...command);
      t.equal(ran.code, 0, `kmipd ${command.slice(0, 3).join(' ')} ${ran.err}`);
      said[`kmipd ${command.slice(0, 4).join(' ')} ${Object.keys(said).length}`] = ran.out + ran.err;
      return ran;
    };
    const file = (name: string, content: string | Uint8Array) => {
      writeFileSync(join(given, name), content, { mode: 0o600 });
      return join(given, name);
    };
    const secretFile = (name: string) => {
      const text = randomBytes(18).toString('base64url');
      secrets.set(name, Buffer.from(text));
      return file(name, `${text}\n`);
    };
    const keep = (name: string, pem: string) => {
      for (const [part, number] of numbersOf(createPrivateKey(pem))) secrets.set(`${name}: ${part}`, number);
    };
    /** The server's own keys as they are now, unwrapped here. */
    const keepOwn = (when: string) => {
      for (const name of readdirSync(data).filter(name => name.endsWith('.key.wrapped')))
        keep(
          `${name} ${when}`,
          String(unwrap(rootKeyOf(data), ['kmipd secret', name], readFileSync(join(data, name)))),
        );
    };
    const search = () => {
      Object.assign(said, { 'standard output': server.out(), 'the log': server.err() });
      const haystack = new Map([...filesIn(folder)].filter(([path]) => !path.startsWith('out/')));
      const needles = new Map([...secrets].map(([name, secret]) => [name, formsOf(secret)]));
      return found(needles, new Map([...haystack, ...texts(said)]));
    };

    keepOwn('at first');
    await run('client', 'add', 'pair', '--issue', '--out', out);
    const p12Password = secretFile('password of the PKCS#12');
    await run('client', 'add', 'store', '--issue', '--out', out, '--pkcs12', '--pkcs12-password-file', p12Password);
    for (const name of ['pair', 'store']) keep(`issued to ${name}`, readFileSync(join(out, `${name}.key`), 'utf8'));

    for (const keyType of ['RSA 2048', 'ECDSA P-384', 'Ed25519']) {
      await run('certs', 'server', 'renew', '--key-type', keyType);
      keepOwn(`renewed as ${keyType}`);
    }
    await run('certs', 'server', 'csr', '--key-type', 'RSA 2048');
    keepOwn('with a request');

    const company = await companyAuthority('ECDSA P-384');
    keep('the company’s authority', company.privateKeyPem);
    const authority = [file('ca.crt', String(company.certificatePem)), file('ca.key', company.privateKeyPem)] as const;
    await run('certs', 'authority', 'import', '--cert', authority[0], '--key', authority[1]);
    const elsewhere = await issueServerCertificate({
      ...{ authority: company, names: ['kms.example'], keyType: 'RSA 2048', now: new Date(), validityDays: 30 },
    });
    keep('the server’s, made elsewhere', elsewhere.privateKeyPem);
    const password = secretFile('password of the server’s PKCS#12');
    const p12 = await toPkcs12({
      certificatePem: elsewhere.certificatePem,
      privateKeyPem: elsewhere.privateKeyPem,
      password: readFileSync(password, 'utf8').trim(),
      friendlyName: 'kms',
    });
    await run('certs', 'server', 'import', '--pkcs12', file('server.p12', p12), '--pkcs12-password-file', password);

    const passphrase = secretFile('passphrase of an administrator');
    const administrator = join(out, 'alice.admin.pem');
    await run('admin', 'create', 'alice', '--out', administrator, '--passphrase-file', passphrase);
    const flags = ['--admin', administrator, '--passphrase-file', passphrase];
    await run('client', 'add', 'third', '--issue', '--out', out, ...flags);
    keep('issued to third', readFileSync(join(out, 'third.key'), 'utf8'));
    const next = secretFile('next passphrase of an administrator');
    await run('admin', 'renew', 'alice', ...flags, '--new-passphrase-file', next, '--out', administrator, '--force');
    t.notMatch(readFileSync(administrator, 'latin1'), 'BEGIN PRIVATE KEY', 'the administrator’s key is encrypted');

    t.ok(secrets.size > 25, `${secrets.size} secrets are searched for`);
    t.same(search(), [], 'while it runs');
    t.ok(existsSync(join(data, 'admin.sock')), 'the socket is among the files');
    t.same(wrongModes(folder), [], 'file modes');
    t.match(await server.stop('SIGKILL'), { signal: 'SIGKILL' });
    t.same(search(), [], 'after a kill');
    const again = await spawnServer(t, { data, args });
    t.match(await again.stop(), { code: 0 });
    t.same(search(), [], 'after another start and a clean stop');
    t.same(wrongModes(folder), [], 'file modes');
    const everything = Buffer.concat([...filesIn(data).values()]).toString('latin1');
    t.notMatch(everything, /BEGIN [A-Z ]*PRIVATE KEY/);

    const needles = new Map([['issued to pair', formsOf(secrets.get('issued to pair: d')!)]]);
    t.same(
      found(needles, filesIn(out)),
      ['issued to pair in pair.key'],
      'this search does find a key that is in a file',
    );
  },
);

/** The secret numbers of a private key, each enough to have it. */
function numbersOf(key: KeyObject): [part: string, number: Buffer][] {
  const jwk = key.export({ format: 'jwk' });
  return (['d', 'p', 'q'] as const).flatMap(part => {
    const number = jwk[part];
    return typeof number === 'string' ? [[part, Buffer.from(number, 'base64url')] as [string, Buffer]] : [];
  });
}

function rootKeyOf(data: string): Buffer {
  const [, line = ''] = readFileSync(join(data, 'root.key'), 'utf8').split('\n');
  return Buffer.from(line, 'base64');
}

const companyAuthority = (keyType: KeyType) =>
  createAuthority({ commonName: 'company', keyType, now: new Date(), validityDays: 300 });

/** What has another mode than MODES says, as `path mode`; what MODES does not name has none that is right. */
function wrongModes(folder: string): string[] {
  const all = readdirSync(folder, { recursive: true, withFileTypes: true }).map(entry =>
    join(entry.parentPath, entry.name),
  );
  return all.flatMap(path => {
    const name = relative(folder, path);
    if (name === 'events.jsonl' || name === 'out') return [];
    const mode = lstatSync(path).mode & 0o777;
    const wanted = MODES.find(([pattern]) => pattern.test(name))?.[1];
    return mode === wanted ? [] : [`${name} ${mode.toString(8)}`];
  });
}
