import t from 'tap';
import { Operation } from '../../../kmip-codec/registry/enumerations.ts';
import {
  enumerationFor,
  findTag,
  findTagByName,
  findTagByXmlName,
  maskFor,
  parseTag,
} from '../../../kmip-codec/registry/lookup.ts';
import { Tag, tagRows } from '../../../kmip-codec/registry/tags.ts';

t.test('every tag is found by number, name and XML name', async t => {
  for (const row of tagRows) {
    const [tag, name, xmlName] = row;
    if (findTag(tag) !== row || findTagByXmlName(xmlName) !== row || findTagByName(name)?.[0] !== tag) t.fail(name);
  }
  t.equal(findTag(0x540001), undefined);
  t.equal(findTagByName('toString'), undefined);
});

t.test('every table of values that a tag names exists', async t => {
  for (const [tag, name, , , , types, values] of tagRows) {
    if (values === undefined) continue;
    const isKnown = enumerationFor(tag) !== undefined || maskFor(tag) !== undefined;
    if (!isKnown) t.fail(`${name} (${types.join(', ')}): ${values}`);
  }
  t.equal(enumerationFor(Tag.Operation)?.value('Create'), Operation.values.Create[0]);
  t.equal(enumerationFor(Tag.CryptographicUsageMask), undefined);
  t.equal(maskFor(Tag.CryptographicUsageMask)?.xmlName(4), 'Encrypt');
  t.equal(enumerationFor(0x540001), undefined);
});

t.test('former spellings are read, the present one is written', async t => {
  const masks = maskFor(Tag.CryptographicUsageMask);
  const bit = masks?.value('ContentCommitment') ?? 0;
  t.equal(masks?.xmlName(bit), 'ContentCommitmentNonRepudiation');
});

t.test('an Attribute Reference names a tag (2.1 §5.5)', async t => {
  t.equal(enumerationFor(Tag.AttributeReference)?.value('ActivationDate'), Tag.ActivationDate);
});

t.test('a tag is written by its XML name or as six hex digits', async t => {
  t.equal(parseTag('BatchItem'), Tag.BatchItem);
  t.equal(parseTag('0x540001'), 0x540001);
  t.equal(parseTag('0x5400'), undefined);
  t.equal(parseTag('Batch Item'), undefined);
});
