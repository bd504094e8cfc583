import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { examples } from '../kmip-codec/readme-examples.ts';

const run = (folder: string, ...args: string[]) =>
  spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', env: { PATH: process.env['PATH'] } });
const pack = (...args: string[]) =>
  spawnSync(process.execPath, ['scripts/pack-codec.mjs', ...args], { encoding: 'utf8' });
const json = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;

t.test(
  'the codec is a package of its own: its examples run, and its types are known, where nothing else is',
  async t => {
    const folder = t.testdir({ 'package.json': '{"type":"module"}' });
    const out = join(folder, 'node_modules/kmip-codec');
    t.match(pack(out), { status: 0, stderr: '' });
    for (const file of ['README.md', 'LICENSE', 'index.d.ts']) t.ok(existsSync(join(out, file)), file);
    t.equal(json(join(out, 'package.json'))['dependencies'], undefined);

    for (const [index, { code, prints }] of examples().entries()) {
      writeFileSync(join(folder, 'example.mjs'), code.replace('./kmip-codec/index.ts', 'kmip-codec'));
      t.match(run(folder, 'example.mjs'), { status: 0, stdout: prints, stderr: '' }, `example ${index + 1}`);
    }

    writeFileSync(
      join(folder, 'use.ts'),
      `import { decodeRequest, type RequestMessage } from 'kmip-codec';
const message: RequestMessage = decodeRequest(new Uint8Array()).message;
export const wrong: string = message.requestHeader.batchCount;\n`,
    );
    const tsc = join(process.cwd(), 'node_modules/typescript/bin/tsc');
    const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node'];
    const { stdout } = run(folder, tsc, ...flags, '--typeRoots', join(process.cwd(), 'node_modules/@types'), 'use.ts');
    t.equal(stdout, "use.ts(3,14): error TS2322: Type 'number' is not assignable to type 'string'.\n");
  },
);

t.test('a folder that holds something is left alone', async t => {
  const folder = t.testdir({ mine: '' });
  t.match(pack(folder), { status: 2, stderr: /name a folder that is empty/ });
  t.match(pack(), { status: 2, stderr: /name a folder/ });
  t.notOk(existsSync(join(folder, 'index.js')));
});

t.test('it has the version, licence and engines of kmipd', async t => {
  const [codec, kmipd] = [json('kmip-codec/package.json'), json('package.json')];
  for (const member of ['version', 'license', 'engines', 'type']) t.same(codec[member], kmipd[member], member);
});
