import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import {
  attributes,
  existsIn,
  ItemType,
  Operation,
  payloads,
  registry,
  showVersion,
  supportedVersions,
  Tag,
  tagName,
  TtlvReader,
  V2_0,
  type Item,
  type Version,
} from '../../kmip-codec/index.ts';
import * as attributeStructures from '../../kmip-codec/attributes/structures.ts';
import * as keyBlock from '../../kmip-codec/objects/key-block.ts';
import * as keyWrapping from '../../kmip-codec/objects/key-wrapping.ts';
import * as managedObjects from '../../kmip-codec/objects/managed-objects.ts';
import * as transparentKeys from '../../kmip-codec/objects/transparent-keys.ts';
import * as headers from '../../kmip-codec/messages/headers.ts';
import * as messages from '../../kmip-codec/messages/messages.ts';
import * as asynchronous from '../../kmip-codec/payloads/asynchronous.ts';
import * as credentials from '../../kmip-codec/payloads/credentials.ts';
import * as defaults from '../../kmip-codec/payloads/defaults.ts';
import * as lists from '../../kmip-codec/payloads/lists.ts';
import * as login from '../../kmip-codec/payloads/login.ts';
import * as making from '../../kmip-codec/payloads/making-keys.ts';
import * as query from '../../kmip-codec/payloads/query.ts';
import { ProtocolVersion } from '../../kmip-codec/payloads/protocol-version.ts';
import { tagOf, type Chosen, type Field, type Presence, type StructureItem } from '../../kmip-codec/schema/index.ts';

// The specification's field lists as data. They are not ours to keep here: the environment says where they are.
const referenceFolder = process.env['KMIP_REFERENCE'];

interface ListedField {
  readonly name: string;
  readonly tag?: string;
  readonly type?: string | readonly string[];
  readonly oneOf?: readonly string[];
  readonly required: boolean | 'conditional';
  readonly requiredByVersion?: Readonly<Record<string, { required: boolean }>>;
  readonly repeated?: boolean;
  readonly since?: string;
  readonly until?: string;
}
interface Layout {
  readonly versions: string;
  readonly fields: readonly ListedField[];
  readonly variant?: string;
}

const parse = (text: string): Version => {
  const [major = 0, minor = 0] = text.split('.').map(Number);
  return (major * 256 + minor) as Version;
};
/** Whether '1.0-1.1,1.3-1.4' holds the version. */
const holds = (versions: string, version: Version): boolean =>
  versions.split(',').some(range => {
    const [since = '', until = since] = range.trim().split('-');
    return parse(since) <= version && version <= parse(until);
  });
const load = (name: string) => JSON.parse(readFileSync(join(referenceFolder!, name), 'utf8')) as never;

