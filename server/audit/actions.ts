import type { Operation } from '../../kmip-codec/registry/index.ts';

/** How grave an event is; from `normal` to `critical`. */
export type Severity = 'normal' | 'warning' | 'critical';

/** What the events of one action have in common. */
export interface Action {
  /** `hs-crypto.<object>.<verb>`. */
  readonly name: string;
  /** Of a success; a failure has the severity of its status code, where the table of causes gives one. */
  readonly severity: Severity;
  /** What the action does, in messages. */
  readonly verb: string;
  /** What it is done to, in messages, and the resource type of the target's CRN. */
  readonly object: string;
  readonly targetTypeUri: string;
  readonly resourceType: string;
  /** True for the six that the events page does not name; one setting switches them off. */
  readonly isExtension: boolean;
  /** Whether it acts on customers' data (KMIP) or on the server (administration). */
  readonly isDataEvent: boolean;
}

type Row = readonly [name: string, severity: Severity, options?: { extension?: true; verb?: string }];

const KMIP_ROWS = [
  ['hs-crypto.kmip-key.create', 'normal'],
  ['hs-crypto.kmip-key.read', 'normal'],
  ['hs-crypto.kmip-key-attributes.retrieve', 'normal'],
  ['hs-crypto.kmip-key.activate', 'warning'],
  ['hs-crypto.kmip-key.revoke', 'warning'],
  ['hs-crypto.kmip-key.destroy', 'critical'],
  ['hs-crypto.kmip-key.list', 'normal', { extension: true }],
  ['hs-crypto.kmip-key-attributes.write', 'normal', { extension: true }],
  ['hs-crypto.kmip-key.use', 'normal', { extension: true }],
  ['hs-crypto.kmip-key.archive', 'warning', { extension: true }],
  ['hs-crypto.kmip-key.recover', 'warning', { extension: true }],
  // A connection or message refused before its operation is known. Always a failure.
  ['hs-crypto.kmip-key.default', 'warning', { extension: true, verb: 'refuse' }],
] as const satisfies readonly Row[];

/** Where the page's severity table leaves a certificate action out: reads normal, changes critical as their neighbours. */
const ADMINISTRATIVE_ROWS = [
  ['hs-crypto.vaults.list', 'normal'],
  ['hs-crypto.vaults.write', 'normal'],
  ['hs-crypto.vaults.read', 'normal'],
  ['hs-crypto.vaults.delete', 'critical'],
  // Critical when it changes the key's state to destroyed: the caller says so.
  ['hs-crypto.managed-keys.write', 'warning'],
  ['hs-crypto.managed-keys.list', 'normal'],
  ['hs-crypto.managed-keys.read', 'normal'],
  ['hs-crypto.managed-keys.delete', 'critical'],
  // The server itself, its log and database: started, stopped, restored, a segment removed.
  ['hs-crypto.target-keystores.write', 'normal'],
  ['hs-crypto.target-keystores.delete', 'critical'],
  ['hs-crypto.mtlscert-admin-key.create', 'critical'],
  ['hs-crypto.mtlscert-admin-key.update', 'critical'],
  ['hs-crypto.mtlscert-admin-key.read', 'normal'],
  ['hs-crypto.mtlscert-admin-key.delete', 'critical'],
  ['hs-crypto.mtlscert-cert.set', 'critical'],
  ['hs-crypto.mtlscert-cert.list', 'normal'],
  ['hs-crypto.mtlscert-cert.read', 'normal'],
  ['hs-crypto.mtlscert-cert.delete', 'critical'],
] as const satisfies readonly Row[];

export type KmipActionName = (typeof KMIP_ROWS)[number][0];
export type AdministrativeActionName = (typeof ADMINISTRATIVE_ROWS)[number][0];

const actions = new Map<string, Action>([
  ...KMIP_ROWS.map(row => [row[0], actionFrom(row, true)] as const),
  ...ADMINISTRATIVE_ROWS.map(row => [row[0], actionFrom(row, false)] as const),
]);

/** Every action this server has events for. */
export const allActions: readonly Action[] = [...actions.values()];

/** The action of this name. */
export function actionNamed(name: KmipActionName | AdministrativeActionName): Action {
  const action = actions.get(name);
  if (!action) throw new TypeError(`no action ${name}`);
  return action;
}

/** XML name of a KMIP operation. */
export type OperationName = keyof typeof Operation.values;

