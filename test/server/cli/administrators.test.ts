import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { dataFolder, parsed, USER } from './fixture.ts';

const PASSPHRASE = 'correct horse battery';

/** A data folder, a file with a passphrase, and where key files go. */
async function withPassphrase(t: Test) {
  const folder = await dataFolder(t);
  const passphrase = join(folder.parent, 'passphrase');
  writeFileSync(passphrase, `${PASSPHRASE}\nnot this\n`);
  const keyFile = (name: string) => join(folder.parent, `${name}.admin.pem`);
  const create = (name: string, ...flags: string[]) =>
    folder.kmipd(['admin', 'create', name, '--out', keyFile(name), '--passphrase-file', passphrase, ...flags]);
  const as = (name: string) => ['--admin', keyFile(name), '--passphrase-file', passphrase];
  return { ...folder, passphrase, keyFile, create, as };
}

t.test(
  'admin create writes the key into a file of its own, under the passphrase, and hands over the public part',
  async t => {
    const { create, keyFile, open } = await withPassphrase(t);
    const ran = await create('alice');
    t.match(ran, {
      code: 0,
      err: '',
      out: /^administrator alice made\n {2}key +Ed25519, [0-9a-f]{64}\n {2}file +.*alice\.admin\.pem\n/,
    });
    t.notMatch(ran.out, 'PRIVATE');
    const text = readFileSync(keyFile('alice'), 'utf8');
    t.equal(statSync(keyFile('alice')).mode & 0o777, 0o600);
    const { store, service } = await open();
    const administrator = await store.directory.administratorNamed('alice');
    t.match(text, /^Administrator: alice$/m);
    t.match(text, new RegExp(`^Server instance: ${service.instanceId}$`, 'm'));
    t.match(text, new RegExp(`^Key: ${administrator?.keyId}$`, 'm'));
    t.same(text.match(/-----BEGIN [A-Z ]+-----/g), [
      '-----BEGIN ENCRYPTED PRIVATE KEY-----',
      '-----BEGIN CERTIFICATE-----',
    ]);
    for (const { json } of await store.events.latest(10)) t.notMatch(json, /PRIVATE|horse/);
  },
);

t.test('once there is an administrator every request needs the signature of one', async t => {
  const { kmipd, create, as } = await withPassphrase(t);
  await create('alice', '--key-type', 'ECDSA P-256');
  t.match(await kmipd(['client', 'list']), { code: 4, err: /an administrator must sign this; give --admin FILE/ });
  t.match(await kmipd(['client', 'list', ...as('alice')]), { code: 0, out: /^no clients/ });
  t.match(await kmipd(['vault', 'create', 'lab', ...as('alice')]), { code: 0 });
  const env = { KMIPD_ADMIN: as('alice')[1]!, KMIPD_ADMIN_PASSPHRASE_FILE: as('alice')[3]! };
  t.match(await kmipd(['client', 'list'], { env }), { code: 0, out: /^no clients/ });
  t.match(parsed(await kmipd(['admin', 'list', '--json', ...as('alice')])), [
    { name: 'alice', keyType: 'ECDSA P-256' },
  ]);
  t.match(
    (await kmipd(['admin', 'list', ...as('alice')])).out,
    /^NAME +KEY TYPE +KEY SET +ADDED +KEY\nalice +ECDSA P-256 /,
  );
  t.match((await kmipd(['admin', 'show', 'alice', ...as('alice')])).out, /^alice\n {2}key +[0-9a-f]{64}\n/);
  t.match(await kmipd(['admin', 'show', 'bob', ...as('alice')]), { code: 3, err: /bob/ });
  const events = (await kmipd(['events', '--json', '--initiator', 'alice'])).out.trimEnd().split('\n');
  t.equal(events.length, 8, 'found by the administrator’s name, with what the system’s user of that name did before');
});