/** Rows whose presence we judge otherwise than the specification's tables, and why. */
const JUDGED_OTHERWISE = new Map([
  ['ApplicationSpecificInformation.ApplicationData', 'required before 1.3; the operation answers with a Result Reason'],
  ['Authentication.Credential', 'one before 1.2, and an empty Authentication is nobody'],
  ['CertificateSubject.CertificateSubjectDistinguishedName', 'depends on the certificate'],
  ['KeyBlock.KeyValue', 'required before 1.2; the operation answers with a Result Reason'],
  ['RequestBatchItem.RequestPayload', 'an unknown operation leaves none; the pipeline asks for it'],
  ['RequestMessage.BatchItem', 'the dispatcher compares their number with Batch Count'],
  ['ResponseMessage.BatchItem', 'as in requests'],
  ['UsageLimits.UsageLimitsCount', 'a client is not to set it, so that requests come without it'],
  ['X_509CertificateSubject.SubjectDistinguishedName', 'always there, if need be empty'],
  ['MACSignatureKeyInformation.UniqueIdentifier', 'always there, whichever key it names'],
  ['ProtocolVersion.ProtocolVersionMajor', 'a version has both numbers'],
  ['ProtocolVersion.ProtocolVersionMinor', 'a version has both numbers'],
  ['Query request.QueryFunction', 'none is answered with nothing'],
  ['Get Attribute List response.AttributeName', 'an object without attributes has none'],
  ['Get Attribute List response.AttributeReference', 'as before 2.0'],
  ['Import request.Attribute', 'an object may have none that its client tells'],
  ['Export response.Attribute', 'as in the request of Import'],
  ['Template.Attribute', 'an empty template is of no use, and no harm'],
  ['Derive Key request.UniqueIdentifier', 'which object is missing the operation says'],
  [
    'Certify request.CertificateRequestType',
    'required in 1.0; without a request the operation certifies the key itself',
  ],
  ['Certify request.CertificateRequest', 'as its type'],
  ['Re-certify request.CertificateRequestType', 'as in Certify'],
  ['Re-certify request.CertificateRequest', 'as in Certify'],
  [
    'Sign request.Data',
    'Digested Data of later versions stands for it, or a Correlation Value; the operation says what is missing',
  ],
  ['Sign response.SignatureData', 'comes with the last part'],
  ['Signature Verify request.SignatureData', 'comes with the last part; the operation says that it is missing'],
  ['Signature Verify response.ValidityIndicator', 'comes with the last part'],
  ['MAC request.Data', 'as in Sign'],
  ['MAC response.MACData', 'comes with the last part'],
  ['MAC Verify request.MACData', 'comes with the last part; the operation says that it is missing'],
  ['MAC Verify response.ValidityIndicator', 'comes with the last part'],
  ['Hash request.Data', 'as in Sign'],
  ['Hash response.Data', 'comes with the last part'],
  ['Create Split Key response.ObjectType', 'answers of 1.2 leave it out'],
  ['Create Split Key response.UniqueIdentifier', 'there are as many as parts'],
  ['Join Split Key request.UniqueIdentifier', 'the operation compares their number with the threshold'],
  ['Join Split Key response.ObjectType', 'as in Create Split Key'],
  ['Encrypt request.Data', 'required before 1.3; the operation answers with a Result Reason'],
  ['Encrypt response.Data', 'as in the request'],
  ['Decrypt request.Data', 'as in Encrypt'],
  ['Decrypt response.Data', 'as in Encrypt'],
  ['Check response.UniqueIdentifier', 'not there when the object may not be used, in 1.0 as later'],
  ['Notify request.Attribute', 'in 2.x there may be none'],
  ['Query response.ProtectionStorageMasks', 'an answer without values is empty, says the text'],
  ['ObjectDefaults.ObjectType', 'one type or a list of them'],
  ['DerivationParameters.Salt', 'depends on the Derivation Method, and since 2.0 says so'],
  ['DerivationParameters.IterationCount', 'as Salt'],
  ['DefaultsInformation.ObjectDefaults', 'required in 2.0, in 2.1 none'],
  ['AsynchronousCorrelationValues.AsynchronousCorrelationValue', 'a list by its name and its use'],
  ['Register request.(chosen)', 'optional before 1.2; the operation answers with a Result Reason'],
]);

/** Structures that the lists do not hold as such: 2.1 §7.33 gives the masks one layout, one row of Object Defaults has two forms. */
const NOT_LISTED = new Set([
  'ProtectionStorageMasks',
  'CommonProtectionStorageMasks',
  'PrivateProtectionStorageMasks',
  'PublicProtectionStorageMasks',
  'ObjectDefaults',
]);

/** Of several layouts under one tag, the one that begins alike; of Key Material the one of that name. */
const isVariant = (name: string, item: StructureItem<never>, layout: Layout): boolean =>
  item.tag === Tag.KeyMaterial
    ? layout.variant!.replaceAll(' ', '').toLowerCase() === `${name.toLowerCase()}s`
    : Object.values(item.fields)[0]?.item?.tag === parseInt(layout.fields[0]!.tag!, 16);

