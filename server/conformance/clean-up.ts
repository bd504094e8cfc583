import { registry, Tag, type TtlvItem, type Version } from '../../kmip-codec/index.ts';
import { type Identity, NoAnswer, type Target } from './channel.ts';
import { openChannel, type Way } from './ways.ts';
import { enumerationItem, isSuccess, requestMessage, structure, textItem } from './requests.ts';

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
      const uniqueIdentifier = textItem(Tag.UniqueIdentifier, each);
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

const cessation = structure(
  Tag.RevocationReason,
  enumerationItem(Tag.RevocationReasonCode, registry.RevocationReasonCode.values.CessationOfOperation[0]),
);
