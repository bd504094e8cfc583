import type { Action, Severity } from './actions.ts';

/** Why something failed, as the auditor sees it. The client may have been told another Result Reason. */
export type Cause =
  | 'bad request'
  | 'not authenticated'
  | 'forbidden'
  | 'not found'
  | 'canceled'
  | 'conflict'
  | 'too large'
  | 'failed dependency'
  | 'server error'
  | 'unavailable'
  | 'full';

/** Status code and its words; `severity` is undefined where the severity table has no row for the code. */
interface CauseRow {
  readonly code: number;
  readonly reasonType: string;
  readonly severity: Severity | undefined;
}

const CAUSES: Readonly<Record<Cause, CauseRow>> = {
  /** Malformed message, missing or invalid field, unsupported operation, feature, algorithm or format. */
  'bad request': { code: 400, reasonType: 'Bad Request', severity: 'warning' },
  /** Certificate not trusted, expired or not registered; credential wrong. */
  'not authenticated': { code: 401, reasonType: 'Unauthorized', severity: 'critical' },
  /** Initiator not allowed to do this, or object of another vault. */
  forbidden: { code: 403, reasonType: 'Forbidden', severity: 'critical' },
  'not found': { code: 404, reasonType: 'Not Found', severity: undefined },
  /** Operation canceled or timed out. */
  canceled: { code: 408, reasonType: 'Request Timeout', severity: undefined },
  /** Wrong key state, object archived, already there or already destroyed. */
  conflict: { code: 409, reasonType: 'Conflict', severity: 'warning' },
  /** Request or answer. */
  'too large': { code: 413, reasonType: 'Content Too Large', severity: undefined },
  /** An earlier item of an undone batch; the root key or its token failed. */
  'failed dependency': { code: 424, reasonType: 'Failed Dependency', severity: 'warning' },
  /** Cryptographic failure, general failure. */
  'server error': { code: 500, reasonType: 'Internal Server Error', severity: 'critical' },
  /** The store cannot be read or written now. */
  unavailable: { code: 503, reasonType: 'Service Unavailable', severity: 'critical' },
  /** The store has no room. */
  full: { code: 507, reasonType: 'Insufficient Storage', severity: 'critical' },
};

export const allCauses = Object.keys(CAUSES) as readonly Cause[];

export const causeRow = (cause: Cause): CauseRow => CAUSES[cause];

/** Severity of a failure: the code's row replaces the action's; without a row the action's, at least warning. */
export function severityOfFailure(action: Action, cause: Cause): Severity {
  return CAUSES[cause].severity ?? (action.severity === 'normal' ? 'warning' : action.severity);
}

/** Result Reasons by cause (1.4 §9.1.3.2.29, 2.1 §11.46). Permission Denied for a wrong state is older clients' spelling. */
const REASONS_OF_CAUSE: Readonly<Partial<Record<Cause, readonly string[]>>> = {
  'bad request': [
    'Invalid Message',
    'Operation Not Supported',
    'Missing Data',
    'Invalid Field',
    'Feature Not Supported',
    'Illegal Operation',
    'Index Out of Bounds',
    'Application Namespace Not Supported',
    'Key Format Type Not Supported',
    'Key Compression Type Not Supported',
    'Encoding Option Error',
    'Numeric Range',
    'Invalid Data Type',
    'Read Only Attribute',
    'Multi Valued Attribute',
    'Unsupported Attribute',
    'Attribute Read Only',
    'Attribute Single Valued',
    'Bad Cryptographic Parameters',
    'Bad Password',
    'Codec Error',
    'Illegal Object Type',
    'Invalid Asynchronous Correlation Value',
    'Invalid Attribute',
    'Invalid Attribute Value',
    'Invalid Correlation Value',
    'Invalid CSR',
    'Invalid Object Type',
    'Key Wrap Type Not Supported',
    'Missing Initialization Vector',
    'Unknown Enumeration',
    'Unknown Message Extension',
    'Unknown Tag',
    'Unsupported Cryptographic Parameters',
    'Unsupported Protocol Version',
    'PKCS#11 Codec Error',
    'PKCS#11 Invalid Function',
    'PKCS#11 Invalid Interface',
    'Constraint Violation',
  ],
  'not authenticated': [
    'Authentication Not Successful',
    'Attestation Required',
    'Attestation Failed',
    'Invalid Ticket',
  ],
  forbidden: ['Permission Denied', 'Not Authorised', 'Sensitive', 'Not Extractable'],
  'not found': [
    'Item Not Found',
    'Object Not Found',
    'Attribute Not Found',
    'Attribute Instance Not Found',
    'Wrapping Object Not Found',
    'Unknown Object Group',
  ],
  canceled: ['Operation Canceled By Requester'],
  conflict: [
    'Object Archived',
    'Object Destroyed',
    'Object Already Exists',
    'Non Unique Name Attribute',
    'Wrong Key Lifecycle State',
    'Wrapping Object Archived',
    'Wrapping Object Destroyed',
    'Key Value Not Present',
    'Usage Limit Exceeded',
    'Incompatible Cryptographic Usage Mask',
    'Duplicate Process Request',
    'Circular Link Error',
  ],
  'too large': ['Response Too Large', 'Server Limit Exceeded'],
  'server error': ['Cryptographic Failure', 'General Failure', 'Internal Server Error'],
  unavailable: [
    'Protection Storage Unavailable',
    'Private Protection Storage Unavailable',
    'Public Protection Storage Unavailable',
  ],
};

const causeByReason = new Map(
  allCauses.flatMap(cause => (REASONS_OF_CAUSE[cause] ?? []).map(reason => [reason, cause] as const)),
);

/** Result Reasons that have a cause. */
export const knownReasons: readonly string[] = [...causeByReason.keys()];

/** The cause that a Result Reason stands for when nobody knows better; an unknown one is a server error. */
export const causeOfReason = (resultReason: string): Cause => causeByReason.get(resultReason) ?? 'server error';
