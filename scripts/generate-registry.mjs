// Writes kmip-codec/registry/{tags,enumerations,masks,attribute-rules}.ts from the reference data of the specification.
// usage: node scripts/generate-registry.mjs [FOLDER with registry.json and attributes.json, default ../shared/kmip] [FOLDER to write to]
import { readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

const source = process.argv[2] ?? '../shared/kmip';
const target = process.argv[3] ?? new URL('../kmip-codec/registry/', import.meta.url).pathname;
const registry = JSON.parse(readFileSync(join(source, 'registry.json'), 'utf8'));
const attributes = JSON.parse(readFileSync(join(source, 'attributes.json'), 'utf8')).attributes;
mkdirSync(target, { recursive: true });

const quote = text => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
const key = name => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : quote(name));
/** Version '1.4' as the ordered number that kmip-codec/version.ts uses. */
const version = text => {
  const [major, minor] = text.split('.').map(Number);
  return major * 256 + minor;
};
const hex = value => `0x${Number(value).toString(16)}`;
const list = value => (Array.isArray(value) ? value : value === undefined ? [] : [value]);
const header = what =>
  `// ${what}: made by scripts/generate-registry.mjs from the tables of the specification; change that, not this.\n`;
const write = (file, text) => writeFileSync(join(target, file), text);

function lifespan({ since, until }) {
  return until === undefined ? `${hex(version(since))}` : `${hex(version(since))}, ${hex(version(until))}`;
}

function tags() {
  const rows = Object.entries(registry.tags);
  const constants = rows.map(([, tag]) => `  ${key(tag.xmlName)}: ${hex(tag.value)},`).join('\n');
  const table = rows.map(([name, tag]) => {
    const types = list(tag.type).map(quote).join(', ');
    const values = tag.enum ?? tag.mask;
    const until = tag.until === undefined ? 'undefined' : hex(version(tag.until));
    return `  [${hex(tag.value)}, ${quote(name)}, ${quote(tag.xmlName)}, ${hex(version(tag.since))}, ${until}, [${types}]${values ? `, ${quote(values)}` : ''}],`;
  });
  write(
    'tags.ts',
    `${header('Tags')}
/** The tags by their XML name. */
export const Tag = {
${constants}
} as const;

/** [tag, name, XML name, first version, last version, item types, name of the enumeration or mask of its values]. */
export type TagRow = readonly [
  tag: number, name: string, xmlName: string, since: number, until: number | undefined, types: readonly string[], values?: string,
];
export const tagRows: readonly TagRow[] = [
${table.join('\n')}
];
`,
  );
}

function valueTable(name, { tag, since, until, values }) {
  const number = tag ?? registry.tags[name]?.value;
  const rows = [];
  const aliases = [];
  for (const [valueName, v] of Object.entries(values)) {
    rows.push(`    ${key(v.xmlName)}: [${hex(v.value)}, ${quote(valueName)}, ${lifespan(v)}],`);
    for (const other of [...(v.formerNames ?? []).map(f => f.xmlName), ...(v.xmlAliases ?? [])]) {
      if (other !== v.xmlName) aliases.push(`    ${key(other)}: ${hex(v.value)},`);
    }
  }
  const first =
    since ??
    Object.values(values)
      .map(v => v.since)
      .sort((a, b) => version(a) - version(b))[0];
  return `{
  name: ${quote(name)},
  tag: ${number === undefined ? 'undefined' : hex(number)},
  since: ${hex(version(first))},
  until: ${until === undefined ? 'undefined' : hex(version(until))},
  values: {
${rows.join('\n')}
  },
  aliases: {${aliases.length ? `\n${aliases.join('\n')}\n  ` : ''}},
} as const`;
}

function valueTables(file, what, tables) {
  const names = Object.entries(tables).map(([name, table]) => [
    name,
    table.xmlName.replace(/[^A-Za-z0-9]/g, ''),
    table,
  ]);
  const text = names.map(([name, constant, table]) => `export const ${constant} = ${valueTable(name, table)};\n`);
  const all = names.map(([name, constant]) => `  [${quote(name)}, ${constant}],`);
  const listName = file.replace('.ts', 'ByName');
  write(
    file,
    `${header(what)}import type { ValueTable } from './value-table.ts';

${text.join('\n')}
/** The tables by the name that the specification gives them. */
export const ${listName}: ReadonlyMap<string, ValueTable> = new Map<string, ValueTable>([
${all.join('\n')}
]);
`,
  );
}

const span = text =>
  text.split(',').map(part => {
    const [from, to = from] = part.trim().split('-');
    return [version(from), version(to)];
  });

function attributeRules() {
  const rows = [];
  for (const [name, attribute] of Object.entries(attributes)) {
    for (const rule of attribute.rules ?? []) {
      if (rule.source === 'secondary') continue;
      for (const [since, until] of span(rule.versions)) {
        const flags = [
          ['alwaysHasValue', rule.shallAlwaysHaveValue],
          ['modifiableByServer', rule.modifiableByServer],
          ['modifiableByClient', rule.modifiableByClient],
          ['deletableByClient', rule.deletableByClient],
          ['multipleInstances', rule.multipleInstances],
        ]
          .map(([flag, value]) => `${flag}: ${value === true}`)
          .join(', ');
        const names = values => `[${list(values).map(quote).join(', ')}]`;
        rows.push(
          `  { attribute: ${quote(name)}, since: ${hex(since)}, until: ${hex(until)}, ${flags}, ` +
            `initiallySetBy: ${names(rule.initiallySetBy)}, implicitlySetBy: ${names(rule.whenImplicitlySet)}, appliesTo: ${names(rule.appliesTo)} },`,
        );
      }
    }
  }
  write(
    'attribute-rules.ts',
    `${header('Attribute rules')}
/** One attribute's rules in the versions \`since\` to \`until\`; names as the specification's rules tables have them. */
export interface AttributeRule {
  readonly attribute: string;
  readonly since: number;
  readonly until: number;
  readonly alwaysHasValue: boolean;
  readonly modifiableByServer: boolean;
  readonly modifiableByClient: boolean;
  readonly deletableByClient: boolean;
  readonly multipleInstances: boolean;
  readonly initiallySetBy: readonly string[];
  readonly implicitlySetBy: readonly string[];
  readonly appliesTo: readonly string[];
}
export const attributeRules: readonly AttributeRule[] = [
${rows.join('\n')}
];
`,
  );
}

tags();
valueTables('enumerations.ts', 'Enumerations', registry.enumerations);
valueTables('masks.ts', 'Bit masks', registry.masks);
attributeRules();
