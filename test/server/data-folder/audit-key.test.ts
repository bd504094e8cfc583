import { createPublicKey, randomBytes, sign, verify } from 'node:crypto';
import { cpSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parseVerifierKey } from '../../../server/chain/index.ts';
import { openDataFolder, useDataFolder } from '../../../server/data-folder/index.ts';
import { readAssignment, resolveSettings } from '../../../server/settings/index.ts';
import { options, picture } from './fixture.ts';

/** A folder as the version before checkpoints left it. */
async function earlierFolder(path: string): Promise<string> {
  await (await openDataFolder(path, options)).close();
  for (const part of ['audit.key.wrapped', 'audit.pub']) rmSync(join(path, part));
  return path;
}

t.test(
  'the checkpoint key is made at first start, wrapped, and its public half lies beside it as a vkey line',
  async t => {
    const path = join(t.testdir(), 'data');
    const folder = await openDataFolder(path, options);
    const { name, verifierKey, privateKey } = await folder.auditKey();
    t.equal(name, `kmipd/${folder.service.instanceId}/audit`);
    t.equal(privateKey.asymmetricKeyType, 'ed25519');
    t.equal(readFileSync(join(path, 'audit.pub'), 'utf8'), `${verifierKey}\n`);
    t.equal(statSync(join(path, 'audit.pub')).mode & 0o777, 0o644);
    const publicKey = parseVerifierKey(verifierKey).publicKey;
    const text = randomBytes(20);
    t.ok(verify(null, text, publicKey, sign(null, text, privateKey)), 'they belong together');
    t.ok(createPublicKey(privateKey).equals(publicKey));
    await folder.close();
    const command = await useDataFolder(path, options);
    t.equal((await command.auditKey()).verifierKey, verifierKey, 'a command has the same');
    await command.close();
  },
);

t.test('a folder of an earlier version gets one at its next start, and keeps all else', async t => {
  const path = await earlierFolder(join(t.testdir(), 'data'));
  const before = picture(path);
  const command = await useDataFolder(path, options);
  await t.rejects(command.auditKey(), { name: 'DataFolderError', message: /audit\.pub is missing; .*`kmipd serve`/ });
  await command.close();
  const folder = await openDataFolder(path, options);
  t.same(folder.made, ['audit.key.wrapped', 'audit.pub']);
  await folder.auditKey();
  await folder.close();
  const { ['audit.key.wrapped']: _key, ['audit.pub']: _pub, ...rest } = picture(path);
  t.same(rest, before);
});

t.test('making it can be interrupted anywhere', async t => {
  const steps: string[] = [];
  const parent = t.testdir();
  const earlier = await earlierFolder(join(parent, 'earlier'));
  const whole = join(parent, 'whole');
  cpSync(earlier, whole, { recursive: true });
  await (await openDataFolder(whole, { ...options, afterStep: step => steps.push(step) })).close();
  const mine = steps.filter(step => step.startsWith('audit.'));
  t.equal(mine.length, 4);
  for (const stop of mine) {
    const path = join(parent, stop);
    cpSync(earlier, path, { recursive: true });
    const afterStep = (step: string) => {
      if (step === stop) throw new Error('power cut');
    };
    await t.rejects(openDataFolder(path, { ...options, afterStep }), { message: 'power cut' });
    const left = stop === 'audit.key.wrapped in place' && picture(path)['audit.key.wrapped'];
    const folder = await openDataFolder(path, options);
    await folder.auditKey();
    await folder.close();
    if (left) t.same(picture(path)['audit.key.wrapped'], left, 'the key that is there is the key');
    t.notOk(
      Object.keys(picture(path)).some(name => name.endsWith('.tmp')),
      stop,
    );
  }
});

t.test(
  'a lost key is not replaced until its owner has taken audit.pub away; a lost audit.pub is written again',
  async t => {
    const path = join(t.testdir(), 'data');
    const first = await openDataFolder(path, options);
    const { verifierKey } = await first.auditKey();
    await first.close();
    rmSync(join(path, 'audit.pub'));
    const again = await openDataFolder(path, options);
    t.same(again.made, ['audit.pub']);
    t.equal((await again.auditKey()).verifierKey, verifierKey);
    await again.close();
    rmSync(join(path, 'audit.key.wrapped'));
    await t.rejects(openDataFolder(path, options), {
      kind: 'refused',
      message: /audit\.key\.wrapped is missing beside audit\.pub; restore it from a backup, or remove audit\.pub/,
    });
    rmSync(join(path, 'audit.pub'));
    const other = await openDataFolder(path, options);
    t.not((await other.auditKey()).verifierKey, verifierKey);
    await other.close();
  },
);

t.test('a key that is not the one of audit.pub, or damaged, is refused by name', async t => {
  const parent = t.testdir();
  const [one, other] = [join(parent, 'one'), join(parent, 'other')];
  for (const path of [one, other]) await (await openDataFolder(path, options)).close();
  renameSync(join(other, 'audit.pub'), join(one, 'audit.pub'));
  const mixed = await openDataFolder(one, options);
  await t.rejects(mixed.auditKey(), { message: /audit\.key\.wrapped is not the key of audit\.pub; restore both/ });
  writeFileSync(join(one, 'audit.pub'), 'nothing of the kind\n');
  await t.rejects(mixed.auditKey(), { message: /audit\.pub is no verifier key; remove it/ });
  await mixed.close();
  const whole = await openDataFolder(other, options);
  writeFileSync(join(other, 'audit.key.wrapped'), 'x'.repeat(200));
  await t.rejects(whole.auditKey(), { message: /audit\.key\.wrapped was not wrapped by this root\.key/ });
  await whole.close();
});

t.test('the key keeps its name when the instance gets another', async t => {
  const path = join(t.testdir(), 'data');
  const first = await openDataFolder(path, options);
  const { name } = await first.auditKey();
  await first.close();
  const { settings } = resolveSettings([readAssignment('audit.instanceId=renamed')]);
  const renamed = await openDataFolder(path, { ...options, settings });
  t.equal((await renamed.auditKey()).name, name);
  await renamed.close();
});
