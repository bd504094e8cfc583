import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const project = fileURLToPath(new URL('../..', import.meta.url));
const ours = (path: string) => readFileSync(join(project, path), 'utf8');
const [, section = ''] = ours('docs/architecture.md').split('## Adding an operation');

t.test('the lines that adding an operation takes are there', async t => {
  const rows = section.split('\n').filter(line => /^\| .*`.*` \| `/.test(line));
  t.ok(rows.length >= 8);
  for (const row of rows) {
    const [, , path = '', lines = ''] = row.split(' | ').flatMap((cell, i) => (i === 0 ? ['', cell] : [cell]));
    const file = ours(path.replaceAll('`', ''));
    for (const line of lines.replace(/ \|$/, '').split('<br>'))
      t.ok(file.includes(line.replaceAll(/^`|`$/g, '')), `${path}: ${line}`);
  }
});

t.test('what is shown of files is what they hold', async t => {
  const shown = [...section.matchAll(/```ts\n\/\/ (\S+)\n([^]*?)```/g)];
  t.ok(shown.length >= 2);
  for (const [, path, text] of shown) t.ok(ours(path!).includes(text!), path!);
});
