import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import { existsIn, Operation, payloads, showVersion, supportedVersions } from '../../kmip-codec/index.ts';

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
  const oldestFirst = supportedVersions.toReversed();
  const rows = Object.entries(payloads).map(([operation, { request }]) => {
    const value = Number(operation);
    const since = oldestFirst.find(version => existsIn(request, version) && Operation.names.isKnownIn(value, version))!;
    return `| ${Operation.names.show(value).padEnd(18)} | ${showVersion(since).padEnd(5)} |\n`;
  });
  const table = `| operation          | since |\n| ------------------ | ----- |\n${rows.join('')}`;
  t.equal(/<!-- supported -->\n\n([^]*?)\n?<!-- \/supported -->/.exec(readme)![1], table);
});
