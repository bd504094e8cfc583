import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { colons, createAuthority, parseCertificates, sha256Fingerprint } from '../../../certs/index.ts';
import { Operation } from '../../../kmip-codec/index.ts';
import { type ClientIdentity, runServer } from '../running-server.ts';
import { kmipd as run, parsed, type Ran } from './fixture.ts';

const PASSPHRASE = 'correct horse battery';
const now = () => new Date();

/** A running server with an administrator port, and `kmipd` on its data folder. */
async function served(t: Test) {
  const server = await runServer(t, { settings: { 'admin.listen': '127.0.0.1:0' } });
  const files = t.testdir({ passphrase: `${PASSPHRASE}\n` });
  const kmipd = (argv: readonly string[]): Promise<Ran> => run([...argv, '--data', server.folder], { now });
  const key = join(files, 'alice.admin.pem');
  const passphrase = ['--passphrase-file', join(files, 'passphrase')];
  /** Signed, from a machine that has no data folder. */
  const elsewhere = (argv: readonly string[]): Promise<Ran> =>
    run([...argv, '--server', `127.0.0.1:${server.adminPort}`, '--data', '/nonexistent', ...signed], { now });
  const signed = ['--admin', key, ...passphrase];
  const createAlice = async () =>
    t.match(await kmipd(['admin', 'create', 'alice', '--out', key, ...passphrase]), { code: 0 });
  const identity = (out: string, name: string): ClientIdentity => ({
    certificatePem: readFileSync(join(out, `${name}.crt`), 'utf8'),
    privateKeyPem: readFileSync(join(out, `${name}.key`), 'utf8'),
  });
  return { server, files, kmipd, elsewhere, signed, createAlice, identity };
}

t.test('what a command changes is in force on the running server when it ends', async t => {
  const { server, files, kmipd, identity } = await served(t);
  const out = join(files, 'out');
  t.match(await kmipd(['client', 'add', 'a', '--issue', '--out', out, '--key-type', 'ECDSA P-256']), { code: 0 });
  const connection = await server.connect(identity(out, 'a'));
  await connection.request(Operation.DiscoverVersions, {});
  const shown = parsed(await kmipd(['client', 'show', 'a', '--json']));
  t.match(shown, {
    lastHandshakeAt: /^20/,
    lastRequestAt: /^20/,
    certificates: [{ origin: 'issued', lastRequestAt: /^20/ }],
  });
  t.match(await kmipd(['client', 'remove', 'a']), {
    code: 0,
    out: 'client a removed with 1 certificate; 1 connection cut; its keys stay\n',
  });
  await t.rejects(connection.request(Operation.DiscoverVersions, {}));
});

t.test('status tells of the running server, unsigned even when there are administrators', async t => {
  const { server, kmipd, createAlice } = await served(t);
  await createAlice();
  const ran = await kmipd(['status']);
  t.match(ran, { code: 0, err: '' });
  t.match(ran.out, `running: kmipd `);
  t.match(ran.out, ` on ${server.host}:${server.port}, since 20`);
  t.match(parsed(await kmipd(['status', '--json'])), { isRunning: true, clients: 0 });
});

t.test('a client that was refused is let in by its fingerprint', async t => {
  const { server, kmipd } = await served(t);
  const stranger = await createAuthority({
    commonName: 'vcsa',
    now: now(),
    validityDays: 30,
    keyType: 'ECDSA P-256',
  });
  await t.rejects((await server.connect(stranger)).request(Operation.DiscoverVersions, {}));
  const fingerprint = colons(sha256Fingerprint(stranger.der));
  t.match((await kmipd(['client', 'refused'])).out, `SHA-256  ${fingerprint}\n`);
  t.match(await kmipd(['client', 'trust', fingerprint, '--name', 'vcsa']), { code: 0 });
  await (await server.connect(stranger)).request(Operation.DiscoverVersions, {});
  t.match(await kmipd(['client', 'refused']), { out: 'nobody was refused\n' });
});

t.test('a renewed certificate is shown to the next connection', async t => {
  const { server, kmipd } = await served(t);
  t.match(await kmipd(['certs', 'server', 'renew']), {
    code: 0,
    out: /^server certificate replaced; new connections get/,
  });
  const client = await server.addClient('a');
  const shown = (await server.connect(client)).socket.getPeerX509Certificate();
  t.match((await kmipd(['certs', 'show'])).out, `SHA-256        ${shown?.fingerprint256}\n`);
});

