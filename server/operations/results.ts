import type { Cause } from '../audit/index.ts';
import { registry, type Version, V2_0, ResultReason } from '../../kmip-codec/index.ts';

/** A Result Reason by the specification's name, in the newest vocabulary: 'Wrong Key Lifecycle State'. */
export type ResultReasonName = (typeof registry.ResultReason.values)[keyof typeof registry.ResultReason.values][1];

export interface FailureOptions {
  /** What clients before 2.0 are told, where the table below is not right for this operation. */
  readonly before2?: ResultReasonName;
  /** What the auditor is told, where it is more than the Result Reason says: another vault's object is 'forbidden'. */
  readonly cause?: Cause;
  /** The Result Reason that the auditor is told in the message, where the client was given another. */
  readonly auditReason?: ResultReasonName;
  /** The detail for the auditor, where it differs from the message to the client. */
  readonly auditDetail?: string;
}

/** One batch item failed in a way that the specification foresees. The message goes to the client. */
export class OperationFailure extends Error {
  override readonly name = 'OperationFailure';
  readonly reason: ResultReasonName;
  readonly options: FailureOptions;
  constructor(reason: ResultReasonName, message: string, options: FailureOptions = {}) {
    super(message);
    this.reason = reason;
    this.options = options;
  }
}

/** What older clients know instead of a Result Reason that came with 2.0. */
const before2: ReadonlyMap<ResultReasonName, ResultReasonName> = new Map<ResultReasonName, ResultReasonName>([
  ['Object Not Found', 'Item Not Found'],
  ['Object Destroyed', 'Permission Denied'],
  ['Wrong Key Lifecycle State', 'Permission Denied'],
  ['Wrapping Object Not Found', 'Item Not Found'],
  ['Wrapping Object Archived', 'Object Archived'],
  ['Wrapping Object Destroyed', 'Item Not Found'],
  ['Attribute Not Found', 'Item Not Found'],
  ['Attribute Instance Not Found', 'Item Not Found'],
  ['Attribute Read Only', 'Permission Denied'],
  ['Read Only Attribute', 'Permission Denied'],
  ['Attribute Single Valued', 'Illegal Operation'],
  ['Multi Valued Attribute', 'Illegal Operation'],
  ['Unsupported Attribute', 'Invalid Field'],
  ['Invalid Attribute', 'Invalid Field'],
  ['Invalid Attribute Value', 'Invalid Field'],
  ['Invalid Object Type', 'Invalid Field'],
  ['Illegal Object Type', 'Illegal Operation'],
  ['Non Unique Name Attribute', 'Invalid Field'],
  ['Incompatible Cryptographic Usage Mask', 'Permission Denied'],
  ['Usage Limit Exceeded', 'Permission Denied'],
  ['Invalid Asynchronous Correlation Value', 'Item Not Found'],
  ['Unsupported Cryptographic Parameters', 'Invalid Field'],
  ['Bad Cryptographic Parameters', 'Invalid Field'],
  ['Key Wrap Type Not Supported', 'Feature Not Supported'],
  ['Server Limit Exceeded', 'Index Out of Bounds'],
  ['Unsupported Protocol Version', 'Invalid Message'],
  ['Unknown Message Extension', 'Feature Not Supported'],
  ['Unknown Tag', 'Invalid Message'],
  ['Unknown Enumeration', 'Invalid Message'],
  ['Codec Error', 'Invalid Message'],
  ['Not Authorised', 'Permission Denied'],
  ['Internal Server Error', 'General Failure'],
]);

const numbers: ReadonlyMap<string, number> = new Map(
  Object.values(registry.ResultReason.values).map(([value, name]) => [name, value]),
);

/** The Result Reason that a client of this version is given: the name and its number. */
export function reasonFor(
  failure: { reason: ResultReasonName; options: FailureOptions },
  version: Version,
): { name: string; value: number } {
  let name = failure.reason;
  if (version < V2_0) name = failure.options.before2 ?? before2.get(name) ?? name;
  let value = numbers.get(name)!;
  if (!ResultReason.names.isKnownIn(value, version)) {
    // A reason of a later 1.x than the client's, such as Sensitive (1.4): the nearest that every version has.
    name = 'Permission Denied';
    value = numbers.get(name)!;
  }
  return { name, value };
}