t.test('the passphrase comes from a file, from standard input, or is asked for without being shown', async t => {
  const { kmipd, create, keyFile, parent } = await withPassphrase(t);
  await create('alice');
  const list = (flags: string[], changes = {}) =>
    kmipd(['client', 'list', '--admin', keyFile('alice'), ...flags], changes);
  t.match(await list(['--passphrase-file', '-'], { readStdin: () => Promise.resolve(`${PASSPHRASE}\n`) }), { code: 0 });
  const prompts: string[] = [];
  const readSecret = (answer: string) => (prompt: string) => {
    prompts.push(prompt);
    return Promise.resolve(answer);
  };
  t.match(await list([], { readSecret: readSecret(PASSPHRASE) }), { code: 0 });
  t.match(prompts, [/^Passphrase of alice \(.*alice\.admin\.pem\): $/]);
  for (const wrong of ['wrong', '']) {
    t.match(await list([], { readSecret: readSecret(wrong) }), {
      code: 4,
      err: /^kmipd: the passphrase does not open .*alice\.admin\.pem; try again/,
    });
  }
  t.match(await list([]), {
    code: 2,
    err: /^kmipd: the key in .* needs its passphrase, and there is no terminal to ask at; give it with --passphrase-file FILE/,
  });
  writeFileSync(join(parent, 'empty'), '\n');
  t.match(await list(['--passphrase-file', join(parent, 'empty')]), { code: 2, err: /no password on its first line/ });
  t.match(await list(['--passphrase-file', join(parent, 'none')]), { code: 3, err: /none: no such file/ });
});

t.test('a new passphrase is long enough, and typed twice', async t => {
  const { kmipd, keyFile, parent, open } = await withPassphrase(t);
  const create = (answers: string[], ...flags: string[]) =>
    kmipd(['admin', 'create', 'alice', '--out', keyFile('alice'), ...flags], {
      readSecret: () => Promise.resolve(answers.shift()),
    });
  t.match(await create(['short']), { code: 2, err: /fewer than 12 characters; choose a longer one/ });
  t.match(await create([PASSPHRASE, 'something else']), { code: 2, err: /the two passphrases differ; try again/ });
  t.match(await create([]), { code: 2, err: /the new key of alice needs a passphrase, and there is no terminal/ });
  writeFileSync(join(parent, 'short'), 'eleven char');
  t.match(await create([], '--passphrase-file', join(parent, 'short')), { code: 2, err: /fewer than 12 characters/ });
  const { store } = await open();
  t.same(await store.directory.administrators(), []);
  t.throws(() => statSync(keyFile('alice')), 'no file is left');
  t.match(await create([PASSPHRASE, PASSPHRASE]), { code: 0 });
});

t.test('a key file is not overwritten unless told to, and then only when the server has taken the new key', async t => {
  const { kmipd, create, keyFile, passphrase, as } = await withPassphrase(t);
  await create('alice');
  const before = readFileSync(keyFile('alice'), 'utf8');
  const again = ['--out', keyFile('alice'), '--new-passphrase-file', passphrase];
  t.match(await kmipd(['admin', 'renew', 'alice', ...again, ...as('alice')]), {
    code: 4,
    err: /alice\.admin\.pem exists already; name another file with --out, or add --force\n$/,
  });
  t.match(await kmipd(['admin', 'create', 'alice', ...again, '--force', ...as('alice')]), { code: 4, err: /alice/ });
  t.equal(readFileSync(keyFile('alice'), 'utf8'), before);
  t.match(await kmipd(['client', 'list', ...as('alice')]), { code: 0 });
  t.match(await create('../x'), { code: 2, err: /administrator name "\.\.\/x" has other characters/ });
});

t.test('admin renew makes another key, and the earlier one signs nothing any more', async t => {
  const { kmipd, create, keyFile, passphrase, as, open } = await withPassphrase(t);
  await create('alice');
  const { store } = await open();
  const before = await store.directory.administratorNamed('alice');
  const renewed = join(keyFile('alice'), '..', 'new.pem');
  const flags = ['--out', renewed, '--new-passphrase-file', passphrase];
  t.match(await kmipd(['admin', 'renew', 'alice', ...flags, ...as('alice')]), {
    code: 0,
    out: /^administrator alice has a new key; the earlier one signs nothing any more\n/,
  });
  const after = await store.directory.administratorNamed('alice');
  t.equal(after?.id, before?.id);
  t.not(after?.keyId, before?.keyId);
  t.match(await kmipd(['client', 'list', ...as('alice')]), {
    code: 4,
    err: /the signature is not valid for this server/,
  });
  t.match(await kmipd(['client', 'list', '--admin', renewed, '--passphrase-file', passphrase]), { code: 0 });
  t.match(
    await kmipd([
      'admin',
      'renew',
      'alice',
      '--out',
      `${renewed}2`,
      '--admin',
      renewed,
      '--passphrase-file',
      passphrase,
    ]),
    { code: 2, err: /the new key of alice needs a passphrase, and there is no terminal/ },
    'the passphrase of the key that signs is not meant for the new one',
  );
});

