import { keyTypes } from '../../certs/index.ts';
import { type Kind, hosts, listenAddress, oneOf, optional, text, wholeNumber, yesOrNo } from './kinds.ts';
import { sinks } from './sinks.ts';

/** One setting: what it may hold, what it is when nobody says, and how a person gives it. */
interface SettingRow<T> {
  readonly kind: Kind<T>;
  readonly default: T;
  /** What the number counts; empty where the value says it itself. */
  readonly unit: string;
  readonly description: string;
  /** Its own flag, beside `--set NAME=VALUE`, which every setting has. */
  readonly flag?: string;
}

/** Every setting there is, by dotted name. Types, file, environment variables, flags and documentation follow from here. */
const settingsTable = {
  listen: row(listenAddress, { host: '0.0.0.0', port: 5696 }, 'where KMIP clients connect; port 0: a free one', {
    flag: '--listen',
  }),
  'https.enabled': row(yesOrNo, true, 'also answer KMIP in HTTP requests: POST to /kmip with TTLV, XML or JSON'),
  'https.listen': row(
    optional(listenAddress),
    undefined,
    'a port of its own for KMIP over HTTPS; without it that of listen, for both',
  ),
  data: row(text('the path of a folder'), './data', 'data folder: database, root key, authority, certificate', {
    flag: '--data',
  }),

  'server.names': row(
    hosts,
    [],
    'host names and addresses in the server certificate; empty: this machine’s host name',
    {
      flag: '--name',
    },
  ),
  'server.keyType': row(oneOf(...keyTypes), 'RSA 2048', 'key of the server certificate', {
    flag: '--key-type',
  }),
  'server.validityDays': row(wholeNumber(1, 3650), 825, 'how long a server certificate that we issue is valid', {
    unit: 'days',
  }),

  'authority.keyType': row(
    optional(oneOf(...keyTypes)),
    undefined,
    'key of our certificate authority; without it that of the server certificate, but at least RSA 3072',
  ),
  'authority.validityDays': row(wholeNumber(1, 36_500), 3650, 'how long the certificate of our authority is valid', {
    unit: 'days',
  }),
  'authority.crlValidityDays': row(
    wholeNumber(1, 365),
    30,
    'from a revocation list of our authority to its next update',
    { unit: 'days' },
  ),

  'clients.keyType': row(oneOf(...keyTypes), 'RSA 2048', 'key of a client certificate that we issue with its key'),
  'clients.validityDays': row(wholeNumber(1, 3650), 825, 'how long a client certificate that we issue is valid', {
    unit: 'days',
  }),

  'trust.staleCrl': row(
    oneOf('refuse', 'accept'),
    'refuse',
    'clients of a trusted root whose revocation list is past its next update',
  ),

  'admin.listen': row(
    optional(listenAddress),
    undefined,
    'where administrators connect from other machines (HTTPS); without it only through the socket in the data folder',
  ),
  'admin.timeWindowSeconds': row(
    wholeNumber(1, 3600),
    300,
    'how far the time of an administrator’s signed request may be from ours',
    { unit: 's' },
  ),
  'metrics.listen': row(
    optional(listenAddress),
    undefined,
    'where metrics are read (HTTP, open to all who reach it: name a loopback address or a private network); without it nowhere',
  ),

  'tls.minVersion': row(oneOf('1.2', '1.3'), '1.2', 'oldest version of TLS that clients may use'),
  'tls.rsaCbc': row(yesOrNo, false, 'also take TLS 1.2 suites with RSA key exchange or CBC, for old clients'),
  'tls.sessionResumption': row(
    yesOrNo,
    true,
    'let clients resume TLS sessions, which makes the next handshake cheaper',
  ),

  'limits.messageBytesMax': row(wholeNumber(1024, 64 * 1024 * 1024), 1024 * 1024, 'longest request message', {
    unit: 'bytes',
  }),
  'limits.depthMax': row(wholeNumber(4, 128), 32, 'deepest nesting of structures in a message', { unit: 'levels' }),
  'limits.batchCountMax': row(wholeNumber(1, 10_000), 128, 'most batch items in a message', { unit: 'batch items' }),
  'limits.connectionsMax': row(wholeNumber(1, 100_000), 10_000, 'most connections at once', { unit: 'connections' }),
  'limits.connectionsPerClientMax': row(wholeNumber(1, 100_000), 2000, 'most connections of one client at once', {
    unit: 'connections',
  }),
  'limits.handshakeTimeoutMs': row(wholeNumber(100, 120_000), 10_000, 'longest TLS handshake', { unit: 'ms' }),
  'limits.idleTimeoutMs': row(wholeNumber(100, 86_400_000), 300_000, 'longest silence between two requests', {
    unit: 'ms',
  }),
  'limits.requestTimeoutMs': row(wholeNumber(100, 600_000), 30_000, 'from the first byte of a message to its last', {
    unit: 'ms',
  }),
  'limits.locateMax': row(wholeNumber(1, 100_000), 1000, 'most Unique Identifiers in one answer to Locate', {
    unit: 'objects',
  }),
  'limits.attributeInstancesMax': row(wholeNumber(1, 10_000), 100, 'most instances of one attribute of an object', {
    unit: 'instances',
  }),

  'operations.interop': row(
    yesOrNo,
    false,
    'offer Interop, by which a test run destroys every object of its vault: for conformance tests, never in production',
  ),
  'keys.leaseTimeSeconds': row(wholeNumber(1, 31_536_000), 3600, 'Lease Time that clients are told', { unit: 's' }),
  'store.busyMs': row(wholeNumber(0, 60_000), 2000, 'how long to wait for a database that another process has locked', {
    unit: 'ms',
  }),

  'audit.extensions': row(
    yesOrNo,
    true,
    'also record what the events page has no action for: Locate, changes of attributes',
  ),
  'audit.serviceName': row(
    text('a name of 4 to 128 characters that show, without a colon', /^[^:\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]{4,128}$/u),
    'Hyper Protect Crypto Services',
    'service that the message of an event names',
  ),
  'audit.instanceId': row(
    optional(text('letters, digits and -', /^[A-Za-z0-9-]{1,128}$/)),
    undefined,
    'service instance that events name; without it a UUID made at first start',
  ),
  'audit.crn.cname': row(text('lower-case letters, digits and -', /^[a-z0-9-]{1,64}$/), 'bluemix', 'CRN: cloud'),
  'audit.crn.ctype': row(oneOf('public', 'dedicated', 'local', 'staging'), 'public', 'CRN: kind of cloud'),
  'audit.crn.serviceName': row(
    text('lower-case letters, digits, . and -', /^[a-z0-9.-]{1,64}$/),
    'hs-crypto',
    'CRN: service',
  ),
  'audit.crn.region': row(text('lower-case letters, digits and -', /^[a-z0-9-]{1,64}$/), 'us-south', 'CRN: region'),
  'audit.crn.scope': row(
    text('a/ACCOUNT, o/ORGANIZATION or s/SPACE', /^[aos]\/[A-Za-z0-9-]{1,128}$/),
    'a/00000000000000000000000000000000',
    'CRN: scope, as a rule the account',
  ),
  'audit.sinks': row(sinks, [], 'where committed events are sent: files, standard output, syslog, webhook, OTLP'),
  'audit.checkpoint.events': row(wholeNumber(1, 1_000_000), 1000, 'events after which a checkpoint is signed', {
    unit: 'events',
  }),
  'audit.checkpoint.seconds': row(
    wholeNumber(1, 86_400),
    60,
    'after which a checkpoint is signed, if there are events that none covers',
    { unit: 's' },
  ),
  'audit.segment.events': row(wholeNumber(10, 10_000_000), 100_000, 'events after which a segment is closed', {
    unit: 'events',
  }),
  'audit.segment.days': row(wholeNumber(1, 3650), 30, 'after which a segment is closed', { unit: 'days' }),
  'audit.retention.days': row(
    optional(wholeNumber(1, 36_500)),
    undefined,
    'how long closed segments are kept; without it for ever',
    { unit: 'days' },
  ),
  'audit.retention.bytesMax': row(
    optional(wholeNumber(1_000_000, Number.MAX_SAFE_INTEGER)),
    undefined,
    'beyond how many bytes of events the oldest closed segments are removed; without it never',
    { unit: 'bytes' },
  ),
  'audit.retention.exportTo': row(
    optional(text('the path of a folder')),
    undefined,
    'folder to which a segment is written before it is removed; without it segments are removed only when every sink has them',
  ),
  'audit.storage.warnBytes': row(
    wholeNumber(0, Number.MAX_SAFE_INTEGER),
    256 * 1024 * 1024,
    'free room for the data folder below which kmipd warns',
    { unit: 'bytes' },
  ),
  'audit.storage.refuseChangesBytes': row(
    wholeNumber(0, Number.MAX_SAFE_INTEGER),
    64 * 1024 * 1024,
    'free room below which changes are refused, reads still served and recorded',
    { unit: 'bytes' },
  ),
  'audit.storage.refuseAllBytes': row(
    wholeNumber(0, Number.MAX_SAFE_INTEGER),
    8 * 1024 * 1024,
    'free room below which everything is refused',
    { unit: 'bytes' },
  ),
  'audit.storage.reserveBytes': row(
    wholeNumber(0, 16 * 1024 * 1024 * 1024),
    16 * 1024 * 1024,
    'room set aside for the events of reads while changes are refused',
    { unit: 'bytes' },
  ),
  'audit.delivery.ageSecondsMax': row(
    wholeNumber(1, 86_400 * 365),
    3600,
    'age of the oldest event that a sink has not taken, from which on the server says that it is not ready',
    { unit: 's' },
  ),

  'log.level': row(
    oneOf('error', 'warn', 'info', 'debug', 'trace'),
    'info',
    'least important messages that the log shows',
    {
      flag: '--log-level',
    },
  ),
  'log.format': row(oneOf('text', 'json'), 'text', 'log on standard error: lines for people, or JSON', {
    flag: '--log-format',
  }),
  drainTimeoutMs: row(wholeNumber(0, 9500), 8000, 'how long open requests may take to end when the server stops', {
    unit: 'ms',
  }),
} as const;

