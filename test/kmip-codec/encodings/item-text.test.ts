import t from 'tap';
import { decodeItem } from '../../../kmip-codec/encodings/item-binary.ts';
import { hiddenValues, nothingHidden } from '../../../kmip-codec/encodings/hidden-values.ts';
import { decodeItemJson, encodeItemJson } from '../../../kmip-codec/encodings/item-json.ts';
import { encodeItemText } from '../../../kmip-codec/encodings/item-text.ts';
import { decodeItemXml, encodeItemXml } from '../../../kmip-codec/encodings/item-xml.ts';
import { ItemType, type TtlvItem } from '../../../kmip-codec/encodings/ttlv-item.ts';
import { Tag } from '../../../kmip-codec/registry/index.ts';
import { sampleMessages } from '../samples.ts';
import { CANARY, spellings, withCanary } from './canary.ts';

const text = (xml: string) => encodeItemText(decodeItemXml(xml));
/** A Byte String or Big Integer that is not hidden. */
const shown = (xml: string) => encodeItemText(decodeItemXml(xml), nothingHidden);

t.test('a value stands behind its name, with its type', async t => {
  const forms: [string, string][] = [
    ['<BatchCount type="Integer" value="-1"/>', 'Batch Count: -1 (Integer)'],
    [
      '<CryptographicUsageMask type="Integer" value="Encrypt CertificateSign 0x40000000"/>',
      'Cryptographic Usage Mask: Encrypt | Certificate Sign | 0x40000000 (Integer)',
    ],
    ['<CryptographicUsageMask type="Integer" value="0"/>', 'Cryptographic Usage Mask: 0 (Integer)'],
    ['<UsageLimitsCount type="LongInteger" value="-5"/>', 'Usage Limits Count: -5 (Long Integer)'],
    ['<PrimeFieldSize type="BigInteger" value="00ff"/>', 'Prime Field Size: 00000000000000ff (Big Integer)'],
    ['<ObjectType type="Enumeration" value="SymmetricKey"/>', 'Object Type: Symmetric Key (Enumeration)'],
    ['<ObjectType type="Enumeration" value="0x80000001"/>', 'Object Type: 0x80000001 (Enumeration)'],
    ['<BatchCount type="Enumeration" value="0x00000001"/>', 'Batch Count: 0x00000001 (Enumeration)'],
    ['<Sensitive type="Boolean" value="false"/>', 'Sensitive: false (Boolean)'],
    ['<NameValue type="TextString" value="a \\ &quot;é🔑"/>', 'Name Value: "a \\\\ \\"é🔑" (Text String)'],
    ['<UniqueBatchItemID type="ByteString" value="C0FF"/>', 'Unique Batch Item ID: c0ff (Byte String)'],
    ['<UniqueBatchItemID type="ByteString" value=""/>', 'Unique Batch Item ID: empty (Byte String)'],
    ['<TimeStamp type="DateTime" value="2001-01-01T10:00:00+10:00"/>', 'Time Stamp: 2001-01-01T00:00:00Z (Date Time)'],
    ['<TimeStamp type="DateTime" value="0x000000ffffffffff"/>', 'Time Stamp: 0x000000ffffffffff (Date Time)'],
    ['<LeaseTime type="Interval" value="27"/>', 'Lease Time: 27 s (Interval)'],
    ['<TimeStamp type="DateTimeExtended" value="-1"/>', 'Time Stamp: 1969-12-31T23:59:59.999999Z (Date Time Extended)'],
    [
      '<TimeStamp type="DateTimeExtended" value="9223372036854775807"/>',
      'Time Stamp: 9223372036854775807 (Date Time Extended)',
    ],
    ['<TTLV tag="0x540001" type="Integer" value="1"/>', '0x540001: 1 (Integer)'],
  ];
  for (const [xml, line] of forms) t.equal(text(xml), `${line}\n`, xml);
});

