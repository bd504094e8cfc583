import { registry, Tag, type TtlvItem } from '../../kmip-codec/index.ts';
import { child, children, enumeration, text } from './items.ts';
import { operationName } from './test-case.ts';

export interface Sent {
  readonly request: TtlvItem;
  readonly response: TtlvItem;
}

/** A refusal of what only helps those who test: a server without it can pass all the same. */
export function isUnsupportedAid({ request, response }: Sent): boolean {
  const items = (message: TtlvItem) => children(message).filter(each => each.tag === Tag.BatchItem);
  const notSupported = registry.ResultReason.values.OperationNotSupported[0];
  return (
    items(request).every(item => AIDS.has(operationName(child(item, Tag.Operation)))) &&
    items(response).length > 0 &&
    items(response).every(item => enumeration(child(item, Tag.ResultReason)) === notSupported)
  );
}
const AIDS = new Set(['Interop', 'Log']);

/** Whether the answer to Poll is that the operation is still to be done: to be asked again (1.4 §4.28). */
export const isStillPending = ({ request, response }: Sent): boolean =>
  operationName(child(child(request, Tag.BatchItem), Tag.Operation)) === 'Poll' &&
  enumeration(child(child(response, Tag.BatchItem), Tag.ResultStatus)) ===
    registry.ResultStatus.values.OperationPending[0];

/** Operations whose response names a new object. */
const MAKING = new Set([
  'Create',
  'CreateKeyPair',
  'Register',
  'ReKey',
  'ReKeyKeyPair',
  'DeriveKey',
  'Certify',
  'ReCertify',
  'CreateSplitKey',
  'JoinSplitKey',
  'Import',
]);
/** Those among them whose object comes with the request. */
const GIVEN = new Set(['Register', 'Import']);
const IDENTIFIERS: ReadonlySet<number> = new Set([
  Tag.UniqueIdentifier,
  Tag.PrivateKeyUniqueIdentifier,
  Tag.PublicKeyUniqueIdentifier,
]);

/** The objects that a response names as made: by Register from what the client sent, by others from what the server chose. */
export function objectsMade(response: TtlvItem): [uniqueIdentifier: string, origin: 'generated' | 'registered'][] {
  return children(response)
    .filter(item => item.tag === Tag.BatchItem)
    .flatMap(item => {
      const operation = operationName(child(item, Tag.Operation));
      const isDone = enumeration(child(item, Tag.ResultStatus)) === registry.ResultStatus.values.Success[0];
      if (!isDone || !MAKING.has(operation)) return [];
      const origin = GIVEN.has(operation) ? 'registered' : 'generated';
      const identifiers = children(child(item, Tag.ResponsePayload)).filter(({ tag }) => IDENTIFIERS.has(tag));
      return identifiers.map(each => [text(each) ?? '', origin] as [string, typeof origin]);
    });
}

/** Result Messages of all batch items. */
export function resultMessages(response: TtlvItem): string {
  const items = children(response).filter(item => item.tag === Tag.BatchItem);
  return items.flatMap(item => text(child(item, Tag.ResultMessage)) ?? []).join('; ');
}
