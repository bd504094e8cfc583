import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const script = fileURLToPath(new URL('../../scripts/check-imports.mjs', import.meta.url));
const check = (root: string) => spawnSync(process.execPath, [script, root], { encoding: 'utf8' });

type Files = readonly (readonly [path: string, content: string])[];

/** The files as a tree for `t.testdir`, each with its number in its name, so that several may stand at one path. */
const treeOf = (files: Files) => {
  const tree: Record<string, unknown> = {};
  for (const [index, [path, content]] of files.entries()) {
    const folders = numbered(path, index).split('/');
    const name = folders.pop() ?? '';
    let folder = tree;
    for (const part of folders) folder = (folder[part] ??= {}) as Record<string, unknown>;
    folder[name] = content;
  }
  return tree as Parameters<typeof t.testdir>[0];
};

const numbered = (path: string, index: number) => path.replace('.ts', `-${index}.ts`);

const allowed: [path: string, content: string][] = [
  ['kmip-codec/index.ts', "export { tag } from './tag.ts';"],
  ['kmip-codec/payloads/get.ts', "import { tag } from '../tag.ts';"],
  ['kmip-codec/bytes.ts', "import { Buffer } from 'node:buffer';"],
  ['server/cli/main.ts', "import { a } from '../kmip/index.ts'; import { Command } from 'commander';"],
  ['server/kmip/listener.ts', "import { createServer } from 'node:tls'; import { a } from '../operations/index.ts';"],
  ['server/operations/get.ts', "import { find } from '../store/index.ts'; import type { Clock } from '../clock.ts';"],
  ['server/store/kept.ts', "import type { Event } from '../audit/index.ts';"],
  ['server/store/kept.ts', "import { type Event } from '../audit/index.ts';"],
  ['server/store/sqlite/open.ts', "import Database from 'better-sqlite3';"],
];

const refused: [path: string, content: string, rule: RegExp][] = [
  ['kmip-codec/tag.ts', "import { a } from '../certs/index.ts';", /kmip-codec may not import certs/],
  [
    'kmip-codec/tag.ts',
    "import type { a } from '../server/store/index.ts';",
    /kmip-codec may not import server\/store/,
  ],
  ['kmip-codec/tag.ts', "import { readFileSync } from 'node:fs';", /may not have node:fs: the codec does no I\/O/],
  ['kmip-codec/tag.ts', "import { readFileSync } from 'fs';", /may not have node:fs/],
  ['kmip-codec/tag.ts', "import { z } from 'zod';", /zod is not among the libraries/],
  ['certs/pin.ts', "import { tag } from '../kmip-codec/index.ts';", /certs may not import kmip-codec/],
  [
    'server/store/kept.ts',
    "import { a } from '../operations/index.ts';",
    /server\/store may not import server\/operations/,
  ],
  ['server/store/kept.ts', "export * from '../objects/index.ts';", /server\/store may not import server\/objects/],
  ['server/store/kept.ts', "const a = await import('../kmip/index.ts');", /server\/store may not import server\/kmip/],
  ['server/store/kept.ts', "let a: import('../kmip/index.ts').A;", /server\/store may not import server\/kmip/],
  ['server/store/kept.ts', "import { record } from '../audit/index.ts';", /may import only types of server\/audit/],
  ['server/store/kept.ts', "import D from 'better-sqlite3';", /only server\/store\/sqlite may import better-sqlite3/],
  [
    'server/operations/get.ts',
    "import { open } from '../store/sqlite/index.ts';",
    /may not import server\/store\/sqlite/,
  ],
  ['server/operations/get.ts', "import { now } from '../clock.ts';", /may import only types of server\/clock/],
  ['server/operations/get.ts', "import { a } from '../store/kept.ts';", /from outside, server\/store is its index\.ts/],
  ['server/serve/serve.ts', "import { a } from '../cli/index.ts';", /server\/serve may not import server\/cli/],
  ['server/kmip/listener.ts', "import { a } from '../admin/index.ts';", /server\/kmip may not import server\/admin/],
  ['server/kmip/listener.ts', "import { a } from '../../test/a.ts';", /test\/a\.ts stands in no room/],
  [
    'server/conformance/run.ts',
    "import { a } from '../kmip/index.ts';",
    /server\/conformance may not import server\/kmip/,
  ],
  ['server/audit/event.ts', "import type { Socket } from 'node:net';", /may not have node:net: the audit code/],
  ['server/audit/delivery/syslog.ts', "import { connect } from 'tls';", /may not have node:tls/],
];

t.test('accepts the imports that the design draws', async t => {
  const { status, stdout, stderr } = check(t.testdir(treeOf(allowed)));
  t.equal(stderr, '');
  t.equal(stdout, `imports: ${allowed.length} files, 0 wrong\n`);
  t.equal(status, 0);
});

t.test('names the place, the import and the rule of each import that breaks one', async t => {
  const files = refused.map(([path, content]) => [path, `// first line\n${content}`] as const);
  const { status, stderr } = check(t.testdir(treeOf(files)));
  const faults = stderr.trimEnd().split('\n');
  t.equal(faults.length, refused.length, 'one line for one fault');
  for (const [index, [path, content, rule]] of refused.entries()) {
    const place = `${numbered(path, index)}:2: imports '`;
    t.match(
      faults.find(fault => fault.startsWith(place)),
      rule,
      `${path}: ${content}`,
    );
  }
  t.equal(status, 1);
});

t.test('refuses a folder of the server that the table does not know', async t => {
  const { status, stderr } = check(t.testdir(treeOf([['server/attic/box.ts', '']])));
  t.match(stderr, /^server\/attic\/box-0\.ts:1: stands in no room/);
  t.equal(status, 1);
});
