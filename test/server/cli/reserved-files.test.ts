import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { withReservedFiles } from '../../../server/cli/reserved-files.ts';

const modeOf = (path: string) => statSync(path).mode & 0o777;

t.test('files are written whole, with their mode, in a folder that is made', async t => {
  const out = join(t.testdir(), 'a', 'b');
  const [crt, key] = [join(out, 'x.crt'), join(out, 'x.key')];
  const wanted = [
    { path: crt, mode: 0o644 },
    { path: key, mode: 0o600 },
  ];
  await withReservedFiles(wanted, {}, async ([first, second]) => {
    t.equal(modeOf(key), 0o600, 'from the beginning');
    await first!.write('certificate\n');
    await second!.write(Buffer.alloc(100_000, 'k'));
  });
  t.equal(readFileSync(crt, 'utf8'), 'certificate\n');
  t.equal(readFileSync(key).length, 100_000, 'also more than was reserved');
  t.same([modeOf(crt), modeOf(key)], [0o644, 0o600]);
  t.same(readdirSync(out).sort(), ['x.crt', 'x.key'], 'and nothing else is left');
});

t.test('a file that is there is found out before, and stays as it is', async t => {
  const out = t.testdir({ 'x.key': 'mine' });
  let isRun = false;
  const use = () => Promise.resolve(void (isRun = true));
  const wanted = ['x.crt', 'x.key'].map(name => ({ path: join(out, name), mode: 0o600 }));
  await t.rejects(withReservedFiles(wanted, { remedy: 'take another' }, use), {
    reason: 'refused',
    message: `${join(out, 'x.key')} exists already; take another`,
  });
  t.notOk(isRun);
  t.same(readdirSync(out), ['x.key']);
  t.equal(readFileSync(join(out, 'x.key'), 'utf8'), 'mine');
});

t.test('with force what is there is replaced, but only by what was written', async t => {
  const out = t.testdir({ 'x.key': 'old', other: 'old' });
  const path = join(out, 'x.key');
  chmodSync(path, 0o644);
  const wanted = [path, join(out, 'other')].map(path => ({ path, mode: 0o600 }));
  await t.rejects(
    withReservedFiles(wanted, { force: true }, () => Promise.reject(new Error('refused'))),
    /refused/,
  );
  t.equal(readFileSync(path, 'utf8'), 'old');
  await withReservedFiles(wanted, { force: true }, async ([file]) => {
    t.equal(file!.present?.toString(), 'old');
    await file!.write('new');
  });
  t.equal(readFileSync(path, 'utf8'), 'new');
  t.equal(modeOf(path), 0o600);
  t.equal(readFileSync(join(out, 'other'), 'utf8'), 'old');
  t.same(readdirSync(out).sort(), ['other', 'x.key']);
});

t.test('when it fails nothing is left, not even what was written', async t => {
  const out = t.testdir();
  const wanted = ['a', 'b'].map(name => ({ path: join(out, name), mode: 0o600 }));
  const use = async ([file]: readonly { write(content: string): Promise<void> }[]) => {
    await file!.write('half of it');
    throw new Error('the server refuses');
  };
  await t.rejects(withReservedFiles(wanted, {}, use), /the server refuses/);
  t.same(readdirSync(out), []);
});

t.test('what was left unwritten is not there', async t => {
  const out = t.testdir();
  await withReservedFiles([{ path: join(out, 'a'), mode: 0o600 }], {}, () => Promise.resolve());
  t.same(readdirSync(out), []);
});

t.test('the room is reserved before anything is asked', async t => {
  const out = t.testdir();
  await withReservedFiles([{ path: join(out, 'a'), mode: 0o600 }], {}, async ([file]) => {
    const [temporary] = readdirSync(out).filter(name => name.startsWith('.'));
    t.ok(statSync(join(out, temporary ?? '')).size >= 16 * 1024);
    await file!.write('short');
  });
  t.equal(readFileSync(join(out, 'a'), 'utf8'), 'short', 'and what is not needed is given back');
});

t.test('a folder of that name is no file', async t => {
  const out = t.testdir();
  mkdirSync(join(out, 'a'));
  writeFileSync(join(out, 'b'), '');
  const use = () => Promise.resolve(t.fail('must not be run'));
  await t.rejects(withReservedFiles([{ path: join(out, 'a'), mode: 0o600 }], { force: true }, use), { code: 'EISDIR' });
  await t.rejects(withReservedFiles([{ path: join(out, 'b', 'c'), mode: 0o600 }], {}, use));
  t.ok(existsSync(join(out, 'a')));
});
