import { X509Certificate } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parseCertificates } from '../../../certs/index.ts';
import { adminSocket, openDataFolder, servingProcess, useDataFolder } from '../../../server/data-folder/index.ts';
import { PARTS } from '../../../server/data-folder/parts.ts';
import { type LogFields, silentLogger } from '../../../server/log/index.ts';
import { readAssignment, resolveSettings } from '../../../server/settings/index.ts';
import { options, picture } from './fixture.ts';

t.test('the first start makes everything, for its owner only', async t => {
  const path = join(t.testdir(), 'new', 'data');
  const folder = await openDataFolder(path, options);
  t.same(folder.made, PARTS);
  t.equal(statSync(path).mode & 0o777, 0o700);
  for (const part of PARTS) {
    t.equal(statSync(join(path, part)).mode & 0o777, /\.(crt|pub)$/.test(part) ? 0o644 : 0o600, part);
  }
  const { certificatePem, privateKeyPem } = await folder.certificates.server();
  const [certificate] = parseCertificates(certificatePem);
  t.same(certificate?.subjectAltNames, ['DNS:kms.example', 'IP:192.0.2.1', 'DNS:localhost']);
  const x509 = new X509Certificate(certificatePem);
  const authority = await folder.certificates.authority();
  t.ok(x509.verify(new X509Certificate(authority.certificatePem).publicKey), 'the authority has signed it');
  t.match(privateKeyPem, 'PRIVATE KEY');
  for (const part of PARTS) {
    t.notMatch(
      readFileSync(join(path, part)).toString('latin1'),
      'PRIVATE KEY',
      `no private key in the clear in ${part}`,
    );
  }

  const [vault, ...others] = await folder.store.directory.vaults();
  t.match(vault, { name: 'default' });
  t.same(others, []);
  const events = await folder.store.events.latest(10);
  t.equal(events.length, 1, 'making the vault is recorded');
  t.match(events[0], { action: 'hs-crypto.vaults.write', initiator: 'tester', outcome: 'success' });
  t.match(folder.service.instanceId, /^[0-9a-f]{8}-[0-9a-f]{4}-4/);
  await folder.close();
});

t.test('a second start changes nothing: names, modes, bytes, times', async t => {
  const path = join(t.testdir(), 'data');
  await (await openDataFolder(path, options)).close();
  const before = picture(path);
  const folder = await openDataFolder(path, { ...options, names: ['other.example'] });
  t.same(folder.made, []);
  await folder.certificates.server();
  await folder.close();
  t.same(picture(path), before);
});

t.test('a first start that is interrupted anywhere is completed by the next', async t => {
  const steps: string[] = [];
  const whole = join(t.testdir(), 'whole');
  await (await openDataFolder(whole, { ...options, afterStep: step => steps.push(step) })).close();
  t.ok(steps.length >= 2 * (PARTS.length - 1) + 2, steps.join(', '));
  for (const stop of steps) {
    const path = t.testdir();
    await t.rejects(
      openDataFolder(path, {
        ...options,
        afterStep(step) {
          if (step === stop) throw new Error('power cut');
        },
      }),
      { message: 'power cut' },
      `stopped after: ${stop}`,
    );
    const folder = await openDataFolder(path, options);
    t.equal((await folder.store.directory.vaults()).length, 1, `one vault after: ${stop}`);
    const { certificatePem } = await folder.certificates.server();
    const authority = new X509Certificate((await folder.certificates.authority()).certificatePem);
    t.ok(new X509Certificate(certificatePem).verify(authority.publicKey), `certificates fit after: ${stop}`);
    await folder.close();
    const before = picture(path);
    t.same(Object.keys(before).sort(), [...PARTS].sort(), `nothing is left over after: ${stop}`);
    const again = await openDataFolder(path, options);
    t.same(again.made, []);
    await again.close();
    t.same(picture(path), before, `whole after: ${stop}`);
  }
});

