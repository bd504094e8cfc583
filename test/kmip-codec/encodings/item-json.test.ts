import t from 'tap';
import { decodeItem, encodeItem } from '../../../kmip-codec/encodings/item-binary.ts';
import { decodeItemJson, encodeItemJson } from '../../../kmip-codec/encodings/item-json.ts';
import { ItemType, type TtlvItem } from '../../../kmip-codec/encodings/ttlv-item.ts';
import { CodecError } from '../../../kmip-codec/error.ts';
import { CryptographicUsageMask } from '../../../kmip-codec/registry/masks.ts';
import { State } from '../../../kmip-codec/registry/enumerations.ts';
import { Tag } from '../../../kmip-codec/registry/tags.ts';

const mask = (...names: (keyof typeof CryptographicUsageMask.values)[]) =>
  names.reduce((bits, name) => bits | CryptographicUsageMask.values[name][0], 0);

t.test('values in each of their forms (encodings standard, 4.1.6)', async t => {
  const forms: [
    tag: string,
    type: keyof typeof ItemType,
    json: unknown,
    value: TtlvItem['value'],
    written?: unknown,
  ][] = [
    ['BatchCount', 'Integer', 10, 10],
    ['BatchCount', 'Integer', -1, -1],
    ['BatchCount', 'Integer', '0x0000000A', 10, 10],
    ['BatchCount', 'Integer', '0xffffffff', -1, -1],
    ['CryptographicUsageMask', 'Integer', 12, 12, 'Encrypt|Decrypt'],
    ['CryptographicUsageMask', 'Integer', '0x0000100c', 0x100c, 'Encrypt|Decrypt|CertificateSign'],
    ['CryptographicUsageMask', 'Integer', 'Encrypt|Decrypt', mask('Encrypt', 'Decrypt')],
    ['CryptographicUsageMask', 'Integer', 'CertificateSign', mask('CertificateSign')],
    ['CryptographicUsageMask', 'Integer', 'CertificateSign|0x40000000', 0x40001000],
    ['CryptographicUsageMask', 'Integer', 0, 0],
    ['UsageLimitsCount', 'LongInteger', '0x1000000000000000', 1n << 60n],
    ['0x540001', 'LongInteger', '0xfffffffffffffffe', -2n, -2],
    ['0x540001', 'LongInteger', -2, -2n],
    ['0x540001', 'LongInteger', 2 ** 52 - 1, 2n ** 52n - 1n],
    ['0x540001', 'LongInteger', '0x0010000000000000', 2n ** 52n],
    ['X', 'BigInteger', 0, 0n, '0x0000000000000000'],
    ['X', 'BigInteger', -1, -1n, '0xffffffffffffffff'],
    ['X', 'BigInteger', '0x0000000000000000ffffffffffffffff', (1n << 64n) - 1n],
    ['ObjectType', 'Enumeration', 2, 2, 'SymmetricKey'],
    ['ObjectType', 'Enumeration', '0x00000002', 2, 'SymmetricKey'],
    ['ObjectType', 'Enumeration', 'SymmetricKey', 2],
    ['ObjectType', 'Enumeration', '0x80000001', 0x80000001],
    ['BatchOrderOption', 'Boolean', true, true],
    ['BatchOrderOption', 'Boolean', '0x0000000000000000', false, false],
    ['NameValue', 'TextString', 'a  b "\\\u0000é🔑', 'a  b "\\\u0000é🔑'],
    ['NameValue', 'TextString', '0x00', '0x00'],
    ['MACSignature', 'ByteString', 'C50F77', new Uint8Array([0xc5, 0x0f, 0x77]), 'c50f77'],
    ['MACSignature', 'ByteString', '', new Uint8Array()],
    ['ArchiveDate', 'DateTime', '2001-01-01T10:00:00+10:00', new Date(978307200000), '2001-01-01T00:00:00+00:00'],
    ['ArchiveDate', 'DateTime', '0x000000003a4fc880', new Date(978307200000), '2001-01-01T00:00:00+00:00'],
    ['Offset', 'Interval', 27, 27],
    ['Offset', 'Interval', '0xffffffff', 4294967295, 4294967295],
  ];
  for (const [tag, type, json, value, written = json] of forms) {
    const document = JSON.stringify({ tag, type, value: json });
    const item = decodeItemJson(document);
    t.same({ type: item.type, value: item.value }, { type: ItemType[type], value }, document);
    t.same((JSON.parse(encodeItemJson(item)) as { value: unknown }).value, written, `${document} written`);
    t.same(decodeItemJson(encodeItemJson(item)), item, `${document} written and read`);
    t.same(decodeItem(encodeItem(item)), item, `${document} in binary`);
  }
});

t.test('a structure needs no type and no value, and extensions go by number (encodings standard, 4.1.6)', async t => {
  const item: TtlvItem = {
    tag: 0x540001,
    type: ItemType.Structure,
    value: [
      { tag: 0x54ffff, type: ItemType.TextString, value: 'a' },
      { tag: Tag.ProtocolVersion, type: ItemType.Structure, value: [] },
    ],
  };
  t.equal(
    encodeItemJson(item),
    '{"tag":"0x540001","value":[{"tag":"0x54ffff","type":"TextString","value":"a"},{"tag":"ProtocolVersion","value":[]}]}',
  );
  t.same(decodeItemJson(encodeItemJson(item)), item);
  const empty = { tag: Tag.ProtocolVersion, type: ItemType.Structure, value: [] };
  for (const document of [
    '{"tag":"ProtocolVersion"}',
    '{"tag":"ProtocolVersion","value":null}',
    ' {"value":[],\n"type":"Structure","tag":"0x420069","name":"x"} ',
  ])
    t.same(decodeItemJson(document), empty, document);
});

