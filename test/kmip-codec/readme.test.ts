import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'node:util';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import { Operation, payloads, showVersion, type Version } from '../../kmip-codec/index.ts';
import { examples } from './readme-examples.ts';

const readme = readFileSync('kmip-codec/README.md', 'utf8');

t.test('the examples run, and print what is said of them', async t => {
  const index = pathToFileURL('kmip-codec/index.ts').href;
  for (const [number, { code, prints }] of examples().entries()) {
    const folder = t.testdir({ 'example.mjs': code.replace('./kmip-codec/index.ts', index) });
    const logged = t.capture(console, 'log');
    await import(`${pathToFileURL(join(folder, 'example.mjs')).href}?${number}`);
    const lines = logged().map(call => `${format(...call.args)}\n`);
    t.equal(lines.join(''), prints, `example ${number + 1}`);
  }
});

t.test('the table of operations is true', async t => {
  const rows = Object.keys(payloads).map(operation => {
    const [, name, since] = Object.values(Operation.names.table.values).find(([value]) => value === Number(operation))!;
    return `| ${name.padEnd(26)} | ${showVersion(since as Version).padEnd(5)} |\n`;
  });
  const table = `| ${'operation'.padEnd(26)} | since |\n| ${'-'.repeat(26)} | ----- |\n${rows.join('')}`;
  t.equal(/<!-- supported -->\n\n([^]*?)\n?<!-- \/supported -->/.exec(readme)![1], table);
});