t.test('a part that is lost is never made anew behind the owner’s back', async t => {
  const parent = t.testdir();
  const whole = join(parent, 'whole');
  await (await openDataFolder(whole, options)).close();
  // What stands last in its line can be made again.
  const lost = PARTS.filter(part => part !== 'server.crt' && part !== 'audit.pub');
  for (const part of lost) {
    const path = join(parent, `without ${part}`);
    cpSync(whole, path, { recursive: true });
    rmSync(join(path, part));
    const beside = part === 'audit.key.wrapped' ? 'audit\\.pub' : 'server\\.crt';
    await t.rejects(openDataFolder(path, options), {
      name: 'DataFolderError',
      kind: 'refused',
      message: new RegExp(`${part.replaceAll('.', '\\.')} is missing beside ${beside}; restore it`),
    });
    await t.rejects(useDataFolder(path, options), { name: 'DataFolderError', kind: 'refused' });
    t.notOk(part in picture(path), `${part} was not made`);
  }
  const path = join(parent, 'without server.crt');
  cpSync(whole, path, { recursive: true });
  rmSync(join(path, 'server.crt'));
  const folder = await openDataFolder(path, options);
  t.same(folder.made, ['server.crt'], 'only the last part, the server certificate, is made again');
  await folder.close();
});

t.test('another folder’s root key is recognised at start', async t => {
  const parent = t.testdir();
  const [one, other] = [join(parent, 'one'), join(parent, 'other')];
  await (await openDataFolder(one, options)).close();
  await (await openDataFolder(other, options)).close();
  renameSync(join(other, 'root.key'), join(one, 'root.key'));
  await t.rejects(openDataFolder(one, options), {
    name: 'DataFolderError',
    message: /root\.key is not the root key of this database \(it does not open vault default\); put back/,
  });
});

t.test('a root key that others may read is refused', async t => {
  const path = join(t.testdir(), 'data');
  await (await openDataFolder(path, options)).close();
  chmodSync(join(path, 'root.key'), 0o644);
  await t.rejects(openDataFolder(path, options), { name: 'RootKeyError', message: /mode 0644/ });
});

t.test('a damaged wrapped key is refused by name', async t => {
  const path = join(t.testdir(), 'data');
  await (await openDataFolder(path, options)).close();
  writeFileSync(join(path, 'server.key.wrapped'), 'x'.repeat(200));
  const folder = await openDataFolder(path, options);
  await t.rejects(folder.certificates.server(), { message: /server\.key\.wrapped was not wrapped by this root\.key/ });
  await folder.close();
});

t.test('a folder that holds other things is left alone', async t => {
  const path = t.testdir({ 'diary.txt': 'dear diary' });
  await t.rejects(openDataFolder(path, options), { kind: 'refused', message: /is not empty .*it holds diary\.txt/ });
  t.same(Object.keys(picture(path)), ['diary.txt']);
  await t.rejects(openDataFolder(join(path, 'diary.txt'), options), { kind: 'refused', message: /is no folder/ });
});

t.test('settings may be there before the first start', async t => {
  const path = t.testdir({ 'kmipd.yaml': 'log: {level: warn}\n' });
  const folder = await openDataFolder(path, options);
  t.same(folder.made, PARTS);
  await folder.close();
});

t.test('a command makes nothing where there is no data folder yet', async t => {
  const path = join(t.testdir(), 'data');
  await t.rejects(useDataFolder(path, options), { kind: 'missing', message: /run `kmipd serve` first/ });
  mkdirSync(path);
  await t.rejects(useDataFolder(path, options), { name: 'DataFolderError', kind: 'missing' });
  t.same(picture(path), {});
});

t.test('one server at a time; commands may work beside it', async t => {
  const path = join(t.testdir(), 'data');
  const folder = await openDataFolder(path, options);
  await t.rejects(openDataFolder(path, options), {
    kind: 'busy',
    message: new RegExp(`is served by process ${process.pid} already; stop that one`),
  });
  const command = await useDataFolder(path, options);
  t.equal((await command.store.directory.vaults()).length, 1);
  await command.close();
  await folder.close();
  await (await openDataFolder(path, options)).close();
});