t.test('names of an Attribute Value follow from the Attribute Name beside it', async t => {
  const attribute = (name: string, type: string, value: string) =>
    JSON.stringify({
      tag: 'Attribute',
      value: [
        { tag: 'AttributeName', type: 'TextString', value: name },
        { tag: 'AttributeValue', type, value },
      ],
    });
  const usage = decodeItemJson(attribute('Cryptographic Usage Mask', 'Integer', 'Decrypt|Encrypt'));
  t.match(usage.value, [{}, { value: mask('Encrypt', 'Decrypt') }]);
  t.match(encodeItemJson(usage), '"value":"Encrypt|Decrypt"');
  const state = decodeItemJson(attribute('State', 'Enumeration', 'PreActive'));
  t.match(state.value, [{}, { value: State.values.PreActive[0] }]);
  t.match(encodeItemJson(state), '"value":"PreActive"');
  t.throws(() => decodeItemJson(attribute('x-State', 'Enumeration', 'PreActive')), {
    message: "Attribute.AttributeValue: 'PreActive', must be 0x and eight hex digits",
  });
});

t.test('values that are no value of their type', async t => {
  const wrong: [tag: string, type: string, value: unknown][] = [
    ...[2147483648, 1.5, '10', '', '0x0001', 'Encrypt', true, null, [], {}].map(
      value => ['BatchCount', 'Integer', value] as [string, string, unknown],
    ),
    ['CryptographicUsageMask', 'Integer', 'Encrypt|Cook'],
    ['CryptographicUsageMask', 'Integer', 'Encrypt Decrypt'],
    ['UsageLimitsCount', 'LongInteger', '1'],
    ['UsageLimitsCount', 'LongInteger', 2 ** 60],
    ['X', 'BigInteger', '00'],
    ['X', 'BigInteger', '0xfff'],
    ['ObjectType', 'Enumeration', 'Symmetric Key'],
    ['ObjectType', 'Enumeration', -1],
    ['ObjectType', 'Enumeration', 2 ** 32],
    ['BatchOrderOption', 'Boolean', 'true'],
    ['BatchOrderOption', 'Boolean', 1],
    ['NameValue', 'TextString', 5],
    ['NameValue', 'TextString', '\ud800'],
    ['NameValue', 'TextString', undefined],
    ['MACSignature', 'ByteString', '0xC50F'],
    ['MACSignature', 'ByteString', 12],
    ['ArchiveDate', 'DateTime', '2001-01-01T10:00:00'],
    ['ArchiveDate', 'DateTime', 978307200],
    ['Offset', 'Interval', -1],
    ['Offset', 'Interval', '27'],
  ];
  for (const [tag, type, value] of wrong) {
    const document = JSON.stringify({ tag, type, value });
    const error = thrownBy(() => decodeItemJson(document));
    t.ok(error instanceof CodecError, document);
    t.match(error, { path: [tag] }, document);
  }
});

t.test('documents that are no item', async t => {
  const batchItems = JSON.stringify({
    tag: 'RequestMessage',
    value: [{ tag: 'BatchItem' }, { tag: 'BatchItem', value: [{ tag: 'Operation', type: 'Enumeration', value: 'X' }] }],
  });
  const refused: [document: string, where: string, problem: RegExp][] = [
    ['', '', /a value is missing at the end/],
    ['{"tag":', '', /a value is missing at the end/],
    ['[]', '', /must be an object/],
    ['null', '', /must be an object/],
    ['{}', '', /no tag/],
    ['{"tag":"Nonsense"}', '', /no tag is called 'Nonsense'/],
    ['{"tag":4325477}', '', /no tag/],
    ['{"tag":"BatchCount","type":"Int","value":1}', 'BatchCount', /no item type/],
    ['{"tag":"BatchItem","value":{}}', 'BatchItem', /must be an array/],
    ['{"tag":"BatchItem","size":1}', 'BatchItem', /'size' has no meaning/],
    ['{"tag":"BatchItem","value":[{"tag":"Operation"},3]}', 'BatchItem', /must be an object/],
    [batchItems, 'RequestMessage.BatchItem[1].Operation', /'X'/],
    [
      `${'{"tag":"BatchItem","value":['.repeat(100_000)}${']}'.repeat(100_000)}`,
      'BatchItem'.concat('.BatchItem'.repeat(32)),
      /deeper/,
    ],
  ];
  for (const [document, where, problem] of refused) {
    const error = thrownBy(() => decodeItemJson(document));
    t.ok(error instanceof CodecError, document.slice(0, 60));
    t.match((error as CodecError).problem, problem);
    if (!/deeper/.test(String(problem))) t.equal((error as CodecError).where(), where);
  }
});

t.test('the document of an error is not in its message', async t => {
  const error = thrownBy(() => decodeItemJson('{"tag":"KeyMaterial","type":"ByteString","value":"00112233" oops'));
  t.notMatch(String(error), '00112233');
});

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}