t.test(
  'every kind of request goes over the administrator port, signed, from a machine without a data folder',
  async t => {
    const { server, files, elsewhere, createAlice, identity } = await served(t);
    await createAlice();
    const out = join(files, 'out');
    const ok = async (...argv: string[]) => {
      const ran = await elsewhere(argv);
      t.match(ran, { code: 0, err: '' }, argv.slice(0, 3).join(' '));
      return ran.out;
    };
    await ok('vault', 'create', 'lab');
    t.match(await ok('vault', 'list'), /\nlab /);
    await ok('client', 'add', 'a', '--issue', '--out', out, '--vault', 'lab', '--key-type', 'ECDSA P-256');
    await (await server.connect(identity(out, 'a'))).request(Operation.DiscoverVersions, {});
    t.match(await ok('client', 'list'), /\na +lab +issued /);
    t.match(await ok('client', 'show', 'a'), /last request +20/);
    t.match(await ok('client', 'refused'), 'nobody was refused');
    await ok('client', 'remove', 'a');
    t.match(await ok('certs', 'crl'), '-----BEGIN X509 CRL-----');
    t.match(await ok('certs', 'show'), /Server certificate/);
    t.match(await ok('certs', 'server', 'csr', '--key-type', 'ECDSA P-256'), '-----BEGIN CERTIFICATE REQUEST-----');
    await ok('certs', 'server', 'renew');
    t.match(await ok('certs', 'show'), 'A key waits', 'also with the new certificate, for its authority is the same');
    t.match(await ok('admin', 'list'), /\nalice /);
    t.match(await ok('admin', 'show', 'alice'), /^alice\n/);
    await ok('status');
    const events = await server.store.events.latest(100);
    const asked = events.filter(({ initiator }) => initiator !== 'kmipd');
    const initiators = new Set(
      asked.slice(2).map(({ json }) => (JSON.parse(json) as { initiator: { name?: string } }).initiator.name),
    );
    t.same(
      [...initiators].filter(name => name !== 'a'),
      ['alice'],
      'all of it in alice’s name',
    );
  },
);

t.test('a server that is not the one of the key file is told nothing', async t => {
  const { server, createAlice, signed } = await served(t);
  await createAlice();
  // Servers of one key type are copies of one data folder.
  const settings = { 'admin.listen': '127.0.0.1:0', 'server.keyType': 'ECDSA P-384' };
  const other = await runServer(t, { settings });
  const list = (port: number | undefined, ...flags: string[]) =>
    run(['client', 'list', '--server', `127.0.0.1:${port}`, ...flags], { now });
  t.match(await list(other.adminPort, ...signed), {
    code: 4,
    err: /^kmipd: 127\.0\.0\.1:\d+ is not trusted, and nothing was done: .*; compare with `kmipd certs show`/,
  });
  const fingerprintOf = (pem: string) => colons(parseCertificates(pem)[0]!.sha256);
  const [own, others] = [server, other].map(({ folder }) =>
    fingerprintOf(readFileSync(join(folder, 'server.crt'), 'utf8')),
  );
  t.match(await list(server.adminPort, '--server-fingerprint', others!, ...signed), {
    code: 4,
    err: new RegExp(`it shows the certificate with SHA-256 ${own}; compare`),
  });
  t.match(await list(server.adminPort, '--server-fingerprint', own!, ...signed), { code: 0 });
  t.match(await list(other.adminPort, '--server-fingerprint', others!, ...signed), {
    code: 4,
    err: /the signature is for another server/,
  });
  t.match(await list(server.adminPort, '--server-fingerprint', own!), {
    code: 4,
    err: /an administrator must sign this; give --admin FILE/,
  });
});

t.test('without any administrator the port lets nobody in, the socket the owner', async t => {
  const { server, kmipd } = await served(t);
  const fingerprint = parseCertificates(readFileSync(join(server.folder, 'server.crt')))[0]!.sha256;
  const port = ['--server', `127.0.0.1:${server.adminPort}`, '--server-fingerprint', fingerprint];
  t.match(await run(['client', 'list', ...port], { now }), { code: 4, err: /sign/ });
  t.match(await kmipd(['client', 'list']), { code: 0 });
});

t.test('--recover is for a server that is stopped', async t => {
  const { server, kmipd, createAlice } = await served(t);
  await createAlice();
  t.match(await kmipd(['admin', 'remove', 'alice', '--recover']), {
    code: 4,
    err: /^kmipd: a server is running on .*; stop it first/,
  });
  t.equal((await server.store.directory.administrators()).length, 1);
});

t.test('a clock that is wrong is told of', async t => {
  const { server, signed, createAlice } = await served(t);
  await createAlice();
  const late = { now: () => new Date(Date.now() - 3_600_000) };
  t.match(await run(['client', 'list', '--data', server.folder, ...signed], late), { code: 4, err: /clock/ });
});

t.test('files that cannot be made leave no client behind', async t => {
  const { server, files, kmipd } = await served(t);
  writeFileSync(join(files, 'out'), 'a file where the folder should be');
  t.match(await kmipd(['client', 'add', 'a', '--issue', '--out', join(files, 'out')]), { code: 1 });
  t.same(await server.store.directory.clients(), []);
  t.same(readdirSync(files).sort(), ['out', 'passphrase']);
});