t.test('a command that holds the folder keeps servers away, and is kept away by one', async t => {
  const path = join(t.testdir(), 'data');
  await t.rejects(useDataFolder(path, { ...options, exclusive: true }), {
    name: 'DataFolderError',
    kind: 'missing',
  });
  const server = await openDataFolder(path, options);
  t.equal(await servingProcess(path), process.pid);
  await t.rejects(useDataFolder(path, { ...options, exclusive: true }), {
    name: 'DataFolderError',
    kind: 'busy',
    message: /is served by process/,
  });
  await server.close();
  const command = await useDataFolder(path, { ...options, exclusive: true });
  t.equal(await servingProcess(path), undefined);
  const starting = openDataFolder(path, options);
  t.equal((await command.store.directory.vaults()).length, 1);
  await command.close();
  await (await starting).close();
  t.same(Object.keys(picture(path)).sort(), [...PARTS].sort(), 'no lock is left');
});

t.test('what others may read is closed to them at the next start', async t => {
  const path = join(t.testdir(), 'data');
  await (await openDataFolder(path, options)).close();
  const open = ['kmipd.db', 'server.key.wrapped', 'authority.key.wrapped'];
  for (const name of open) chmodSync(join(path, name), 0o644);
  for (const name of ['kmipd.db.version-1', 'server-request.key.wrapped', 'server.key.wrapped.next']) {
    writeFileSync(join(path, name), '', { mode: 0o640 });
    open.push(name);
  }
  chmodSync(path, 0o755);
  const warned: unknown[] = [];
  const log = { ...silentLogger, warn: (_: string, fields?: LogFields) => warned.push(fields?.['path']) };
  const folder = await openDataFolder(path, { ...options, log });
  const mode = (name: string) => (statSync(join(path, name)).mode & 0o777).toString(8);
  t.equal(mode('.'), '700');
  for (const name of [...open, 'kmipd.db-wal', 'kmipd.db-shm', 'server.pid']) t.equal(mode(name), '600', name);
  t.equal(mode('server.crt'), '644');
  t.same(warned.sort(), [path, ...open.map(name => join(path, name))].sort(), 'and the log says so');
  await folder.close();
});

t.test('what an interrupted server leaves is in nobody’s way', async t => {
  const names = [
    'admin.sock',
    'server.key.wrapped.next',
    'authority.key.wrapped.next',
    '.server.crt.tmp',
    'server.pid',
  ];
  const path = t.testdir(Object.fromEntries([...names, 'server-request.key.wrapped'].map(name => [name, 'stale'])));
  const folder = await openDataFolder(path, options);
  t.same(folder.made, PARTS);
  await folder.certificates.server();
  await folder.certificates.authority();
  for (const name of names.filter(name => !/sock|pid/.test(name))) t.notOk(name in picture(path), name);
  await folder.close();
  t.equal(adminSocket(path), join(path, 'admin.sock'));
});

t.test('the authority has the key and the validity of the settings', async t => {
  const { settings } = resolveSettings(
    ['server.keyType=ECDSA P-256', 'authority.keyType=ECDSA P-384', 'authority.validityDays=100'].map(readAssignment),
  );
  const folder = await openDataFolder(join(t.testdir(), 'data'), { ...options, settings });
  const [authority] = parseCertificates((await folder.certificates.authority()).certificatePem);
  const [server] = parseCertificates((await folder.certificates.server()).certificatePem);
  t.equal(authority?.publicKey, 'ECDSA P-384');
  t.equal(authority?.notAfter.toISOString(), '2027-03-02T07:30:00.000Z');
  t.equal(server?.publicKey, 'ECDSA P-256');
  t.equal(server?.notAfter.toISOString(), '2027-03-02T07:30:00.000Z', 'ends with its authority');
  await folder.close();
});

t.test('the service instance is that of the settings, or the one made at first start', async t => {
  const path = join(t.testdir(), 'data');
  const first = await openDataFolder(path, options);
  const { instanceId } = first.service;
  await first.close();
  const { settings } = resolveSettings([readAssignment('audit.instanceId=my-instance')]);
  const set = await useDataFolder(path, { ...options, settings });
  t.equal(set.service.instanceId, 'my-instance');
  await set.close();
  const again = await useDataFolder(path, options);
  t.equal(again.service.instanceId, instanceId);
  await again.close();
});
