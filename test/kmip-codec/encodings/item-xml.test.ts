import t from 'tap';
import { decodeItem, encodeItem } from '../../../kmip-codec/encodings/item-binary.ts';
import { decodeItemXml, encodeItemXml } from '../../../kmip-codec/encodings/item-xml.ts';
import { ItemType, type TtlvItem } from '../../../kmip-codec/encodings/ttlv-item.ts';
import { parseXml } from '../../../kmip-codec/encodings/xml-document.ts';
import { CodecError } from '../../../kmip-codec/error.ts';
import { CryptographicUsageMask } from '../../../kmip-codec/registry/masks.ts';
import { State } from '../../../kmip-codec/registry/enumerations.ts';
import { Tag } from '../../../kmip-codec/registry/tags.ts';

const mask = (...names: (keyof typeof CryptographicUsageMask.values)[]) =>
  names.reduce((bits, name) => bits | CryptographicUsageMask.values[name][0], 0);

t.test('values in each of their forms (encodings standard, 6.1.6)', async t => {
  const forms: [xml: string, type: ItemType, value: TtlvItem['value']][] = [
    ['<BatchCount type="Integer" value="10"/>', ItemType.Integer, 10],
    ['<BatchCount type="Integer" value="-1"/>', ItemType.Integer, -1],
    ['<BatchCount type="Integer" value="0xffffffff"/>', ItemType.Integer, -1],
    ['<CryptographicUsageMask type="Integer" value="Encrypt  Decrypt"/>', ItemType.Integer, mask('Encrypt', 'Decrypt')],
    ['<CryptographicUsageMask type="Integer" value="CertificateSign 0x0000000c"/>', ItemType.Integer, 0x100c],
    ['<UsageLimitsCount type="LongInteger" value="1152921504606846976"/>', ItemType.LongInteger, 1n << 60n],
    ['<x540001 type="LongInteger" value="-2"/>', ItemType.LongInteger, -2n],
    ['<X type="BigInteger" value="0000000000000000"/>', ItemType.BigInteger, 0n],
    ['<X type="BigInteger" value="ff"/>', ItemType.BigInteger, -1n],
    ['<X type="BigInteger" value="00ffffffffffffffff"/>', ItemType.BigInteger, (1n << 64n) - 1n],
    ['<ObjectType type="Enumeration" value="0x00000002"/>', ItemType.Enumeration, 2],
    ['<ObjectType type="Enumeration" value="SymmetricKey"/>', ItemType.Enumeration, 2],
    ['<BatchOrderOption type="Boolean" value="true"/>', ItemType.Boolean, true],
    ['<NameValue type="TextString" value="a  b &lt;&amp;&#233;&#x1F511;"/>', ItemType.TextString, 'a  b <&é🔑'],
    ['<MACSignature type="ByteString" value="C50F77"/>', ItemType.ByteString, new Uint8Array([0xc5, 0x0f, 0x77])],
    ['<ArchiveDate type="DateTime" value="2001-01-01T10:00:00+10:00"/>', ItemType.DateTime, new Date(978307200000)],
    ['<ArchiveDate type="DateTime" value="0x000000003a4fc880"/>', ItemType.DateTime, new Date(978307200000)],
    ['<Offset type="Interval" value="27"/>', ItemType.Interval, 27],
    ['<Offset type="Interval" value="0xffffffff"/>', ItemType.Interval, 4294967295],
  ];
  for (const [xml, type, value] of forms) {
    const item = decodeItemXml(xml);
    t.same({ type: item.type, value: item.value }, { type, value }, xml);
    t.same(decodeItemXml(encodeItemXml(item)), item, `${xml} written and read`);
    t.same(decodeItem(encodeItem(item)), item, `${xml} in binary`);
  }
});

t.test('a structure needs no type, and extensions go by number (encodings standard, 6.1.6)', async t => {
  const item: TtlvItem = {
    tag: 0x540001,
    type: ItemType.Structure,
    value: [
      { tag: 0x54ffff, type: ItemType.TextString, value: ' a\n\t"b" ' },
      { tag: Tag.ProtocolVersion, type: ItemType.Structure, value: [] },
    ],
  };
  const xml = encodeItemXml(item);
  t.equal(
    xml,
    '<TTLV tag="0x540001">\n' +
      '  <TTLV tag="0x54ffff" type="TextString" value=" a&#10;&#9;&quot;b&quot; "/>\n' +
      '  <ProtocolVersion/>\n</TTLV>\n',
  );
  t.same(decodeItemXml(xml), item);
  t.same(decodeItemXml('<TTLV tag="0x42005d" name="x" type="TextString" value=""/>'), {
    tag: 0x42005d,
    type: ItemType.TextString,
    value: '',
  });
});

t.test('names of an Attribute Value follow from the Attribute Name beside it', async t => {
  const attribute = (name: string, type: string, value: string) =>
    `<Attribute><AttributeName type="TextString" value="${name}"/><AttributeValue type="${type}" value="${value}"/></Attribute>`;
  const usage = decodeItemXml(attribute('Cryptographic Usage Mask', 'Integer', 'Decrypt Encrypt'));
  t.match(usage.value, [{}, { value: mask('Encrypt', 'Decrypt') }]);
  t.match(encodeItemXml(usage), /value="Encrypt Decrypt"/);
  const state = decodeItemXml(attribute('State', 'Enumeration', 'PreActive'));
  t.match(state.value, [{}, { value: State.values.PreActive[0] }]);
  t.match(encodeItemXml(state), /value="PreActive"/);
  t.throws(() => decodeItemXml(attribute('x-State', 'Enumeration', 'PreActive')), {
    message: "Attribute.AttributeValue: 'PreActive', must be 0x and eight hex digits",
  });
});