t.test(
  'what a structure holds is indented below it, and an Attribute Value is named by its Attribute Name',
  async t => {
    t.equal(
      text(`<Attributes><Attribute><AttributeName type="TextString" value="State"/>
      <AttributeValue type="Enumeration" value="PreActive"/></Attribute><ProtocolVersion/></Attributes>`),
      `Attributes
  Attribute
    Attribute Name: "State" (Text String)
    Attribute Value: Pre-Active (Enumeration)
  Protocol Version
`,
    );
  },
);

t.test('no text can forge a line or steer a terminal', async t => {
  const value = 'a\n  Operation: Get\u001b[2J\u009b\u202e\u2028\r\t';
  t.equal(
    encodeItemText({ tag: Tag.NameValue, type: ItemType.TextString, value }),
    'Name Value: "a\\n  Operation: Get\\u{1b}[2J\\u{9b}\\u{202e}\\u{2028}\\u{d}\\t" (Text String)\n',
  );
});

t.test('secrets are hidden, names and numbers of objects are not', async t => {
  const key = '<Key type="ByteString" value="00112233445566778899aabbccddeeff"/>';
  t.equal(text(`<KeyMaterial>${key}</KeyMaterial>`), 'Key Material\n  Key: <16 bytes hidden> (Byte String)\n');
  t.match(shown(key), 'Key: 00112233445566778899aabbccddeeff (');
  t.equal(text('<D type="BigInteger" value="0102030405060708"/>'), 'D: <8 bytes hidden> (Big Integer)\n');
  t.equal(text('<Password type="TextString" value="tiger"/>'), 'Password: <hidden> (Text String)\n');
  t.match(text('<Username type="TextString" value="scott"/>'), 'scott');
  t.match(text('<KeyMaterial><RecommendedCurve type="Enumeration" value="P_256"/></KeyMaterial>'), 'P-256');
  t.notMatch(text('<KeyMaterial><UniqueBatchItemID type="ByteString" value="c0ff"/></KeyMaterial>'), 'c0ff');
  t.notMatch(text('<KeyMaterial><BatchCount type="Integer" value="4711"/></KeyMaterial>'), '4711', 'whatever it is');
  t.notMatch(text('<KeyMaterial type="TextString" value="c0ffee"/>'), 'c0ffee', 'whatever its type');
  t.notMatch(text('<TTLV tag="0x540001" type="ByteString" value="c0ffee"/>'), 'c0ffee', "a vendor's item");
});

t.test('a canary in place of every secret of every sample is in no form of the message', async t => {
  let canaries = 0;
  for (const { title, bytes } of sampleMessages()) {
    const { item, count } = withCanary(decodeItem(bytes));
    canaries += count;
    const hidden = hiddenValues(item);
    const forms = [encodeItemText(item), encodeItemXml(item, hidden), encodeItemJson(item, hidden)];
    for (const spelling of spellings)
      if (forms.some(form => form.toLowerCase().includes(spelling))) t.fail(`${title}: ${spelling}`);
    if (count > 0 && !spellings.some(spelling => encodeItemText(item, nothingHidden).includes(spelling)))
      t.fail(`${title}: the canary is not there to be found`);
  }
  t.ok(canaries > 900, `${canaries} canaries`);
});

t.test('no error of a form that is read has a secret in it', async t => {
  const hex = CANARY.toString('hex');
  const broken: TtlvItem[] = [];
  for (const type of [
    'ByteString',
    'BigInteger',
    'Integer',
    'Enumeration',
    'Boolean',
    'DateTime',
    'Interval',
    'LongInteger',
  ]) {
    for (const tag of ['KeyMaterial', 'Key', 'D', 'Password', 'Data', 'TicketValue']) {
      for (const value of [`${hex}0`, `${hex}zz`]) {
        const documents = [
          () => broken.push(decodeItemXml(`<${tag} type="${type}" value="${value}"/>`)),
          () => broken.push(decodeItemJson(JSON.stringify({ tag, type, value }))),
        ];
        for (const read of documents) {
          const error = t.throws(read) as Error;
          if (spellings.some(spelling => error.message.toLowerCase().includes(spelling))) t.fail(error.message);
        }
      }
    }
  }
  t.throws(() => decodeItemXml(`<KeyMaterial>${hex}</KeyMaterial>`), { message: 'KeyMaterial: text between items' });
});
