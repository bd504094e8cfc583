import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import {
  CodecError,
  decodeItem,
  decodeItemJson,
  decodeItemXml,
  decodeRequest,
  decodeResponse,
  encodeItem,
  encodeItemJson,
  encodeItemXml,
  encodeRequest,
  encodeResponse,
  isKnownOperation,
  ItemType,
  Operation,
  parseXml,
  readItemXml,
  Tag,
  tagName,
  type TtlvItem,
} from '../../kmip-codec/index.ts';
import { sampleMessages } from './samples.ts';

type Way = 'request' | 'response';

/** XML -> item -> message -> TTLV -> message -> JSON -> message -> XML -> item. Throws CodecError, also for a payload that is wrong. */
function roundTrip(xml: string, way: Way): TtlvItem {
  const fromXml = again(encodeItem(decodeItemXml(xml)), way);
  const fromTtlv = again(fromXml, way);
  const fromJson = again(encodeItem(decodeItemJson(encodeItemJson(decodeItem(fromTtlv)))), way);
  return decodeItemXml(encodeItemXml(decodeItem(fromJson)));
}

/** Bytes -> message -> bytes. */
function again(bytes: Uint8Array, way: Way): Buffer {
  if (way === 'request') {
    const { version, message } = decodeRequest(bytes);
    for (const { requestPayload } of message.batchItems ?? [])
      if (requestPayload instanceof CodecError) throw requestPayload;
    return encodeRequest(message, version);
  }
  const { version, message } = decodeResponse(bytes);
  for (const { responsePayload } of message.batchItems ?? [])
    if (responsePayload instanceof CodecError) throw responsePayload;
  return encodeResponse(message, version);
}

/** 'same', or what became of the message. */
function outcomeOf(item: TtlvItem, way: Way): string {
  try {
    return difference(item, roundTrip(encodeItemXml(item), way)) ?? 'same';
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    return error.message;
  }
}

/** Where two items first differ; undefined when they are the same. */
function difference(a: TtlvItem, b: TtlvItem, path = tagName(a.tag)): string | undefined {
  if (a.type !== ItemType.Structure || b.type !== ItemType.Structure) {
    return encodeItem(a).equals(encodeItem(b)) ? undefined : `${path}: another item came back`;
  }
  if (a.tag !== b.tag) return `${path}: ${tagName(b.tag)} came back`;
  for (const [index, one] of a.value.entries()) {
    const other = b.value[index];
    const name = `${path}.${tagName(one.tag)}`;
    const found = other === undefined ? `${name}: got lost` : difference(one, other, name);
    if (found !== undefined) return found;
  }
  const added = b.value[a.value.length];
  return added && `${path}: ${tagName(added.tag)} was added`;
}

t.test('every sample: XML to message to TTLV to message to JSON to message to XML', async t => {
  const samples = sampleMessages();
  for (const { title, way, bytes } of samples) {
    const outcome = outcomeOf(decodeItem(bytes), way);
    if (outcome !== 'same') t.fail(`${title}: ${outcome}`);
  }
  t.ok(samples.length > 300, `${samples.length} messages`);
});

t.test('every message of the OASIS test cases comes back equal, in all three encodings', async t => {
  const folder = process.env['KMIP_TESTCASES'];
  if (folder === undefined) return t.comment('left out: KMIP_TESTCASES does not say where the test cases are');
  let messages = 0;
  const slips = new Map(slipsOfTheCases);
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!file.endsWith('.xml')) continue;
    let operations: number[] = [];
    let position = 0;
    for (const node of parseXml(readFileSync(join(folder, file), 'utf8')).children) {
      if (node.kind !== 'element') continue;
      const item = readItemXml(node, { collapseSpaces: true, substitute });
      const way = item.tag === Tag.RequestMessage ? 'request' : 'response';
      if (way === 'request') operations = operationsOf(item);
      const title = `${file} message ${position++}`;
      messages++;
      if (!operations.every(isKnownOperation)) t.fail(`${title}: an operation that we do not know`);
      const outcome = outcomeOf(item, way);
      if (outcome === slips.get(title)) slips.delete(title);
      else if (outcome !== 'same') t.fail(`${title}: ${outcome}`);
    }
  }
  t.same([...slips], [], 'each message that is in error is there, and is refused for its own reason');
  t.ok(messages > 4000, `${messages} messages, ${slipsOfTheCases.size} of them in error`);
});

/** Messages that contradict themselves, and what is found wrong. */
const slipsOfTheCases: ReadonlyMap<string, string> = new Map([
  [
    // Its header says 1.0, and a Digest has a Key Format Type since 1.1.
    'v1.2/TC_NP_2_12_Notify_Put.xml message 2',
    'batchItems[0].requestPayload.attributes[6].Digest: unexpected KeyFormatType',
  ],
]);

t.test('the comparison finds what got lost, was added or is another', async t => {
  const item = (xml: string) => decodeItemXml(xml);
  const one = item('<BatchItem><Operation type="Enumeration" value="Get"/><RequestPayload/></BatchItem>');
  const others: [xml: string, found: string][] = [
    ['<BatchItem><Operation type="Enumeration" value="Get"/></BatchItem>', 'BatchItem.RequestPayload: got lost'],
    [
      '<BatchItem><Operation type="Enumeration" value="Poll"/><RequestPayload/></BatchItem>',
      'BatchItem.Operation: another item came back',
    ],
    [
      '<BatchItem><Operation type="Enumeration" value="Get"/><ResponsePayload/></BatchItem>',
      'BatchItem.RequestPayload: ResponsePayload came back',
    ],
    [
      '<BatchItem><Operation type="Enumeration" value="Get"/><RequestPayload/><X type="Integer" value="1"/></BatchItem>',
      'BatchItem: X was added',
    ],
  ];
  for (const [xml, found] of others) t.equal(difference(one, item(xml)), found);
  t.equal(difference(one, one), undefined);
});

const operationsOf = (message: TtlvItem): number[] =>
  message.type !== ItemType.Structure
    ? []
    : message.value
        .filter(item => item.tag === Tag.BatchItem)
        .map(item => {
          const operation =
            item.type === ItemType.Structure ? item.value.find(one => one.tag === Tag.Operation) : undefined;
          return operation?.type === ItemType.Enumeration ? operation.value : Operation.Poll;
        });

/** Something of the right type in the place of a variable; text stays as it is, times keep their distance to now. */
function substitute(text: string, tag: number, type: ItemType): TtlvItem | undefined {
  if (!/^\$[A-Z]/.test(text)) return undefined;
  switch (type) {
    case ItemType.DateTime: {
      const seconds = Number(/^\$NOW([-+]\d+)$/.exec(text.replaceAll(' ', ''))?.[1] ?? 0);
      return { tag, type, value: new Date((1_500_000_000 + seconds) * 1000) };
    }
    case ItemType.ByteString:
      return { tag, type, value: Buffer.from(text) };
    case ItemType.Integer:
    case ItemType.Enumeration:
    case ItemType.Interval:
      return { tag, type, value: 1 };
    case ItemType.TextString:
      return { tag, type, value: text };
    default:
      throw new Error(`no value for ${text} in ${tagName(tag)}`);
  }
}
