import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import { Operation, payloads, showVersion, type Version } from '../../kmip-codec/index.ts';

const readme = readFileSync('kmip-codec/README.md', 'utf8');

t.test('the example runs', async t => {
  const example = /```js\n([^]*?)```/.exec(readme)![1]!;
  const index = pathToFileURL('kmip-codec/index.ts').href;
  const folder = t.testdir({ 'example.mjs': example.replace('./kmip-codec/index.ts', index) });
  const logged = t.capture(console, 'log');
  await import(pathToFileURL(join(folder, 'example.mjs')).href);
  t.same(
    logged().map(call => call.args),
    [[true, { uniqueIdentifier: 'key-1' }]],
  );
});

t.test('the table of operations is true', async t => {
  const rows = Object.keys(payloads).map(operation => {
    const [, name, since] = Object.values(Operation.names.table.values).find(([value]) => value === Number(operation))!;
    return `| ${name.padEnd(26)} | ${showVersion(since as Version).padEnd(5)} |\n`;
  });
  const table = `| ${'operation'.padEnd(26)} | since |\n| ${'-'.repeat(26)} | ----- |\n${rows.join('')}`;
  t.equal(/<!-- supported -->\n\n([^]*?)\n?<!-- \/supported -->/.exec(readme)![1], table);
});
