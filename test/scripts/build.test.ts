import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const project = fileURLToPath(new URL('../..', import.meta.url));
const build = (root: string) =>
  spawnSync(process.execPath, [join(project, 'scripts/build.mjs'), root], { encoding: 'utf8' });

const ours = (path: string) => readFileSync(join(project, path), 'utf8');
const root = t.testdir({
  'package.json': ours('package.json'),
  'package-lock.json': '{}',
  'tsconfig.json': ours('tsconfig.json'),
  scripts: { 'tsconfig.build.json': ours('scripts/tsconfig.build.json') },
  node_modules: t.fixture('symlink', join(project, 'node_modules')),
  server: {
    cli: { 'main.ts': "#!/usr/bin/env node\nimport { word } from '../store/word.ts';\nconsole.log(word);\n" },
    store: { 'word.ts': "export const word: string = 'first';\n", 'schema.sql': 'SELECT 1;\n' },
    audit: { 'event.schema.json': '{}\n' },
  },
});
const command = join(root, 'dist/server/cli/main.js');
const said = () => spawnSync(command, { encoding: 'utf8' }).stdout;

t.test('compiles, copies what the program reads, and makes the command executable', async t => {
  t.equal(build(root).status, 0);
  t.equal(said(), 'first\n');
  t.equal(statSync(command).mode & 0o111, 0o111);
  t.equal(readFileSync(join(root, 'dist/server/store/schema.sql'), 'utf8'), 'SELECT 1;\n');
  t.equal(readFileSync(join(root, 'dist/server/audit/event.schema.json'), 'utf8'), '{}\n');
});

t.test('puts the command into one file, whose errors still name the source', async t => {
  t.notMatch(readFileSync(command, 'utf8'), /from ['"]\.\.\/store/);
  t.match(readFileSync(`${command}.map`, 'utf8'), 'server/store/word.ts');
});

t.test('does nothing when nothing has changed', async t => {
  const before = statSync(command).mtimeMs;
  t.equal(build(root).stdout, 'build: dist is up to date\n');
  t.equal(statSync(command).mtimeMs, before);
});

t.test('builds again when an output is missing', async t => {
  rmSync(join(root, 'dist/server/store/schema.sql'));
  t.equal(build(root).status, 0);
  t.ok(existsSync(join(root, 'dist/server/store/schema.sql')));
});

t.test('leaves the last good build when the compiler refuses the source', async t => {
  writeFileSync(join(root, 'server/store/word.ts'), 'export const word: string = 2;\n');
  const { status, stdout, stderr } = build(root);
  t.equal(status, 1);
  t.match(stdout, 'server/store/word.ts(1,14)');
  t.match(stderr, 'dist is as it was');
  t.equal(said(), 'first\n');
  t.strictSame(
    readdirSync(root).filter(name => name.startsWith('dist')),
    ['dist'],
    'nothing is left beside it',
  );
});

t.test('takes away what the source no longer has', async t => {
  rmSync(join(root, 'server/store'), { recursive: true });
  writeFileSync(join(root, 'server/cli/main.ts'), "#!/usr/bin/env node\nconsole.log('second');\n");
  t.equal(build(root).status, 0);
  t.equal(said(), 'second\n');
  t.notOk(existsSync(join(root, 'dist/server/store')));
});