export type SettingName = keyof typeof settingsTable;
type ValueOf<Name extends SettingName> = (typeof settingsTable)[Name] extends SettingRow<infer T> ? T : never;

/** The settings as the program reads them: `settings.limits.depthMax`. */
export type Settings = NestedUnder<''>;

type NestedUnder<Prefix extends string> = {
  readonly [Part in PartAfter<Prefix>]: `${Prefix}${Part}` extends SettingName
    ? ValueOf<`${Prefix}${Part}`>
    : NestedUnder<`${Prefix}${Part}.`>;
};
type PartAfter<Prefix extends string, Name extends string = SettingName> = Name extends `${Prefix}${infer Rest}`
  ? Rest extends `${infer Part}.${string}`
    ? Part
    : Rest
  : never;

/** The table for those who go through all of it; keys in the table's order. */
export const settingRows: ReadonlyMap<SettingName, SettingRow<unknown>> = new Map(
  Object.entries(settingsTable) as [SettingName, SettingRow<unknown>][],
);

/** `limits.depthMax` is KMIPD_LIMITS_DEPTH_MAX in the environment. */
export function environmentName(name: SettingName): string {
  return `KMIPD_${name.replaceAll('.', '_').replace(/[A-Z]/g, '_$&').toUpperCase()}`;
}

function row<T>(
  kind: Kind<T>,
  value: NoInfer<T>,
  description: string,
  more: { unit?: string; flag?: string } = {},
): SettingRow<T> {
  return { kind, default: value, description, unit: '', ...more };
}
