import t from 'tap';
import { decodeItem, encodeItem } from '../../../kmip-codec/encodings/item-binary.ts';
import { decodeItemJson, encodeItemJson } from '../../../kmip-codec/encodings/item-json.ts';
import { encodeItemText } from '../../../kmip-codec/encodings/item-text.ts';
import { decodeItemXml, encodeItemXml } from '../../../kmip-codec/encodings/item-xml.ts';
import type { TtlvItem } from '../../../kmip-codec/encodings/ttlv-item.ts';
import { CodecError } from '../../../kmip-codec/error.ts';
import { type Random, randomOf } from '../damage.ts';
import { sampleMessages } from '../samples.ts';
import { spellings, withCanary } from './canary.ts';

const count = Number(process.env['KMIP_FUZZ_COUNT'] ?? 20_000) / 4;
const seed = Number(process.env['KMIP_FUZZ_SEED'] ?? Math.floor(Math.random() * 0x7fffffff));

const PIECES = [
  '',
  '<',
  '>',
  '/>',
  '&',
  '&#x',
  ';',
  '"',
  '\\',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '0x',
  '-',
  '\u0000',
  '\ud800',
  'é',
  '|',
];

/** The document with one character changed, or one to three pieces taken out, doubled or put in. */
function damagedText(document: string, random: Random): string {
  if (random(2)) {
    const at = random(document.length);
    return `${document.slice(0, at)}${random(16).toString(16)}${document.slice(at + 1)}`;
  }
  let text = document;
  for (let times = 1 + random(3); times > 0; times--) {
    const at = random(text.length);
    const next = at + random(random(2) ? 4 : 200);
    const piece = random(2) ? PIECES[random(PIECES.length)]! : text.slice(random(text.length)).slice(0, random(40));
    text = text.slice(0, at) + piece + text.slice(random(3) ? next : at);
  }
  return text;
}

const forms: [string, (item: TtlvItem) => string, (document: string) => TtlvItem][] = [
  ['XML', item => encodeItemXml(item), document => decodeItemXml(document)],
  ['JSON', item => encodeItemJson(item), decodeItemJson],
];

for (const [form, encode, decode] of forms) {
  t.test(`a damaged ${form} document gives an item, or a CodecError with its place that shows no secret`, async t => {
    t.comment(`seed ${seed}: repeat with KMIP_FUZZ_SEED=${seed}`);
    const documents = sampleMessages().map(({ bytes }) => encode(withCanary(decodeItem(bytes)).item));
    const random = randomOf(seed);
    const outcomes = { item: 0, refused: 0 };
    for (let i = 0; i < count; i++) {
      const document = damagedText(documents[random(documents.length)]!, random);
      try {
        outcomes[judge(document)]++;
      } catch (error) {
        t.fail(`document ${i} of seed ${seed}: ${String(error)}`);
        break;
      }
    }
    t.comment(`${outcomes.item} items, ${outcomes.refused} refused`);
    t.ok(Math.min(outcomes.item, outcomes.refused) > count / 100, 'the damage is neither too great nor too small');
  });

  function judge(document: string): 'item' | 'refused' {
    let item: TtlvItem;
    try {
      item = decode(document);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      if (error.offset === undefined) throw new Error(`no place: ${error.message}`, { cause: error });
      const said = error.message.toLowerCase();
      if (spellings.some(spelling => said.includes(spelling)))
        throw new Error(`a secret is shown: ${error.message}`, { cause: error });
      return 'refused';
    }
    encodeItemText(item);
    if (!encodeItem(decode(encode(item))).equals(encodeItem(item))) throw new Error('it comes back as something else');
    return 'item';
  }
}
