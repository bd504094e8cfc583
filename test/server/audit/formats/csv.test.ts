import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import t from 'tap';
import { CSV_HEAD, type DeliveredEvent, formatterOf, holdsAddress } from '../../../../server/audit/index.ts';
import { addressEvent, eventIn, examples, hostileEvent, NOT_IN_A_LINE, service } from './events.ts';

const csv = formatterOf('csv', service);
const COLUMNS = CSV_HEAD.split(',');
/** What a spreadsheet runs when a cell begins so. */
const FORMULA = /^[=+\-@\t\r]/;

/** Rows of a file as RFC 4180 §2 has them: fields bare, without any of `",\r\n`, or in quotes that stand twice within. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  while (field.lastIndex < text.length) {
    const [, quoted, bare, end] = field.exec(text) ?? [];
    if (end === undefined) throw new SyntaxError(`not a field in row ${rows.length}`);
    rows.at(-1)!.push(quoted?.replaceAll('""', '"') ?? bare ?? '');
    if (end.endsWith('\n')) rows.push([]);
    else if (end === '') break;
  }
  if (text.endsWith('\n')) rows.pop();
  return rows;
}

/** The values that the row must have, in the order of the columns. */
function expected({ seq, hash, ...record }: DeliveredEvent): string[] {
  const { initiator, target, reason, ...event } = eventIn({ seq, hash, ...record });
  const values: Record<string, unknown> = {
    ...event,
    ...{
      seq,
      hash,
      initiatorId: initiator.id,
      initiatorName: initiator.name,
      targetId: target.id,
      targetName: target.name,
    },
    ...{ vault: event.requestData['vault'], reasonCode: reason.reasonCode, reasonType: reason.reasonType },
  };
  return COLUMNS.map(name => String(values[name] ?? '')).map(text => (FORMULA.test(text) ? `'${text}` : text));
}

const fileOf = (records: readonly DeliveredEvent[]) => [CSV_HEAD, ...records.map(csv), ''].join('\n');

t.test('property 21: the examples are a table that reads back as it is (RFC 4180 §2)', async t => {
  const records = examples();
  const [head, ...rows] = parseCsv(fileOf(records));
  t.same(head, COLUMNS);
  t.same(rows, records.map(expected));
  t.equal(rows.length, 12);
});

t.test('property 21: whatever a client sends, its event is one row and no cell of it is a formula', async () => {
  fc.assert(
    fc.property(hostileEvent, record => {
      const line = csv(record);
      if (NOT_IN_A_LINE.test(line)) throw new Error(`a character that does not show: ${JSON.stringify(line)}`);
      const rows = parseCsv(`${line}\n`);
      const wanted = JSON.stringify([expected(record)]);
      if (JSON.stringify(rows) !== wanted) throw new Error(`${JSON.stringify(rows)}, wanted ${wanted}`);
      return rows[0]!.every(cell => !FORMULA.test(cell));
    }),
  );
});

t.test('property 21: no address stands in a row, though every text of the event had one', async () => {
  fc.assert(fc.property(addressEvent, record => !parseCsv(csv(record))[0]!.some(holdsAddress)));
});

const python = spawnSync('python3', ['--version']);
const skip = python.status === 0 ? false : 'there is no python3 here, whose csv module is the second reader';

t.test('property 21: another program reads the same values', { skip }, async t => {
  const records = [...examples(), ...fc.sample(hostileEvent, 200)];
  const program =
    'import csv, json, sys, io\nprint(json.dumps(list(csv.reader(io.TextIOWrapper(sys.stdin.buffer, "utf-8", newline=""), strict=True))))';
  const { status, stdout, stderr } = spawnSync('python3', ['-c', program], { input: fileOf(records) });
  t.equal(status, 0, String(stderr));
  t.same(JSON.parse(String(stdout)), [COLUMNS, ...records.map(expected)]);
});

t.test('the parser of these tests takes nothing that is not CSV', async t => {
  t.same(parseCsv('a,"b ""c"", d"\r\n,""\n'), [
    ['a', 'b "c", d'],
    ['', ''],
  ]);
  for (const text of ['a"b', '"a"b', '"a', 'a\rb']) t.throws(() => parseCsv(text), { name: 'SyntaxError' }, text);
});
