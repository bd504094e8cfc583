import { registry, Tag, type TtlvItem, V2_0, type Version } from '../../kmip-codec/index.ts';
import { attributesIn } from './attribute-items.ts';
import { type Identity, NoAnswer, type Target } from './channel.ts';
import { child, children, text } from './items.ts';
import { enumerationItem, integerItem, requestMessage, structure, textItem } from './requests.ts';
import { operationName, type TestCase } from './test-case.ts';
import { readWithVariables } from './variables.ts';
import { openChannel, type Way } from './ways.ts';

/**
 * The Object Groups in which a case looks for a member before anybody has put one there: it takes for granted that the
 * server has fresh objects in them.
 */
export function groupsAssumed(testCase: TestCase): string[] {
  const filled = new Set<string>();
  const assumed = new Set<string>();
  for (const { request } of testCase.exchanges) {
    for (const item of children(readWithVariables(request).tree).filter(({ tag }) => tag === Tag.BatchItem)) {
      const payload = child(item, Tag.RequestPayload);
      const groups = payload ? groupsIn(payload) : [];
      const isSearch = operationName(child(item, Tag.Operation)) === 'Locate';
      if (!isSearch) for (const group of groups) filled.add(group);
      else if (child(payload, Tag.ObjectGroupMember))
        for (const group of groups) if (!filled.has(group)) assumed.add(group);
    }
  }
  return [...assumed];
}

const groupsIn = (payload: TtlvItem): string[] =>
  attributesIn(payload).flatMap(({ name, value }) => (name === 'Object Group' ? [text(value) ?? ''] : []));

/** Makes a key in each group. What the server refuses shows when the case is played. */
export async function fillGroups(
  groups: readonly string[],
  { target, identityOf, version, way }: { target: Target; identityOf: () => Identity; version: Version; way: Way },
): Promise<void> {
  if (groups.length === 0) return;
  const channel = openChannel(way, target, identityOf());
  try {
    for (const group of groups) await channel.exchange(createIn(group, version));
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
  } finally {
    channel.close();
  }
}

function createIn(group: string, version: Version): TtlvItem {
  const { Encrypt, Decrypt } = registry.CryptographicUsageMask.values;
  const values: [name: string, tag: number, make: (tag: number) => TtlvItem][] = [
    [
      'Cryptographic Algorithm',
      Tag.CryptographicAlgorithm,
      tag => enumerationItem(tag, registry.CryptographicAlgorithm.values.AES[0]),
    ],
    ['Cryptographic Length', Tag.CryptographicLength, tag => integerItem(tag, 256)],
    ['Cryptographic Usage Mask', Tag.CryptographicUsageMask, tag => integerItem(tag, Encrypt[0] | Decrypt[0])],
    ['Object Group', Tag.ObjectGroup, tag => textItem(tag, group)],
  ];
  const attributes =
    version >= V2_0
      ? structure(Tag.Attributes, ...values.map(([, tag, make]) => make(tag)))
      : structure(
          Tag.TemplateAttribute,
          ...values.map(([name, , make]) =>
            structure(Tag.Attribute, textItem(Tag.AttributeName, name), make(Tag.AttributeValue)),
          ),
        );
  const objectType = enumerationItem(Tag.ObjectType, registry.ObjectType.values.SymmetricKey[0]);
  return requestMessage(version, registry.Operation.values.Create[0], [objectType, attributes]);
}
