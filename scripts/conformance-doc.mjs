// Writes the tables of docs/conformance.md from a report and from what the server declares, and which profiles are met for
// Query to tell:
//   scripts/conformance.sh DIR --json > FILE; node scripts/conformance-doc.mjs FILE
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import * as codec from '../dist/kmip-codec/index.js';
import { operations as offered } from '../dist/server/operations/index.js';
import { profiles } from './conformance-profiles.mjs';

const BEGIN = '<!-- tables: written by scripts/conformance-doc.mjs -->';
const END = '<!-- end of tables -->';
const file = new URL('../docs/conformance.md', import.meta.url);
const text = readFileSync(process.argv[2], 'utf8');
const { results } = JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1));

const OUTCOMES = ['passed', 'failed', 'known', 'not applicable', 'not playable'];
const VERSIONS = { 1.4: codec.V1_4, 2.1: codec.V2_1 };

const tables = [
  '## Test cases',
  '',
  summary(),
  '',
  familyTable(),
  '',
  '## Cases that do not pass',
  '',
  ...reasons(),
  '## Profiles',
  '',
  'A profile is met when every clause is: the operations, attributes and object types that it names or its mandatory cases use, and',
  'that these cases pass. Test cases of 1.4 and 2.1 are counted, those of the older profile documents (1.0 to 1.2) stand above.',
  'Of Baseline Server 2.1 the clauses are those of 1.4 and what its cases use. The names are XML names.',
  '',
  profileTable(),
  '',
  ...profiles.flatMap(clauses),
].join('\n');
const [before, rest] = readFileSync(file, 'utf8').split(BEGIN);
writeFileSync(file, `${before}${BEGIN}\n\n${tables}\n${END}${rest.split(END)[1]}`);
const module = fileURLToPath(new URL('../server/operations/profiles-met.ts', import.meta.url));
writeFileSync(module, await format(profilesMet(), { ...(await resolveConfig(module)), filepath: module }));

/** A module with the names of the profiles that are met. */
function profilesMet() {
  const rows = Object.keys(VERSIONS).map(version => {
    const met = profiles.filter(profile => profile.version === version && judge(profile).isMet);
    return `['${version}', [${met.map(({ name }) => `'${name}'`).join(', ')}]],`;
  });
  return [
    '/** The profiles that docs/conformance.md finds met, by their version. Written by scripts/conformance-doc.mjs. */',
    'export const profilesMet: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([',
    ...rows,
    ']);',
  ].join('\n');
}

