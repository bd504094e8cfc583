// Writes test/server/operations/operation-rules.ts: error reasons, states and object types by operation, from the reference data of the specification.
// usage: node scripts/generate-operation-rules.mjs [FOLDER with operations.json and lifecycle.json, default ../shared/kmip] [FILE to write]
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const source = process.argv[2] ?? '../shared/kmip';
const target = process.argv[3] ?? new URL('../test/server/operations/operation-rules.ts', import.meta.url).pathname;
const read = file => JSON.parse(readFileSync(join(source, file), 'utf8'));
const { operations } = read('operations.json');
const { operationsByState } = read('lifecycle.json');

/** Reasons in the order of the tables, each once; rows of 1.x hold one reason, several, or none. */
const reasons = rows => [
  ...new Set((rows ?? []).flatMap(row => (typeof row === 'string' ? row : row.reason)).filter(Boolean)),
];
const table = (type, name, value) => `export const ${name}: ${type} = ${JSON.stringify(value, null, 2)};\n`;
const byOperation = value => Object.fromEntries(Object.entries(operations).map(([name, row]) => [name, value(row)]));

writeFileSync(
  target,
  [
    '// Rules of operations: made by scripts/generate-operation-rules.mjs from the tables of the specification; change that, not this.\n',
    table(
      `Record<string, { '1.x': readonly string[]; '2.x': readonly string[] }>`,
      'errorReasons',
      byOperation(row => ({ '1.x': reasons(row.errors?.['1.x']), '2.x': reasons(row.errors?.['2.x']) })),
    ),
    table(
      'Record<string, readonly string[]>',
      'statesOfOperation',
      Object.fromEntries(
        Object.entries(operationsByState)
          .filter(([, r]) => Array.isArray(r.states))
          .map(([n, r]) => [n, r.states]),
      ),
    ),
    table(
      'Record<string, readonly string[]>',
      'objectTypesOfOperation',
      Object.fromEntries(
        Object.entries(operations)
          .filter(([, r]) => Array.isArray(r.objects1x))
          .map(([n, r]) => [n, r.objects1x]),
      ),
    ),
  ].join('\n'),
);
