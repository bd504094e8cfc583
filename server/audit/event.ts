import { type Action, actionNamed, actionOf, type OperationName, type Severity } from './actions.ts';
import { causeRow, severityOfFailure } from './causes.ts';
import { crnPrefix, type ServiceIdentity } from './identity.ts';
import type { AdministrativeOccurrence, Occurrence, Outcome } from './occurrence.ts';
import type { PlainObject } from './plain.ts';
import { type Extent, FULL_EXTENT, redact, redactText } from './redact.ts';

/** One audit event, as `event.schema.json` says. */
export interface AuditEvent {
  readonly id: string;
  readonly typeURI: 'http://schemas.dmtf.org/cloud/audit/1.0/event';
  readonly eventType: 'activity';
  readonly eventTime: string;
  readonly action: string;
  readonly outcome: 'success' | 'failure';
  readonly severity: Severity;
  readonly message: string;
  readonly initiator: EventInitiator;
  readonly target: { readonly id: string; readonly name: string; readonly typeURI: string };
  readonly observer: { readonly name: 'ActivityTracker' };
  readonly reason: { readonly reasonCode: number; readonly reasonType: string; readonly reasonForFailure?: string };
  readonly requestData: PlainObject;
  readonly responseData: PlainObject;
  readonly dataEvent: boolean;
  readonly saveServiceCopy: true;
  readonly correlationId: string;
  readonly logSourceCRN: string;
}

interface EventInitiator {
  readonly id: string;
  readonly name?: string;
  readonly typeURI: string;
  readonly credential?: { readonly type: 'certificate' | 'user' };
}

/** UTF-8 bytes that an event's JSON may have. Syslog and HTTP collectors take 16 KB as a whole. */
export const EVENT_BYTES_MAX = 16_384;

/** Extents to try in turn until the event is short enough; the last one always is. */
const EXTENTS: readonly Extent[] = [
  FULL_EXTENT,
  { charactersMax: 384, itemsMax: 48, depthMax: 8 },
  { charactersMax: 192, itemsMax: 16, depthMax: 5 },
  { charactersMax: 128, itemsMax: 12, depthMax: 2 },
  { charactersMax: 128, itemsMax: 6, depthMax: 1 },
];

/**
 * The event of an occurrence, at most EVENT_BYTES_MAX long. `undefined` when it makes none: nothing is done with an object
 * (Query, Discover Versions), or its action is an extension and those are off.
 */
export function buildEvent(occurrence: Occurrence, service: ServiceIdentity): AuditEvent | undefined {
  const { operation, outcome, version } = occurrence;
  // An operation that is not supported, or a message without version, is refused before anything is done with an object.
  const isRefused = !outcome.ok && (outcome.resultReason === 'Operation Not Supported' || version === undefined);
  const action = actionOf(isRefused ? undefined : operation, service.extensions);
  if (!action) return undefined;
  const { uniqueIdentifier, targetName } = occurrence;
  return fitting(
    {
      id: occurrence.id,
      time: occurrence.time,
      action,
      outcome,
      requestUri: requestUriOf(version, operation),
      initiator: kmipInitiator(occurrence.initiator),
      resource: uniqueIdentifier ?? '',
      called: uniqueIdentifier ?? targetName ?? '',
      targetName: targetNameOf(occurrence),
      requestHeader: positionOf(occurrence),
      responseHeader: resultOf(outcome),
      requestData: occurrence.requestData,
      responseData: occurrence.responseData,
      correlationId: occurrence.correlationId,
    },
    service,
  );
}

/** The event of an administrative occurrence, at most EVENT_BYTES_MAX long. */
export function buildAdministrativeEvent(occurrence: AdministrativeOccurrence, service: ServiceIdentity): AuditEvent {
  const { command = '', destroysKey = false, outcome, target } = occurrence;
  const action = actionNamed(occurrence.action);
  const severity = destroysKey ? 'critical' : (occurrence.severity ?? action.severity);
  const { typeURI = 'service/security/account/user', ...initiator } = occurrence.initiator;
  return fitting(
    {
      ...occurrence,
      action: { ...action, severity },
      requestUri: occurrence.requestUri ?? `/cli/${command.trim().replaceAll(/\s+/g, '/')}`,
      initiator: {
        ...initiator,
        typeURI,
        ...(typeURI === 'service/security/account/user' && { credential: { type: 'user' } }),
        ...(typeURI === 'service/security/client/certificateid' && { credential: { type: 'certificate' } }),
      },
      resource: target.id,
      called: target.name,
      targetName: target.name,
      requestHeader: {},
      responseHeader: outcome.ok ? {} : { reasonForFailure: outcome.reasonForFailure },
    },
    service,
  );
}

/** What both kinds of occurrences come down to. Texts in it are not yet redacted. */
interface Parts {
  readonly id: string;
  readonly time: Date;
  readonly action: Action;
  readonly outcome: Outcome;
  readonly requestUri: string;
  readonly initiator: EventInitiator;
  /** Last segment of the target's CRN. */
  readonly resource: string;
  /** What the message calls the target. */
  readonly called: string;
  readonly targetName: string;
  readonly requestHeader: PlainObject;
  readonly responseHeader: PlainObject;
  readonly requestData: PlainObject;
  readonly responseData: PlainObject;
  readonly correlationId: string;
}

const NAME_CHARACTERS_MAX = 256;

