import { hash } from 'node:crypto';
import { canonicalJson } from '../../chain/index.ts';
import type { DeliveredEvent } from '../delivery/index.ts';
import type { AuditEvent } from '../event.ts';
import type { ServiceIdentity } from '../identity.ts';
import { said, timeOf } from './said.ts';

/** Of the Open Cybersecurity Schema Framework; the first one with the profile record_integrity. */
const OCSF_VERSION = '1.9.0';
const CATEGORY = { category_uid: 6, category_name: 'Application Activity' };
const CLASS = { class_uid: 6003, class_name: 'API Activity' };

const SEVERITIES = {
  normal: { severity_id: 1, severity: 'Informational' },
  warning: { severity_id: 3, severity: 'Medium' },
  critical: { severity_id: 5, severity: 'Critical' },
} as const;

const ACTIVITIES = {
  create: { activity_id: 1, activity_name: 'Create' },
  read: { activity_id: 2, activity_name: 'Read' },
  update: { activity_id: 3, activity_name: 'Update' },
  delete: { activity_id: 4, activity_name: 'Delete' },
} as const;

/** What an action is, by its last part; `write` of the page means changed, and what is not here is activity 99. */
const ACTIVITY_OF: ReadonlyMap<string, keyof typeof ACTIVITIES> = new Map([
  ['create', 'create'],
  ['read', 'read'],
  ['retrieve', 'read'],
  ['list', 'read'],
  ['write', 'update'],
  ['set', 'update'],
  ['update', 'update'],
  ['activate', 'update'],
  ['revoke', 'update'],
  ['archive', 'update'],
  ['recover', 'update'],
  ['delete', 'delete'],
  ['destroy', 'delete'],
]);

/** `user.type_id`: a person is a user, the server itself the system, a certificate something else. */
const USER_TYPES: ReadonlyMap<string, { readonly type_id: number; readonly type: string }> = new Map([
  ['service/security/account/user', { type_id: 1, type: 'User' }],
  ['service/security/account/serviceid', { type_id: 3, type: 'System' }],
]);
const CERTIFICATE = { type_id: 99, type: 'Certificate' };
const SHA256 = { algorithm_id: 3, algorithm: 'SHA-256' };
/** JSON Canonicalization Scheme (RFC 8785). */
const JCS = { serialization_id: 2, serialization: 'JCS' };
const HEX = { encoding_id: 1, encoding: 'Hex' };

/**
 * An event as API Activity (class 6003) with the profile record_integrity: the attestation's fingerprint is over this form of the
 * event, as OCSF wants it, and has no `prev_event`, whose id only the record before knows. What chains the records of the log is in
 * `unmapped.record_integrity`; with `raw_data`, the event that was hashed, the chain can be checked from here too.
 */
export function ocsfLine(event: DeliveredEvent, service: ServiceIdentity): string {
  const whole = said(event);
  const activity = activityOf(whole, event, service);
  const attestation = {
    uid: String(event.seq),
    chain_uid: whole.logSourceCRN,
    authority_uid: service.instanceId,
  };
  // Over all of the event but the fingerprint itself.
  const value = hash('sha256', canonicalJson({ ...activity, attestation_list: [attestation] }), 'hex');
  return canonicalJson({
    ...activity,
    attestation_list: [{ ...attestation, fingerprint: { ...SHA256, ...JCS, ...HEX, value } }],
  });
}

/** The event without attestation. `src_endpoint`, which the class wants, has the initiator's id and neither address nor host. */
function activityOf(whole: AuditEvent, event: DeliveredEvent, service: ServiceIdentity) {
  const { action, outcome, initiator, target, reason, correlationId } = whole;
  const [, objectType = '', verb = ''] = action.split('.');
  const known = ACTIVITY_OF.get(verb);
  const activity = known ? ACTIVITIES[known] : { activity_id: 99, activity_name: verb };
  const user = {
    ...(USER_TYPES.get(initiator.typeURI) ?? CERTIFICATE),
    uid: initiator.id,
    ...(initiator.name !== undefined && { name: initiator.name }),
  };
  return {
    ...{ ...CATEGORY, ...CLASS, ...activity, ...SEVERITIES[whole.severity] },
    type_uid: CLASS.class_uid * 100 + activity.activity_id,
    type_name: `${CLASS.class_name}: ${activity.activity_name}`,
    time: timeOf(whole).getTime(),
    message: whole.message,
    ...(outcome === 'success' ? { status_id: 1, status: 'Success' } : { status_id: 2, status: 'Failure' }),
    status_code: String(reason.reasonCode),
    status_detail: reason.reasonForFailure ?? reason.reasonType,
    actor: { user },
    api: {
      operation: action,
      request: { uid: correlationId, data: whole.requestData },
      response: { code: reason.reasonCode, message: reason.reasonType, data: whole.responseData },
      service: { name: service.serviceName, uid: service.instanceId },
    },
    src_endpoint: { uid: initiator.id },
    resources: [{ uid: target.id, name: target.name, type: objectType }],
    metadata: {
      version: OCSF_VERSION,
      profiles: ['record_integrity'],
      product: { name: 'kmipd', vendor_name: 'kmipd' },
      uid: whole.id,
      log_name: 'audit',
      sequence: event.seq,
      correlation_uid: correlationId,
      original_time: whole.eventTime,
    },
    unmapped: { record_integrity: { ...SHA256, v: event.v, value: event.hash, previous: event.prev } },
    raw_data: event.json,
  };
}
