import { createPrivateKey, X509Certificate } from 'node:crypto';
import { cpSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { type Authority, createAuthority, issueServerCertificate } from '../../../certs/index.ts';
import {
  type CertificateFiles,
  type DataFolder,
  type KeyPair,
  openDataFolder,
  useDataFolder,
} from '../../../server/data-folder/index.ts';
import { filesIn, formsOf, found, newFolder } from '../byte-search.ts';
import { options, picture } from './fixture.ts';

const now = options.now();
const keyType = 'ECDSA P-256';
const makeAuthority = () => createAuthority({ commonName: 'other authority', now, validityDays: 30, keyType });
const makeServer = (authority: Authority, name = 'kms.example') =>
  issueServerCertificate({ authority, names: [name], now, validityDays: 20, keyType });

const parent = newFolder(t);
const whole = join(parent, 'whole');
const first = await openDataFolder(whole, options);
const firstServer = await first.certificates.server();
const firstAuthority = await first.certificates.authority();
await first.close();

/** A copy of a whole data folder, for this test. */
let copies = 0;
function copy(): string {
  const path = join(parent, `copy ${++copies}`);
  cpSync(whole, path, { recursive: true });
  return path;
}
async function using<T>(path: string, work: (files: CertificateFiles, folder: DataFolder) => Promise<T>): Promise<T> {
  const folder = await useDataFolder(path, { ...options, exclusive: true });
  try {
    return await work(folder.certificates, folder);
  } finally {
    await folder.close();
  }
}
const text = ({ certificatePem, privateKeyPem }: KeyPair) => ({ certificatePem, privateKeyPem });

const kinds = [
  {
    kind: 'server' as const,
    certificate: 'server.crt',
    key: 'server.key.wrapped',
    before: text(firstServer),
    after: text(await makeServer(firstAuthority)),
    set: (files: CertificateFiles, pair: KeyPair) => files.setServer(pair),
  },
  {
    kind: 'authority' as const,
    certificate: 'authority.crt',
    key: 'authority.key.wrapped',
    before: text(firstAuthority),
    after: text(await makeAuthority()),
    set: (files: CertificateFiles, pair: KeyPair) => files.setAuthority(pair),
  },
];

for (const { kind, certificate, key, before, after, set } of kinds) {
  t.test(`${kind}: another pair takes the place of the present one, with its chain`, async t => {
    const path = copy();
    const chained = { ...after, certificatePem: after.certificatePem + firstAuthority.certificatePem };
    await using(path, async files => {
      t.same(await files[kind](), before);
      await set(files, chained);
      t.same(await files[kind](), chained);
    });
    t.same(await using(path, files => files[kind]()), chained);
    t.equal(readFileSync(join(path, certificate), 'utf8'), chained.certificatePem, 'the file is for people to copy');
    const names = Object.keys(picture(path));
    t.same(names.sort(), Object.keys(picture(whole)).sort(), 'nothing is left over');
    const server = await openDataFolder(path, options);
    t.same(server.made, []);
    t.same(await server.certificates[kind](), chained);
    await server.close();
  });

  t.test(`${kind}: stopped at any step, the next start finds one pair or the other, whole`, async t => {
    const steps: string[] = [];
    const trial = await useDataFolder(copy(), { ...options, exclusive: true, afterStep: step => steps.push(step) });
    await set(trial.certificates, after);
    await trial.close();
    t.same(steps, [
      `${key}.next written under a temporary name`,
      `${key}.next in place`,
      `${certificate} written under a temporary name`,
      `${certificate} in place`,
      `${key} in place`,
    ]);
    for (const [index, stop] of steps.entries()) {
      const path = copy();
      const afterStep = (step: string) => {
        if (step === stop) throw new Error('power cut');
      };
      const folder = await useDataFolder(path, { ...options, exclusive: true, afterStep });
      await t.rejects(set(folder.certificates, after), { message: 'power cut' });
      await folder.close();
      const expected = index < steps.indexOf(`${certificate} in place`) ? before : after;

      const reader = await useDataFolder(path, options);
      const left = picture(path);
      t.same(await reader.certificates[kind](), expected, `as a reader finds it after: ${stop}`);
      await reader.close();
      t.same(picture(path), left, 'who does not hold the lock tidies nothing up');

      const server = await openDataFolder(path, options);
      t.same(await server.certificates[kind](), expected, `as a server finds it after: ${stop}`);
      await server.close();
      t.same(Object.keys(picture(path)).sort(), Object.keys(picture(whole)).sort(), `nothing is left after: ${stop}`);
      const again = await makePair(kind);
      await using(path, files => set(files, again));
      t.same(await using(path, files => files[kind]()), again, `can be replaced again after: ${stop}`);
    }
  });

  t.test(`${kind}: a replacement that was stopped is finished before the next one begins`, async t => {
    const path = copy();
    const stopped = async (stop: string, pair: KeyPair) => {
      const afterStep = (step: string) => {
        if (step === stop) throw new Error('power cut');
      };
      const folder = await useDataFolder(path, { ...options, exclusive: true, afterStep });
      await t.rejects(set(folder.certificates, pair), { message: 'power cut' });
      await folder.close();
    };
    await stopped(`${certificate} in place`, after);
    await stopped(`${key}.next in place`, await makePair(kind));
    t.same(await using(path, files => files[kind]()), after, 'the key of the first one is not lost');
  });

  t.test(`${kind}: a key of another certificate is refused, and nothing changes`, async t => {
    const path = copy();
    const was = picture(path);
    const wrong = { certificatePem: after.certificatePem, privateKeyPem: before.privateKeyPem };
    await t.rejects(
      using(path, files => set(files, wrong)),
      {
        name: 'CertificateError',
        message: /a private key of another certificate/,
      },
    );
    const swapped = {
      certificatePem: firstAuthority.certificatePem + after.certificatePem,
      privateKeyPem: after.privateKeyPem,
    };
    if (kind === 'server') {
      await t.rejects(
        using(path, files => set(files, swapped)),
        { name: 'CertificateError' },
        'the chain comes behind',
      );
    }
    t.same(picture(path), was);
  });
}

async function makePair(kind: 'server' | 'authority'): Promise<KeyPair> {
  return text(await (kind === 'server' ? makeServer(firstAuthority) : makeAuthority()));
}

t.test('beside a writer a certificate is never read with another’s key', async t => {
  const path = copy();
  const pairs = [firstServer, ...(await Promise.all([1, 2, 3].map(() => makePair('server'))))].map(text);
  const writer = await useDataFolder(path, { ...options, exclusive: true });
  const reader = await useDataFolder(path, options);
  let isDone = false;
  const seen = new Set<string>();
  const reading = (async () => {
    while (!isDone) {
      const { certificatePem, privateKeyPem } = await reader.certificates.server();
      seen.add(certificatePem);
      const belongs = new X509Certificate(certificatePem).checkPrivateKey(createPrivateKey(privateKeyPem));
      if (!belongs) throw new Error('a certificate with another’s key');
    }
  })();
  for (let round = 0; round < 40; round++) await writer.certificates.setServer(pairs[(round + 1) % pairs.length]!);
  isDone = true;
  await t.resolves(reading);
  t.ok(seen.size > 1, `${seen.size} certificates were read while they changed`);
  await reader.close();
  await writer.close();
});

t.test('two replacements at once are done one after the other', async t => {
  const path = copy();
  const [one, other] = [await makePair('server'), await makePair('server')];
  await using(path, async files => {
    await Promise.all([files.setServer(one), files.setServer(other)]);
    t.same(await files.server(), other);
  });
});

t.test('a key that fits no certificate is told, not guessed around', async t => {
  const path = copy();
  const stranger = copy();
  await using(stranger, async files => files.setServer(await makePair('server')));
  cpSync(join(stranger, 'server.key.wrapped'), join(path, 'server.key.wrapped'));
  await t.rejects(
    using(path, files => files.server()),
    {
      name: 'DataFolderError',
      message: /server\.key\.wrapped is not the key of server\.crt; restore both from the same backup/,
    },
  );
  cpSync(join(stranger, 'server.key.wrapped'), join(path, 'server.key.wrapped.next'));
  await t.rejects(
    using(path, files => files.server()),
    { name: 'DataFolderError' },
  );
  t.ok(readdirSync(path).includes('server.key.wrapped.next'), 'and nothing is thrown away then');
});

t.test('a key waits for the certificate to a request, through starts', async t => {
  const path = copy();
  const { privateKeyPem } = await makePair('server');
  await using(path, async files => {
    t.equal(await files.pendingKey(), undefined);
    await files.setPendingKey(privateKeyPem);
  });
  const server = await openDataFolder(path, options);
  t.equal(await server.certificates.pendingKey(), privateKeyPem);
  t.same(await server.certificates.server(), text(firstServer), 'what is served stays');
  await server.certificates.setPendingKey(undefined);
  t.equal(await server.certificates.pendingKey(), undefined);
  await server.certificates.setPendingKey(undefined);
  await server.close();

  writeFileSync(join(path, 'server-request.key.wrapped'), 'x'.repeat(200));
  await t.rejects(
    using(path, files => files.pendingKey()),
    { message: /server-request\.key\.wrapped was not wrapped/ },
  );
});

t.test('a wrapped key stays good under its own name only', async t => {
  const path = copy();
  await using(path, async files => files.setPendingKey(firstServer.privateKeyPem));
  rmSync(join(path, 'server.key.wrapped'));
  cpSync(join(path, 'server-request.key.wrapped'), join(path, 'server.key.wrapped'));
  await t.rejects(
    using(path, files => files.server()),
    { message: /server\.key\.wrapped was not wrapped by this root\.key/ },
  );
});

t.test('who does not hold the folder changes no certificate', async t => {
  const path = copy();
  const was = picture(path);
  const folder = await useDataFolder(path, options);
  for (const change of [
    folder.certificates.setServer(await makePair('server')),
    folder.certificates.setAuthority(await makePair('authority')),
    folder.certificates.setPendingKey(undefined),
  ]) {
    await t.rejects(change, { message: /only by who holds its lock/ });
  }
  await folder.close();
  t.same(picture(path), was);
});

t.test('no private key is in the clear in the data folder, and no file is open to others', async t => {
  const path = copy();
  const secrets = new Map<string, string>();
  const remember = (name: string, privateKeyPem: string) => secrets.set(name, privateKeyPem);
  remember('first server key', firstServer.privateKeyPem);
  remember('first authority key', firstAuthority.privateKeyPem);
  const search = (when: string) => {
    const needles = new Map(
      [...secrets].map(([name, pem]) => {
        const { d = '' } = createPrivateKey(pem).export({ format: 'jwk' });
        return [name, formsOf(Buffer.from(d, 'base64url'))] as const;
      }),
    );
    t.same(found(needles, filesIn(path)), [], when);
    for (const name of readdirSync(path)) {
      const mode = statSync(join(path, name)).mode & 0o777;
      t.equal(
        mode & (/(\.crt|audit\.pub)(\.tmp)?$/.test(name) ? 0o022 : 0o077),
        0,
        `${name} has mode ${mode.toString(8)} ${when}`,
      );
    }
    t.equal(statSync(path).mode & 0o777, 0o700);
  };
  search('at first');

  // Every step on the way is looked at, as a crash would leave it.
  const folder = await useDataFolder(path, { ...options, exclusive: true, afterStep: search });
  const { certificates } = folder;
  for (const name of ['renewed', 'renewed again']) {
    const pair = await makePair('server');
    remember(`${name} server key`, pair.privateKeyPem);
    await certificates.setServer(pair);
  }
  const requested = await makePair('server');
  remember('key of a request', requested.privateKeyPem);
  await certificates.setPendingKey(requested.privateKeyPem);
  await certificates.setServer(requested);
  await certificates.setPendingKey(undefined);
  const authority = await makePair('authority');
  remember('imported authority key', authority.privateKeyPem);
  await certificates.setAuthority(authority);
  await folder.close();
  search('at last');
  t.equal(secrets.size, 6);
  const needle = new Map([['certificate', [Buffer.from(requested.certificatePem)]]]);
  t.same(found(needle, filesIn(path)), ['certificate in server.crt'], 'this search does find what is there');
});