function assemble(parts: Parts, service: ServiceIdentity, extent: Extent): AuditEvent {
  const { action, outcome, initiator } = parts;
  const name = (text: string) => redactText(text, Math.min(extent.charactersMax, NAME_CHARACTERS_MAX));
  const crn = crnPrefix(service);
  return {
    id: parts.id,
    typeURI: 'http://schemas.dmtf.org/cloud/audit/1.0/event',
    eventType: 'activity',
    eventTime: eventTimeOf(parts.time),
    action: action.name,
    outcome: outcome.ok ? 'success' : 'failure',
    severity: outcome.ok ? action.severity : severityOfFailure(action, outcome.cause),
    message: messageOf(action, outcome, name(parts.called), service, extent),
    initiator: {
      ...initiator,
      id: name(initiator.id),
      ...(initiator.name !== undefined && { name: name(initiator.name) }),
    },
    target: {
      id: `${crn}${action.resourceType}:${name(parts.resource)}`,
      name: name(parts.targetName),
      typeURI: action.targetTypeUri,
    },
    observer: { name: 'ActivityTracker' },
    reason: reasonOf(outcome, extent),
    requestData: payloadOf(parts.requestHeader, parts.requestData, extent, {
      requestURI: parts.requestUri,
      instanceID: service.instanceId,
    }),
    responseData: payloadOf(parts.responseHeader, parts.responseData, extent),
    dataEvent: action.isDataEvent,
    saveServiceCopy: true,
    correlationId: name(parts.correlationId),
    logSourceCRN: `${crn}:`,
  };
}

/** Ours first, and a member of the same name in the payload does not replace it. */
function payloadOf(header: PlainObject, data: PlainObject, extent: Extent, ours: PlainObject = {}): PlainObject {
  return { ...ours, ...redact({ ...header, ...data, ...header }, extent), ...ours };
}

/** `<Service>: <verb> <object> <name>[: detail (Result Reason) -failure]`. */
function messageOf(action: Action, outcome: Outcome, name: string, service: ServiceIdentity, extent: Extent): string {
  const what = `${service.serviceName}: ${action.verb} ${action.object}`;
  // A name must not make a success look like a failure.
  if (outcome.ok) return name === '' ? what : `${what} ${name.endsWith('-failure') ? `"${name}"` : name}`;
  const detail = redactText(outcome.detail || causeRow(outcome.cause).reasonType, extent.charactersMax);
  const given = outcome.realReason ?? outcome.resultReason;
  const reason = given === undefined ? '' : ` (${redactText(given, NAME_CHARACTERS_MAX)})`;
  return `${what}${name === '' ? '' : ` ${name}`}: ${detail}${reason} -failure`;
}

function reasonOf(outcome: Outcome, extent: Extent): AuditEvent['reason'] {
  if (outcome.ok) return { reasonCode: 200, reasonType: 'OK' };
  const { code, reasonType } = causeRow(outcome.cause);
  const text = outcome.reasonForFailure || outcome.detail || reasonType;
  return { reasonCode: code, reasonType, reasonForFailure: redactText(text, extent.charactersMax) };
}

/** Which vault was worked in, and which item of the message it was. */
function positionOf({ vault, batchItem, batchCount }: Occurrence): PlainObject {
  const position: { vault?: string; batchItem?: number; batchCount?: number } = {};
  if (vault !== undefined) position.vault = vault;
  if (batchItem !== undefined) position.batchItem = batchItem;
  if (batchCount !== undefined) position.batchCount = batchCount;
  return position;
}

function resultOf(outcome: Outcome): PlainObject {
  if (outcome.ok) return { resultStatus: 'Success' };
  const { resultReason, resultStatus = 'Operation Failed' } = outcome;
  return { resultStatus, ...(resultReason !== undefined && { resultReason }) };
}

/** Relative, without host. Only letters of the operation's XML name: the schema has no others there. */
function requestUriOf(version: string | undefined, operation: OperationName | undefined): string {
  if (version === undefined) return '/kmip';
  return operation === undefined ? `/kmip/${version}` : `/kmip/${version}/${operation.replaceAll(/[^A-Za-z]/g, '')}`;
}

function kmipInitiator({ id, name }: Occurrence['initiator']): EventInitiator {
  return {
    id,
    ...(name !== undefined && { name }),
    typeURI: 'service/security/client/certificateid',
    ...(id !== 'CertificateID-none' && { credential: { type: 'certificate' } }),
  };
}

/** What does not exist has no name, whatever the client called it. */
function targetNameOf({ outcome, targetName, uniqueIdentifier }: Occurrence): string {
  if (!outcome.ok && outcome.cause === 'not found') return '';
  return targetName ?? uniqueIdentifier ?? '';
}

/** UTC with two fraction digits, `2026-11-22T07:33:07.99+0000`. */
const eventTimeOf = (time: Date) => `${time.toISOString().slice(0, 22)}+0000`;

function fitting(parts: Parts, service: ServiceIdentity): AuditEvent {
  let event = assemble(parts, service, FULL_EXTENT);
  for (const extent of EXTENTS.slice(1)) {
    if (bytesAtMost(event) <= EVENT_BYTES_MAX || Buffer.byteLength(JSON.stringify(event)) <= EVENT_BYTES_MAX) break;
    event = assemble(parts, service, extent);
  }
  return event;
}

/** No fewer than the value's JSON has in UTF-8; to count them takes many times as long. Texts have no controls any more. */
function bytesAtMost(value: unknown): number {
  if (typeof value === 'string') return 3 * value.length + 3;
  if (typeof value !== 'object' || value === null) return 26;
  let sum = 2;
  for (const name in value) sum += 3 * name.length + 4 + bytesAtMost((value as Record<string, unknown>)[name]);
  return sum;
}