type Row = Field<unknown, Presence> & Partial<Chosen<unknown>>;
const rowsOf = (item: StructureItem<never>, version: Version): Row[] =>
  (Object.values(item.fields) as Row[]).filter(
    row =>
      existsIn(row, version) &&
      (row.layouts === undefined || [...row.layouts.values()].some(layout => existsIn(layout, version))),
  );

t.test('every declared structure has the rows of the specification, in order, in each version', async t => {
  if (referenceFolder === undefined)
    return t.comment('left out: KMIP_REFERENCE does not say where the field lists are');
  const { structures } = load('structures.json') as {
    structures: Record<string, { tag: string; layouts: readonly Layout[] }>;
  };
  const declared: [name: string, item: StructureItem<never>, variant?: string][] = [];
  const modules = [
    attributeStructures,
    keyBlock,
    keyWrapping,
    managedObjects,
    transparentKeys,
    headers,
    messages,
    asynchronous,
    credentials,
    defaults,
    lists,
    login,
    making,
    query,
    { ProtocolVersion },
  ];
  for (const [name, item] of modules.flatMap(
    module => Object.entries(module) as [string, Partial<StructureItem<never>>][],
  )) {
    if (item?.fields !== undefined && !NOT_LISTED.has(name)) declared.push([name, item as StructureItem<never>]);
  }
  let compared = 0;
  for (const [name, item] of declared) {
    if (item.tag === Tag.RequestPayload || item.tag === Tag.ResponsePayload) continue;
    const way = name.startsWith('Request') ? 'Request Batch Item' : 'Response Batch Item';
    const candidates =
      item.tag === Tag.BatchItem
        ? [structures[way]!]
        : Object.values(structures).filter(one => parseInt(one.tag, 16) === item.tag);
    t.ok(candidates.length > 0, `${name} is listed`);
    for (const version of supportedVersions) {
      if (!existsIn(item, version)) continue;
      const layouts = candidates.flatMap(one => one.layouts).filter(layout => holds(layout.versions, version));
      const variants = layouts.filter(one => one.variant === undefined || isVariant(name, item, one));
      if (variants.length === 0) continue;
      compared++;
      const title = item.tag === Tag.BatchItem ? name : tagName(item.tag);
      const rows = rowsOf(item, version);
      // Several that begin alike: the one that is declared, if it is among them.
      const tags = rows.map(row => tagsOf(row, version)).join();
      const same = variants.find(one => one.fields.map(field => parseInt(field.tag ?? '', 16)).join() === tags);
      compare(t, title, rows, (same ?? variants[0]!).fields, version);
    }
  }
  t.ok(compared > 400, `${compared} layouts`);
});

t.test('every declared payload has the rows of the specification, in order, in each version', async t => {
  if (referenceFolder === undefined)
    return t.comment('left out: KMIP_REFERENCE does not say where the field lists are');
  type Fields = Partial<Record<'1.x' | '2.x', readonly ListedField[]>>;
  type Listed = { since: string } & Partial<Record<'request' | 'response', Fields>>;
  const { operations } = load('operations.json') as { operations: Record<string, Listed> };
  for (const [operation, pair] of Object.entries(payloads)) {
    const name = Operation.names.show(Number(operation));
    const listed = operations[name]!;
    for (const way of ['request', 'response'] as const) {
      for (const version of supportedVersions.filter(one => one >= parse(listed.since))) {
        const fields = (listed[way]?.[version < V2_0 ? '1.x' : '2.x'] ?? []).filter(
          one => version >= parse(one.since ?? '1.0') && version <= parse(one.until ?? '2.1'),
        );
        compare(t, `${name} ${way}`, rowsOf(pair[way] as never, version), fields, version);
      }
      t.equal(existsIn(pair[way], supportedVersions.at(-1)!), listed.since === '1.0', `${name} since ${listed.since}`);
    }
  }
});

