import { createHash } from 'node:crypto';
import { canonicalJson } from '../chain/index.ts';
import type { KeptEvent } from '../store/index.ts';
import { actionNamed } from './actions.ts';
import { causeRow } from './causes.ts';
import type { AuditEvent } from './event.ts';
import { crnPrefix, defaultServiceIdentity } from './identity.ts';
import { redactText } from './redact.ts';
import { validateEvent } from './schema.ts';

/** An event that broke the schema: a fault of ours. */
export interface Violation {
  /** Id of the event as it was built. */
  readonly id: string;
  readonly action: string;
  /** Path and rule, without values. */
  readonly problem: string;
}

export interface KeepOptions {
  /** Moment of the event to the millisecond; by default that of `eventTime`, which has hundredths. */
  readonly time?: Date;
  /** Told of a violation; the event is then kept in its minimal form. Without it a violation throws a TypeError. */
  readonly onViolation?: (violation: Violation) => void;
}

/** The event as the store keeps it. It is valid by the schema, always; see `minimalForm` for one that was not. */
export function toKept(event: AuditEvent, options: KeepOptions = {}): KeptEvent {
  const problem = validateEvent(event);
  if (problem === undefined) return keptFrom(event, options.time);
  const { onViolation } = options;
  if (!onViolation) throw new TypeError(`event ${event.id} of ${event.action} is not valid: ${problem}`);
  onViolation({ id: event.id, action: event.action, problem });
  return keptFrom(minimalForm(event, problem), options.time);
}

function keptFrom(event: AuditEvent, time: Date | undefined): KeptEvent {
  const vault = event.requestData?.['vault'];
  return {
    id: event.id,
    time: time ?? new Date(`${event.eventTime.slice(0, 22)}Z`),
    action: event.action,
    outcome: event.outcome,
    severity: event.severity,
    initiator: event.initiator.id,
    target: event.target.id.slice(event.target.id.lastIndexOf(':') + 1),
    vault: typeof vault === 'string' ? vault : '',
    correlationId: event.correlationId,
    json: canonicalJson(event),
  };
}

/**
 * As much of an invalid event as is valid, rather than losing it: first without its payloads; if that is not enough, part
 * after part on a frame that is valid by construction. What was recorded instead of what stands in requestData.
 */
function minimalForm(event: AuditEvent, problem: string): AuditEvent {
  const frame = frameFor(event, problem);
  const { requestData, responseData } = frame;
  const withoutPayloads = { ...event, id: frame.id, requestData, responseData };
  const requestURI = event.requestData?.['requestURI'];
  if (typeof requestURI === 'string') withoutPayloads.requestData = { ...requestData, requestURI };
  if (validateEvent(withoutPayloads) === undefined) return withoutPayloads;

  let kept = frame;
  for (const part of ['initiator', 'target', 'eventTime', 'correlationId', 'logSourceCRN'] as const) {
    const candidate = { ...kept, [part]: event[part] };
    if (validateEvent(candidate) === undefined) kept = candidate;
  }
  return kept;
}

/** A valid event of a refusal that says which event could not be recorded and why. */
function frameFor(event: AuditEvent, problem: string): AuditEvent {
  const action = actionNamed('hs-crypto.kmip-key.default');
  const { code, reasonType } = causeRow('server error');
  const crn = crnPrefix(defaultServiceIdentity);
  const shown = (value: unknown) => redactText(String(value), 256);
  return {
    id: UUID.test(event.id) ? event.id : uuidFrom(String(event.id)),
    typeURI: 'http://schemas.dmtf.org/cloud/audit/1.0/event',
    eventType: 'activity',
    eventTime: '1970-01-01T00:00:00.00+0000',
    action: action.name,
    outcome: 'failure',
    severity: 'critical',
    message: `${defaultServiceIdentity.serviceName}: ${action.verb} ${action.object}: an event of ${shown(event.action)} was not valid by its schema -failure`,
    initiator: { id: 'CertificateID-none', typeURI: 'service/security/client/certificateid' },
    target: { id: `${crn}${action.resourceType}:`, name: '', typeURI: action.targetTypeUri },
    observer: { name: 'ActivityTracker' },
    reason: { reasonCode: code, reasonType, reasonForFailure: `Recorded in minimal form: ${redactText(problem, 512)}` },
    requestData: {
      requestURI: '/kmip',
      instanceID: defaultServiceIdentity.instanceId,
      schemaViolation: redactText(problem, 512),
      recordedId: shown(event.id),
      recordedAction: shown(event.action),
      recordedOutcome: shown(event.outcome),
      recordedInitiator: shown(event.initiator?.id),
      recordedTarget: shown(event.target?.id),
    },
    responseData: {},
    dataEvent: true,
    saveServiceCopy: true,
    correlationId: UUID.test(event.correlationId) ? event.correlationId : uuidFrom(String(event.id)),
    logSourceCRN: `${crn}:`,
  };
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** A UUID that depends on the text only (version 8, RFC 9562 §5.8). */
function uuidFrom(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
