import { ItemType, registry, Tag, type TtlvItem, type Version } from '../../kmip-codec/index.ts';
import { type Identity, NoAnswer, type Target } from './channel.ts';
import { openChannel, type Way } from './ways.ts';
import { child, children, enumeration } from './items.ts';

/**
 * Takes away what a case has made, so that the next one starts as it expects to: Destroy, and where that is refused first
 * Revoke, since an active key cannot be destroyed (1.4 §4.21). What still stays, stays: a server may have reasons of its own.
 */
export async function cleanUp(
  uniqueIdentifiers: Iterable<string>,
  target: Target,
  identity: Identity,
  version: Version,
  way: Way,
): Promise<void> {
  const connection = openChannel(way, target, identity);
  const perform = async (operation: number, fields: TtlvItem[]) =>
    isSuccess(await connection.exchange(requestMessage(version, operation, fields)));
  try {
    for (const each of uniqueIdentifiers) {
      const uniqueIdentifier: TtlvItem = { tag: Tag.UniqueIdentifier, type: ItemType.TextString, value: each };
      if (await perform(Operation.Destroy[0], [uniqueIdentifier])) continue;
      await perform(Operation.Revoke[0], [uniqueIdentifier, cessation]);
      await perform(Operation.Destroy[0], [uniqueIdentifier]);
    }
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
  } finally {
    connection.close();
  }
}

const Operation = registry.Operation.values;

const structure = (tag: number, ...value: TtlvItem[]): TtlvItem => ({ tag, type: ItemType.Structure, value });
const integerItem = (tag: number, value: number): TtlvItem => ({ tag, type: ItemType.Integer, value });
const enumerationItem = (tag: number, value: number): TtlvItem => ({ tag, type: ItemType.Enumeration, value });

const cessation = structure(
  Tag.RevocationReason,
  enumerationItem(Tag.RevocationReasonCode, registry.RevocationReasonCode.values.CessationOfOperation[0]),
);

const requestMessage = (version: Version, operation: number, fields: TtlvItem[]): TtlvItem =>
  structure(
    Tag.RequestMessage,
    structure(
      Tag.RequestHeader,
      structure(
        Tag.ProtocolVersion,
        integerItem(Tag.ProtocolVersionMajor, version >> 8),
        integerItem(Tag.ProtocolVersionMinor, version & 255),
      ),
      integerItem(Tag.BatchCount, 1),
    ),
    structure(Tag.BatchItem, enumerationItem(Tag.Operation, operation), structure(Tag.RequestPayload, ...fields)),
  );

function isSuccess(response: TtlvItem): boolean {
  const item = children(response).find(each => each.tag === Tag.BatchItem);
  return enumeration(child(item, Tag.ResultStatus)) === registry.ResultStatus.values.Success[0];
}
