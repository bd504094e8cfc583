export {
  type Action,
  actionNamed,
  actionOf,
  type AdministrativeActionName,
  allActions,
  type KmipActionName,
  type OperationName,
  operationNames,
  type Severity,
} from './actions.ts';
export { holdsAddress, REDACTED, redactAddresses } from './addresses.ts';
export { allCauses, type Cause, causeOfReason, causeRow, severityOfFailure } from './causes.ts';
export * from './delivery/index.ts';
export { describeRequest, describeResponse, LOCATED_SHOWN_MAX, type Payload } from './describe.ts';
export { type AuditEvent, buildAdministrativeEvent, buildEvent, EVENT_BYTES_MAX } from './event.ts';
export { defaultServiceIdentity, type ServiceIdentity, serviceIdentity } from './identity.ts';
export { type KeepOptions, toKept, type Violation } from './log.ts';
export type { AdministrativeOccurrence, Occurrence, Outcome } from './occurrence.ts';
export { type Plain, plainBytes, type PlainObject, toPlain } from './plain.ts';
export { redact, redactText } from './redact.ts';
export { validateEvent } from './schema.ts';
export { visible } from './text.ts';