function table(head, rows) {
  return [head, head.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n');
}

function summary() {
  const versions = [...new Set(results.map(({ version }) => version))].sort();
  const count = (version, outcome) =>
    results.filter(one => (!version || one.version === version) && one.status === outcome).length;
  const row = (title, version) => [title, ...OUTCOMES.map(outcome => count(version, outcome))];
  return table(['KMIP', ...OUTCOMES], [...versions.map(version => row(version, version)), row('all', undefined)]);
}

function familyTable() {
  const versions = [...new Set(results.map(({ version }) => version))].sort();
  const families = [...new Set(results.map(({ family }) => family))].sort();
  const cell = (family, version) => {
    const all = results.filter(one => one.family === family && one.version === version);
    return all.length === 0 ? '' : `${all.filter(isPassed).length} of ${all.length}`;
  };
  return table(
    ['passed', ...versions],
    families.map(family => [family, ...versions.map(version => cell(family, version))]),
  );
}

function isPassed({ status }) {
  return status === 'passed';
}

/** A list by reason: several cases often share one. */
function reasons() {
  const lines = [];
  for (const [status, title] of [
    ['known', 'Known, with the reason'],
    ['failed', 'Failing'],
    ['not playable', 'Not playable: the case needs more than a client'],
    ['not applicable', 'Not applicable'],
  ]) {
    const rows = new Map();
    for (const one of results.filter(each => each.status === status)) {
      const why = one.reason ?? differenceOf(one);
      rows.set(why, [...(rows.get(why) ?? []), one.name]);
    }
    if (rows.size === 0) continue;
    lines.push(`### ${title}`, '');
    lines.push(
      table(
        ['cases', 'why'],
        [...rows].map(([why, names]) => [names.map(name => `\`${name}\``).join('<br>'), escape(why)]),
      ),
      '',
    );
  }
  return lines;
}

function differenceOf({ failure }) {
  if (!failure) return '';
  return `exchange ${failure.exchange}, ${failure.path}: expected ${failure.expected}, got ${failure.got}`;
}
function escape(cell) {
  return cell.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function profileTable() {
  return table(
    ['profile', 'version', 'operations, attributes, objects', 'mandatory cases', 'optional cases', 'met'],
    profiles.map(profile => {
      const { needs, mandatory, optional, isMet } = judge(profile);
      const had = needs.filter(({ isThere }) => isThere).length;
      return [
        profile.name,
        profile.version,
        `${had} of ${needs.length}`,
        passedOf(mandatory),
        passedOf(optional),
        isMet ? 'yes' : 'no',
      ];
    }),
  );
}

function passedOf(cases) {
  return cases.length === 0 ? 'none published' : `${cases.filter(isPassed).length} of ${cases.length}`;
}

/** What a profile demands and whether it is there. */
function judge(profile) {
  const version = VERSIONS[profile.version];
  const of = part =>
    results.filter(
      one => one.version === profile.version && profile.cases.includes(one.family) && one.name.includes(`-${part}-`),
    );
  const [mandatory, optional] = [of('M'), of('O')];
  const used = key => mandatory.flatMap(one => one[key]);
  const needs = [
    ...unique([...(profile.operations ?? []).map(xmlOf(codec.registry.Operation)), ...used('operations')]).map(
      name => ({
        kind: 'operation',
        name,
        isThere: operationNames(version).has(name),
      }),
    ),
    ...unique([...(profile.objectTypes ?? []).map(xmlOf(codec.registry.ObjectType)), ...used('objectTypes')]).map(
      name => ({
        kind: 'object type',
        name,
        isThere: objectTypeNames(version).has(name),
      }),
    ),
    ...(profile.attributes ?? []).map(name => ({
      kind: 'attribute',
      name,
      isThere: attributeNames(version).has(name),
    })),
  ];
  const base = profile.isBase ? undefined : profiles.find(each => each.isBase && each.version === profile.version);
  const isBaseMet = base === undefined || judge(base).isMet;
  const isMet = isBaseMet && needs.every(({ isThere }) => isThere) && mandatory.every(isPassed);
  return { needs, mandatory, optional, isBaseMet, isMet };
}

function clauses(profile) {
  const { needs, mandatory, isBaseMet } = judge(profile);
  const rows = [];
  if (!profile.isBase) rows.push([`conforms to Baseline Server of ${profile.version}`, yes(isBaseMet)]);
  for (const kind of ['operation', 'object type', 'attribute']) {
    for (const is of [true, false]) {
      const names = needs.filter(need => need.kind === kind && need.isThere === is).map(({ name }) => name);
      if (names.length > 0) rows.push([`${kind}s: ${names.join(', ')}`, yes(is)]);
    }
  }
  for (const is of [true, false]) {
    const names = mandatory.filter(one => isPassed(one) === is).map(({ name }) => name);
    if (names.length > 0) rows.push([`test cases: ${names.join(', ')}`, yes(is)]);
  }
  return [`### ${profile.name}, ${profile.version}`, '', table(['clause', 'met'], rows), ''];
}

function yes(is) {
  return is ? 'yes' : 'no';
}
function unique(names) {
  return [...new Set(names)];
}

/** Nothing is there in a version that is not spoken. */
function namesIn(version, numbers, names) {
  if (!codec.supportedVersions.includes(version)) return new Set();
  return new Set(numbers.map(number => names.xmlName(number)));
}

/** From a name as the specification's tables spell it to the XML name. */
function xmlOf(values) {
  return name => Object.entries(values.values).find(([, row]) => row[1] === name)?.[0] ?? name;
}
function operationNames(version) {
  const names = new codec.registry.ValueNames(codec.registry.Operation);
  return namesIn(
    version,
    [...offered.keys()].filter(code => names.isKnownIn(code, version)),
    names,
  );
}
function objectTypeNames(version) {
  const names = new codec.registry.ValueNames(codec.registry.ObjectType);
  const known = [...codec.managedObjects].filter(([, layout]) => codec.existsIn(layout, version));
  return namesIn(
    version,
    known.map(([code]) => code),
    names,
  );
}
function attributeNames(version) {
  if (!codec.supportedVersions.includes(version)) return new Set();
  const known = codec.attributes.filter(one => codec.existsIn(one, version));
  return new Set(known.map(({ attributeName }) => attributeName));
}