t.test('admin create for a second one is signed by the first; admin remove ends one', async t => {
  const { kmipd, create, keyFile, passphrase, as } = await withPassphrase(t);
  await create('alice');
  t.match(await create('bob'), { code: 4, err: /an administrator must sign this/ });
  t.throws(() => statSync(keyFile('bob')), 'no file is left');
  const bob = ['admin', 'create', 'bob', '--out', keyFile('bob'), '--new-passphrase-file', passphrase];
  t.match(await kmipd([...bob, ...as('alice')]), { code: 0 });
  t.match(await kmipd(['admin', 'remove', 'alice', ...as('bob')]), {
    code: 0,
    out: 'administrator alice removed; 1 administrator left\n',
  });
  t.match(await kmipd(['client', 'list', ...as('alice')]), { code: 4, err: /signature is not valid/ });
  t.match(await kmipd(['client', 'list', ...as('bob')]), { code: 0 });
  t.match(await kmipd(['admin', 'remove', 'bob', ...as('bob')]), {
    code: 0,
    out: 'administrator bob removed; no administrator is left, so the owner of the data folder may act without a signature\n',
  });
  t.match(await kmipd(['client', 'list']), { code: 0 });
});

t.test(
  'for a lost key the owner of the data folder removes the administrator, and a critical event says so',
  async t => {
    const { kmipd, create, as, open } = await withPassphrase(t);
    await create('alice');
    t.match(await kmipd(['admin', 'remove', 'alice']), { code: 4, err: /an administrator must sign this/ });
    t.match(await kmipd(['admin', 'remove', 'alice', '--recover', '--server', 'x:1']), {
      code: 2,
      err: /leave out --server/,
    });
    t.match(await kmipd(['admin', 'remove', 'alice', '--recover'], { env: { KMIPD_ADMIN: '/nonexistent' } }), {
      code: 0,
      out: /^administrator alice removed; no administrator is left/,
    });
    const { store } = await open();
    const [event] = await store.events.latest(1);
    t.match(event, {
      action: 'hs-crypto.mtlscert-admin-key.delete',
      outcome: 'success',
      severity: 'critical',
      initiator: USER,
    });
    t.match(await kmipd(['client', 'list', ...as('alice')]), { code: 4 });
    t.match(await kmipd(['client', 'list']), { code: 0 });
  },
);

t.test('a key file that was tampered with opens nothing', async t => {
  const { kmipd, create, keyFile, as, passphrase } = await withPassphrase(t);
  await create('alice');
  const text = readFileSync(keyFile('alice'), 'utf8');
  const cases: [string, RegExp][] = [
    [text.replace(/^Key: .*$/m, 'Key: 12'), /it has no line "Key"/],
    [text.replace(/^Server instance: .*$/m, ''), /it has no line "Server instance"/],
    [text.replace(/ENCRYPTED /g, ''), /it has no encrypted private key/],
    [text.replace(/CERTIFICATE/g, 'X509 CRL'), /it has no certificate/],
    [text.replace(/^Key: .*$/m, `Key: ${'0'.repeat(64)}`), /the signature is not valid for this server/],
    [text.replace(/^Server instance: .*$/m, 'Server instance: other'), /the signature is for another server/],
    [text.replace(/(BEGIN ENCRYPTED PRIVATE KEY-----\n.{40})....../, '$1AAAAAA'), /the passphrase does not open/],
  ];
  for (const [content, err] of cases) {
    const path = join(keyFile('alice'), '..', 'tampered.pem');
    writeFileSync(path, content);
    t.match(await kmipd(['client', 'list', '--admin', path, '--passphrase-file', passphrase]), { code: 4, err });
  }
  writeFileSync(keyFile('alice'), text.replaceAll('\n', '\r\n'));
  t.match(await kmipd(['client', 'list', ...as('alice')]), { code: 0 }, 'Windows line ends do no harm');
});
