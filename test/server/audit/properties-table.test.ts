import { readFileSync } from 'node:fs';
import t from 'tap';

const ROOT = new URL('../../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');
/** `| 7 | what holds | `test/a.test.ts`, `bench/b.ts` | figure |` */
const ROW = /^\| +(\d+) +\| (.+) \| (.+) \| (.*) \|$/gm;
const COUNT = 23;

t.test('docs/audit.md has every property, and each test or bench that it names bears the number', async t => {
  const rows = [...read('docs/audit.md').matchAll(ROW)].map(([, number, , shownBy = '']) => ({
    number: Number(number),
    files: [...shownBy.matchAll(/`((?:test|bench)\/[^`]+)`/g)].map(([, file = '']) => file),
  }));
  t.same(
    rows.map(({ number }) => number),
    Array.from({ length: COUNT }, (_, i) => i + 1),
  );
  for (const { number, files } of rows) {
    t.ok(files.length > 0, `property ${number} is shown somewhere`);
    for (const file of files) t.ok(bears(number, read(file)), `${file} says that it shows property ${number}`);
  }
});

/** `property 5`, `properties 5, 7 and 9`. */
function bears(number: number, text: string): boolean {
  const named = [...text.matchAll(/[Pp]ropert(?:y|ies) ((?:\d+(?:, | and )?)+)/g)].flatMap(([, list = '']) =>
    list.match(/\d+/g),
  );
  return named.includes(String(number));
}
