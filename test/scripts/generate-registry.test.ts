import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const root = fileURLToPath(new URL('../..', import.meta.url));
const reference = process.env['KMIP_REFERENCE'];

t.test('the tables of the registry are what the script makes of the reference data', async t => {
  if (reference === undefined) return t.comment('left out: KMIP_REFERENCE names no folder with registry.json');
  const target = t.testdir();
  const made = spawnSync(process.execPath, [join(root, 'scripts/generate-registry.mjs'), reference, target], {
    encoding: 'utf8',
  });
  t.equal(made.status, 0, made.stderr);
  const files = readdirSync(target);
  t.same(files.sort(), ['attribute-rules.ts', 'enumerations.ts', 'masks.ts', 'tags.ts']);
  for (const file of files) {
    t.equal(
      readFileSync(join(root, 'kmip-codec/registry', file), 'utf8'),
      readFileSync(join(target, file), 'utf8'),
      file,
    );
  }
});
