export {
  type Action,
  type AdministrativeActionName,
  allActions,
  type OperationName,
  type Severity,
} from './actions.ts';
export { holdsAddress } from './addresses.ts';
export { type Cause, causeOfReason, causeRow } from './causes.ts';
export * from './delivery/index.ts';
export { describeRequest, describeResponse, type Payload } from './describe.ts';
export { type AuditEvent, buildAdministrativeEvent, buildEvent } from './event.ts';
export { CSV_HEAD, type EventFormat, eventFormats, type Formatter, formatterOf } from './formats/index.ts';
export { type ServiceIdentity, serviceIdentity } from './identity.ts';
export { type KeepOptions, toKept, type Violation } from './log.ts';
export type { AdministrativeOccurrence, Occurrence, Outcome } from './occurrence.ts';
export { type PlainObject, toPlain } from './plain.ts';
export { redactText } from './redact.ts';
export { type ServiceOccurrence, serviceEvent } from './service-event.ts';
export { validateEvent } from './schema.ts';
export { visible } from './text.ts';
