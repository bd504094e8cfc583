// Makes kmip-codec a package of its own: compiled by itself, with type declarations, its README and the licence.
// `npm pack OUT` and `npm publish OUT` take it from there.
//
//   node scripts/pack-codec.mjs OUT
//
// Exit code: 0 OUT holds the package, 1 the compiler refused the source, 2 OUT is missing, or is there and not empty.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BESIDE_THE_CODE = ['kmip-codec/package.json', 'kmip-codec/README.md', 'LICENSE'];

const [given] = process.argv.slice(2);
const out = given && resolve(given);
if (!out || (existsSync(out) && readdirSync(out).length > 0)) {
  console.error('pack-codec: name a folder that is empty or not there: node scripts/pack-codec.mjs OUT');
  process.exitCode = 2;
} else if (compile()) {
  mkdirSync(out, { recursive: true });
  for (const path of BESIDE_THE_CODE) copyFileSync(join(ROOT, path), join(out, path.split('/').at(-1)));
} else {
  console.error('pack-codec: the compiler refused the source');
  process.exitCode = 1;
}

/** Nothing but the folder itself is there to be imported: what lies outside `rootDir` is an error of the compiler. */
function compile() {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const project = join(ROOT, 'scripts/tsconfig.codec.json');
  return spawnSync(process.execPath, [tsc, '-p', project, '--outDir', out], { stdio: 'inherit' }).status === 0;
}