t.test('runs of spaces are collapsed only where the reader asks for it', async t => {
  const xml = '<NameValue type="TextString" value=" Certificate   Issuer"/>';
  t.equal(decodeItemXml(xml).value, ' Certificate   Issuer');
  t.equal(decodeItemXml(xml, { collapseSpaces: true }).value, 'Certificate Issuer');
});

t.test('values that are no value of their type', async t => {
  const wrong = (name: string, type: string, value: string) => {
    const error = thrownBy(() => decodeItemXml(`<${name} type="${type}" value="${value}"/>`));
    t.ok(error instanceof CodecError, `${type} '${value}'`);
    t.match(error, { path: [name], offset: 0 });
  };
  wrong('BatchCount', 'Integer', '2147483648');
  wrong('BatchCount', 'Integer', '');
  wrong('BatchCount', 'Integer', 'Encrypt');
  wrong('BatchCount', 'Integer', '0x0001');
  wrong('CryptographicUsageMask', 'Integer', 'Encrypt Cook');
  wrong('UsageLimitsCount', 'LongInteger', '9223372036854775808');
  wrong('X', 'BigInteger', 'fff');
  wrong('X', 'BigInteger', '');
  wrong('ObjectType', 'Enumeration', 'Symmetric Key');
  wrong('ObjectType', 'Enumeration', '2');
  wrong('BatchOrderOption', 'Boolean', 'yes');
  wrong('MACSignature', 'ByteString', '0xC50F');
  wrong('ArchiveDate', 'DateTime', '2001-01-01T10:00:00');
  wrong('ArchiveDate', 'DateTime', '2001-13-01T10:00:00Z');
  wrong('Offset', 'Interval', '-1');
  wrong('Offset', 'Interval', '4294967296');
});

t.test('elements that are no item', async t => {
  const refused: [xml: string, where: string, problem: RegExp][] = [
    ['<Nonsense/>', 'Nonsense', /no tag is called 'Nonsense'/],
    ['<TTLV tag="0x4200"/>', 'TTLV', /no tag is called '0x4200'/],
    ['<BatchCount type="Int" value="1"/>', 'BatchCount', /no item type/],
    ['<BatchCount type="Integer"/>', 'BatchCount', /without a value/],
    ['<BatchItem value="1"/>', 'BatchItem', /Structure with a value/],
    ['<BatchItem size="1"/>', 'BatchItem', /attribute size/],
    ['<BatchItem>text</BatchItem>', 'BatchItem', /text between items/],
    [
      '<BatchItem><BatchItem/><BatchItem><Operation/><Nope/></BatchItem></BatchItem>',
      'BatchItem.BatchItem[1].Nope',
      /tag/,
    ],
    ['<BatchCount type="Integer" value="1"><BatchItem/></BatchCount>', 'BatchCount', /with items in it/],
  ];
  for (const [xml, where, problem] of refused) {
    const error = thrownBy(() => decodeItemXml(xml));
    t.ok(error instanceof CodecError, xml);
    t.equal((error as CodecError).where(), where);
    t.match((error as CodecError).problem, problem);
  }
});

t.test('documents that are no XML, with the place', async t => {
  const refused: [xml: string, offset: number][] = [
    ['', 0],
    ['<a>', 3],
    ['<a></b>', 5],
    ['<a/><b/>', 4],
    ['<a b=1/>', 5],
    ['<a b="1"c="2"/>', 8],
    ['<a b="1" b="2"/>', 9],
    ['<a b="<"/>', 6],
    ['<a b="&nbsp;"/>', 6],
    ['<a b="&#0;"/>', 6],
    ['<a b="&#xD800;"/>', 6],
    ['<a b="&#x110000;"/>', 6],
    ['<a b="x & y"/>', 8],
    ['<a>\u0001</a>', 3],
    ['<a><!-- </a>', 3],
    ['<!DOCTYPE a><a/>', 1],
    ['<a>'.repeat(40) + '</a>'.repeat(40), 102],
  ];
  for (const [xml, offset] of refused) {
    const error = thrownBy(() => parseXml(xml));
    t.ok(error instanceof CodecError, JSON.stringify(xml.slice(0, 30)));
    t.equal((error as CodecError).offset, offset, `offset of ${JSON.stringify(xml.slice(0, 30))}`);
  }
});

t.test('comments and text between elements stay in the document, in order', async t => {
  const root = parseXml('<?xml version="1.0"?><!-- a --><KMIP># TIME 0 <X/><!--b--># [Client-B]<Y/></KMIP>\n');
  t.strictSame(
    root.children.map(node => (node.kind === 'element' ? `<${node.name}>` : `${node.kind}:${node.text}`)),
    ['text:# TIME 0 ', '<X>', 'comment:b', 'text:# [Client-B]', '<Y>'],
  );
});

t.test('text that XML cannot carry is refused on writing', async t => {
  const item: TtlvItem = { tag: Tag.NameValue, type: ItemType.TextString, value: 'a\u0000' };
  t.throws(() => encodeItemXml(item), /character U\+0000, which XML cannot carry/);
});

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}