/** KMIP operations, by XML name, to the action of their events. `null`: no event (nothing is done with an object). */
const ACTION_OF_OPERATION = {
  Create: 'hs-crypto.kmip-key.create',
  CreateKeyPair: 'hs-crypto.kmip-key.create',
  Register: 'hs-crypto.kmip-key.create',
  ReKey: 'hs-crypto.kmip-key.create',
  ReKeyKeyPair: 'hs-crypto.kmip-key.create',
  DeriveKey: 'hs-crypto.kmip-key.create',
  Certify: 'hs-crypto.kmip-key.create',
  ReCertify: 'hs-crypto.kmip-key.create',
  CreateSplitKey: 'hs-crypto.kmip-key.create',
  JoinSplitKey: 'hs-crypto.kmip-key.create',
  Import: 'hs-crypto.kmip-key.create',
  ReProvision: 'hs-crypto.kmip-key.create',
  CreateGroup: 'hs-crypto.kmip-key.create',
  CreateUser: 'hs-crypto.kmip-key.create',
  CreateCredential: 'hs-crypto.kmip-key.create',
  Get: 'hs-crypto.kmip-key.read',
  Export: 'hs-crypto.kmip-key.read',
  Put: 'hs-crypto.kmip-key.read',
  GetAttributes: 'hs-crypto.kmip-key-attributes.retrieve',
  GetAttributeList: 'hs-crypto.kmip-key-attributes.retrieve',
  GetConstraints: 'hs-crypto.kmip-key-attributes.retrieve',
  Activate: 'hs-crypto.kmip-key.activate',
  Revoke: 'hs-crypto.kmip-key.revoke',
  Deactivate: 'hs-crypto.kmip-key.revoke',
  Destroy: 'hs-crypto.kmip-key.destroy',
  Obliterate: 'hs-crypto.kmip-key.destroy',
  Locate: 'hs-crypto.kmip-key.list',
  AddAttribute: 'hs-crypto.kmip-key-attributes.write',
  ModifyAttribute: 'hs-crypto.kmip-key-attributes.write',
  DeleteAttribute: 'hs-crypto.kmip-key-attributes.write',
  SetAttribute: 'hs-crypto.kmip-key-attributes.write',
  AdjustAttribute: 'hs-crypto.kmip-key-attributes.write',
  SetDefaults: 'hs-crypto.kmip-key-attributes.write',
  SetConstraints: 'hs-crypto.kmip-key-attributes.write',
  Check: 'hs-crypto.kmip-key.use',
  ObtainLease: 'hs-crypto.kmip-key.use',
  GetUsageAllocation: 'hs-crypto.kmip-key.use',
  Validate: 'hs-crypto.kmip-key.use',
  Encrypt: 'hs-crypto.kmip-key.use',
  Decrypt: 'hs-crypto.kmip-key.use',
  Sign: 'hs-crypto.kmip-key.use',
  SignatureVerify: 'hs-crypto.kmip-key.use',
  MAC: 'hs-crypto.kmip-key.use',
  MACVerify: 'hs-crypto.kmip-key.use',
  RNGRetrieve: 'hs-crypto.kmip-key.use',
  RNGSeed: 'hs-crypto.kmip-key.use',
  Hash: 'hs-crypto.kmip-key.use',
  PKCS_11: 'hs-crypto.kmip-key.use',
  Archive: 'hs-crypto.kmip-key.archive',
  Recover: 'hs-crypto.kmip-key.recover',
  Query: null,
  DiscoverVersions: null,
  Ping: null,
  Notify: null,
  Cancel: null,
  Poll: null,
  QueryAsynchronousRequests: null,
  Process: null,
  Log: null,
  Login: null,
  Logout: null,
  DelegatedLogin: null,
  SetEndpointRole: null,
  Interop: null,
} as const satisfies Record<OperationName, KmipActionName | null>;

/** XML names of the operations in the table, which are all of the registry's. */
export const operationNames = Object.keys(ACTION_OF_OPERATION) as readonly OperationName[];

/**
 * The action that an operation's events have; that of a refusal when the operation is not known.
 * `undefined` when it makes no event: nothing is done with an object, or the action is an extension and those are off.
 */
export function actionOf(operation: OperationName | undefined, extensions: boolean): Action | undefined {
  const name = operation === undefined ? 'hs-crypto.kmip-key.default' : ACTION_OF_OPERATION[operation];
  const action = name === null ? undefined : actions.get(name);
  return action?.isExtension && !extensions ? undefined : action;
}

function actionFrom([name, severity, options = {}]: Row, isDataEvent: boolean): Action {
  const [service = '', object = '', verb = ''] = name.split('.');
  const isAttributes = object === 'kmip-key-attributes';
  return {
    name,
    severity,
    verb: options.verb ?? verb,
    object,
    targetTypeUri: isAttributes ? `${service}/kmip-key/attributes` : `${service}/${object}`,
    // The attributes are those of a key: the CRN names the key.
    resourceType: isAttributes ? 'kmip-key' : object,
    isExtension: options.extension ?? false,
    isDataEvent,
  };
}