function compare(t: Test, title: string, rows: readonly Row[], listed: readonly ListedField[], version: Version) {
  const where = `${title} in ${showVersion(version)}`;
  const names = rows.map(row => {
    const tags = tagsOf(row, version);
    return tags.length > 1 ? '(chosen)' : tagName(tags[0]!);
  });
  const listedNames = listed.map(one => (one.oneOf ? '(chosen)' : tagName(parseInt(one.tag!, 16))));
  if (names.join() !== listedNames.join()) return t.same(names, listedNames, where);
  rows.forEach((row, i) => {
    const one = listed[i]!;
    const name = `${title}.${names[i]}`;
    const byVersion = Object.entries(one.requiredByVersion ?? {}).find(([versions]) => holds(versions, version))?.[1];
    const wanted = one.repeated ? 'repeated' : (byVersion?.required ?? one.required) === true ? 'required' : 'optional';
    // A row whose values stand in one structure of 2.x is read as empty when that is not there.
    const all = row.presence === 'repeated' ? row.item?.gathered?.(version) : undefined;
    const isLenient = JUDGED_OTHERWISE.has(name) || (one.repeated && one.required !== true) || all !== undefined;
    if (row.presence !== wanted && !isLenient) t.fail(`${where}: ${names[i]} is ${row.presence}, listed as ${wanted}`);
    if (one.repeated && one.required === true && !JUDGED_OTHERWISE.has(name))
      t.fail(`${where}: ${names[i]} must not be left out`);
    const types = [one.type ?? []].flat();
    if (row.layouts === undefined && types.length > 0 && !types.includes('varies')) {
      const accepted = typesRead(all ?? row.item, version);
      const expected = types.map(type => ItemType[type.replace(/[- ]/g, '') as keyof typeof ItemType]).sort();
      if (accepted.join() !== expected.join())
        t.fail(`${where}: ${names[i]} reads item types ${accepted}, listed ${expected}`);
    }
  });
  return t.pass(where);
}

/** The tags under which the row may stand in this version. */
function tagsOf(row: Row, version: Version): number[] {
  if (row.layouts !== undefined) {
    const layouts = [...row.layouts.values()].filter(item => existsIn(item, version));
    return [...new Set(layouts.map(item => tagOf(item, version)))];
  }
  const all = row.presence === 'repeated' ? row.item.gathered?.(version) : undefined;
  return [tagOf(all ?? row.item, version)];
}

/** The item types that the item's codec takes, found by offering it each with a value of its own. */
function typesRead(item: Item<unknown>, version: Version): number[] {
  return Object.values(ItemType).filter(type => {
    const bytes = Buffer.alloc(16);
    const tag = tagOf(item, version);
    bytes.writeUInt32BE(((tag << 8) | type) >>> 0, 0);
    const fixed = new Map<number, number>([
      [ItemType.Structure, 0],
      [ItemType.Integer, 4],
      [ItemType.Enumeration, 4],
      [ItemType.Interval, 4],
    ]);
    bytes.writeUInt32BE(fixed.get(type) ?? 8, 4);
    try {
      item.codec(version).read(new TtlvReader(type === ItemType.Structure ? bytes.subarray(0, 8) : bytes), tag);
      return true;
    } catch (error) {
      // The right type with content that is not: an enumeration has no value 0, a structure needs its rows.
      return !/item type .* expected|is expected/.test((error as Error).message);
    }
  });
}

t.test('every attribute of the rules tables is declared, since the same version', async t => {
  const rules = registry.attributeRules.filter(rule => rule.since <= supportedVersions[0]!);
  const since = new Map<string, number>();
  for (const rule of rules) since.set(rule.attribute, Math.min(rule.since, since.get(rule.attribute) ?? Infinity));
  const listed = [...since].filter(([name]) => name !== 'Custom Attribute');
  t.same(
    listed.map(([name]) => name).sort(),
    attributes
      .filter(one => one.since <= supportedVersions[0]!)
      .map(one => one.attributeName)
      .sort(),
  );
  for (const [name, first] of listed) t.equal(attributes.find(one => one.attributeName === name)?.since, first, name);
});
