// Compiles server, kmip-codec and certs into dist/, and puts the command with all that it needs into one file: a thousand
// modules take a command twice as long to load. Nothing happens when neither an input nor an output has changed.
// The work is done beside dist/ and put in its place at the end: a failed build leaves the last good one, and a
// running server or test never meets a half-written one.
//
//   node scripts/build.mjs [ROOT]
//
// Exit code: 0 dist/ is what the source says, 1 the compiler refused the source.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { sourceFiles } from './source-files.mjs';

const HERE = fileURLToPath(new URL('..', import.meta.url));
const ROOT = resolve(process.argv[2] ?? HERE);
const DIST = join(ROOT, 'dist');
const STAMP = '.built-from';
const FOLDERS = ['server', 'kmip-codec', 'certs'];
/** What the program reads beside its code. */
const ASSETS = ['.json', '.sql', '.html', '.css', '.js', '.svg'];
const CONFIGURATION = ['package.json', 'package-lock.json', 'tsconfig.json', 'scripts/tsconfig.build.json'];
const COMMAND = 'server/cli/main.js';

const inputs = inputsDigest();
if (upToDate(inputs)) {
  console.log('build: dist is up to date');
} else {
  build(inputs);
}

function build(digest) {
  const work = join(ROOT, `dist.${process.pid}`);
  try {
    rmSync(work, { recursive: true, force: true });
    mkdirSync(work);
    if (!compile(work)) {
      console.error('build: the compiler refused the source; dist is as it was');
      process.exitCode = 1;
      return;
    }
    for (const path of FOLDERS.flatMap(folder => sourceFiles(ROOT, folder, ASSETS))) {
      mkdirSync(dirname(join(work, path)), { recursive: true });
      copyFileSync(join(ROOT, path), join(work, path));
    }
    const command = join(work, COMMAND);
    if (existsSync(command)) {
      bundle(command);
      chmodSync(command, 0o755);
    }
    const outputs = sourceFiles(work, '', ['']);
    writeFileSync(join(work, STAMP), JSON.stringify({ inputs: digest, outputs }));
    replace(work);
    console.log(`build: ${outputs.length} files in dist`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** True if the compiler accepted the source; it says itself what it did not accept. */
function compile(outDir) {
  const tsc = join(HERE, 'node_modules/typescript/bin/tsc');
  const options = ['-p', join(ROOT, 'scripts/tsconfig.build.json'), '--outDir', outDir];
  const { status, error } = spawnSync(process.execPath, [tsc, ...options], { stdio: 'inherit' });
  if (error) throw error;
  return status === 0;
}

/** The command as one file in its own place. Left out is what has parts that are not JavaScript, or starts threads by file name. */
function bundle(command) {
  buildSync({
    entryPoints: [command],
    outfile: command,
    allowOverwrite: true,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: true,
    external: ['better-sqlite3', 'pino'],
    logLevel: 'warning',
    // For packages that are CommonJS and ask for modules of Node.js.
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);",
    },
  });
}

/** Puts `work` where dist/ is. Another build may do the same at the same time; the later one stays. */
function replace(work) {
  const old = `${work}.old`;
  for (let attempt = 0; ; attempt++) {
    try {
      if (existsSync(DIST)) renameSync(DIST, old);
      renameSync(work, DIST);
      break;
    } catch (error) {
      if (attempt === 5 || !['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(error.code)) throw error;
    } finally {
      rmSync(old, { recursive: true, force: true });
    }
  }
}

/** SHA-256 over the names and contents of everything that a build depends on. */
function inputsDigest() {
  const hash = createHash('sha256');
  const add = (path, content) => hash.update(`${path} ${content.length}\n`).update(content);
  const sources = FOLDERS.flatMap(folder => sourceFiles(ROOT, folder, ['.ts', '.mts', ...ASSETS]));
  for (const path of [...CONFIGURATION, ...sources]) {
    add(path, readFileSync(join(ROOT, path)));
  }
  for (const path of ['scripts/build.mjs', 'scripts/source-files.mjs']) add(path, readFileSync(join(HERE, path)));
  return hash.digest('hex');
}

function upToDate(digest) {
  try {
    const stamp = JSON.parse(readFileSync(join(DIST, STAMP), 'utf8'));
    return stamp.inputs === digest && stamp.outputs.every(path => existsSync(join(DIST, path)));
  } catch {
    return false; // no stamp, or not one of ours: build
  }
}
