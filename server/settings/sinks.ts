import { isIP } from 'node:net';
import { describeValue, isHost, type Kind, Mismatch, oneOf, text, wholeNumber } from './kinds.ts';

/** What an event looks like on its way out: the event's own JSON, the whole record, CEF, or OCSF (API Activity). */
export type SinkFormat = 'event' | 'record' | 'cef' | 'ocsf';

interface Common {
  /** By which its position is remembered; its type and place unless given. */
  readonly name?: string;
  /** `event` unless given. */
  readonly format?: SinkFormat;
}
export interface FileSinkSetting extends Common {
  readonly type: 'file';
  readonly path: string;
  /** A file that has grown beyond this, or is older, is renamed and a new one begun; never without. */
  readonly rotateBytes?: number;
  readonly rotateSeconds?: number;
  /** Renamed files that are kept; all unless given. */
  readonly keep?: number;
}
export interface StdoutSinkSetting extends Common {
  readonly type: 'stdout';
}
/** RFC 5424 over TLS (RFC 5425) or TCP (RFC 6587 §3.4.1, octet counting). */
export interface SyslogSinkSetting extends Common {
  readonly type: 'syslog';
  readonly host: string;
  /** 6514 for TLS, 601 for TCP unless given. */
  readonly port?: number;
  /** `tls` unless given. */
  readonly transport?: 'tls' | 'tcp';
  /** PEM files: who may vouch for the receiver (the authorities that Node.js brings unless given), and our certificate if it wants one. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Name expected in the receiver's certificate; `host` unless given. */
  readonly serverName?: string;
  /** 13 (log audit) unless given; RFC 5424 §6.2.1. */
  readonly facility?: number;
}
/** Batches of events as a JSON array, POSTed with an HMAC-SHA-256 signature and an idempotency key. */
export interface WebhookSinkSetting extends Common {
  readonly type: 'webhook';
  /** https; http only to a loopback address. */
  readonly url: string;
  /** File with the secret of the signature. */
  readonly secretFile?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly timeoutMs?: number;
}
/** OTLP/HTTP logs, JSON encoding, POSTed to `url` (which ends in /v1/logs). */
export interface OtlpSinkSetting extends Common {
  readonly type: 'otlp';
  readonly url: string;
  /** File with lines `Name: value`, for an authorization header. */
  readonly headersFile?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly timeoutMs?: number;
}
export type SinkSetting =
  FileSinkSetting | StdoutSinkSetting | SyslogSinkSetting | WebhookSinkSetting | OtlpSinkSetting;

const SHAPE = '{type: "file", "stdout", "syslog", "webhook" or "otlp", …}';

/** Where events go. A fault is named by its path: `[1].port: text "x", a whole number from 1 to 65535 is expected`. */
export const sinks: Kind<readonly SinkSetting[]> = {
  expected: `a list of ${SHAPE}`,
  fromText(given) {
    try {
      return JSON.parse(given) as unknown;
    } catch {
      return given;
    }
  },
  read(value) {
    if (!Array.isArray(value)) throw new Mismatch(describeValue(value), sinks.expected);
    const read = value.map((each, index) => readSink(each, `[${index}]`));
    const names = read.map(sinkName);
    const twice = names.findIndex((name, index) => names.indexOf(name) !== index);
    if (twice >= 0) {
      throw new Mismatch(`a second sink ${JSON.stringify(names[twice])}`, 'a name of its own', `[${twice}].name`);
    }
    return read;
  },
  show: value => value,
};

/** The name by which a sink's position is remembered: its own, or its type and place. Of a URL only the host: the rest may be secret. */
export function sinkName(sink: SinkSetting): string {
  if (sink.name !== undefined) return sink.name;
  if (sink.type === 'stdout') return sink.type;
  if (sink.type === 'file') return `file:${sink.path}`;
  if (sink.type === 'syslog') return `syslog:${sink.host}:${syslogPort(sink)}`;
  return `${sink.type}:${new URL(sink.url).host}`;
}

/** The receiver's port: 6514 for TLS (RFC 5425 §4.1), 601 for TCP unless the setting says another. */
export const syslogPort = ({ port, transport }: SyslogSinkSetting): number =>
  port ?? (transport === 'tcp' ? 601 : 6514);

const line = text('text of one line');
const port = wholeNumber(1, 65_535);
const timeoutMs = wholeNumber(100, 600_000);
const host: Kind<string> = {
  ...line,
  expected: 'a host name or IP address',
  read(value) {
    if (typeof value !== 'string' || !(isHost(value) || isIP(value))) {
      throw new Mismatch(describeValue(value), host.expected);
    }
    return value;
  },
};
const format = oneOf('event', 'record', 'cef', 'ocsf');
const client = { ca: line, cert: line, key: line };

/** What a sink of each type may have besides `type`, `name` and `format`; `must` is the one that it must have. */
const fields: ReadonlyMap<unknown, { readonly must?: string; readonly may: Readonly<Record<string, Kind<unknown>>> }> =
  new Map([
    [
      'file',
      {
        must: 'path',
        may: {
          path: line,
          rotateBytes: wholeNumber(1024, Number.MAX_SAFE_INTEGER),
          rotateSeconds: wholeNumber(1, 86_400 * 3650),
          keep: wholeNumber(1, 1_000_000),
        },
      },
    ],
    ['stdout', { may: {} }],
    [
      'syslog',
      {
        must: 'host',
        may: { host, port, transport: oneOf('tls', 'tcp'), ...client, serverName: host, facility: wholeNumber(0, 23) },
      },
    ],
    ['webhook', { must: 'url', may: { url: url(), secretFile: line, ...client, timeoutMs } }],
    ['otlp', { must: 'url', may: { url: url('/v1/logs'), headersFile: line, ...client, timeoutMs } }],
  ]);

function readSink(value: unknown, at: string): SinkSetting {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Mismatch(describeValue(value), SHAPE, at);
  }
  const { type, ...given } = value as Record<string, unknown>;
  const known = fields.get(type);
  if (!known) throw new Mismatch(describeValue(type), '"file", "stdout", "syslog", "webhook" or "otlp"', `${at}.type`);
  const may: Readonly<Record<string, Kind<unknown>>> = { name: line, format, ...known.may };
  const sink: Record<string, unknown> = { type };
  for (const name of known.must === undefined ? Object.keys(given) : [known.must, ...Object.keys(given)]) {
    const kind = Object.hasOwn(may, name) ? may[name] : undefined;
    if (!kind) throw new Mismatch(`unknown ${JSON.stringify(name)}`, `one of ${Object.keys(may).join(', ')}`, at);
    if (given[name] !== undefined || name === known.must) sink[name] = readAt(kind, given[name], `${at}.${name}`);
  }
  refuseContradictions(sink, at);
  return sink as unknown as SinkSetting;
}

function readAt(kind: Kind<unknown>, value: unknown, path: string): unknown {
  try {
    return kind.read(value);
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error;
    throw new Mismatch(error.found, error.expected, path);
  }
}

/** What each setting alone does not show. Nothing that was given is silently without effect. */
function refuseContradictions(sink: Readonly<Record<string, unknown>>, at: string): void {
  const has = (name: string) => sink[name] !== undefined;
  if (has('keep') && !has('rotateBytes') && !has('rotateSeconds')) {
    throw new Mismatch('a number of files', 'none without rotateBytes or rotateSeconds', `${at}.keep`);
  }
  for (const [one, other] of [
    ['cert', 'key'],
    ['key', 'cert'],
  ] as const) {
    if (has(one) && !has(other)) throw new Mismatch('nothing', `the file that belongs to ${one}`, `${at}.${other}`);
  }
  const isPlain = sink['transport'] === 'tcp' || (typeof sink['url'] === 'string' && sink['url'].startsWith('http:'));
  const forTls = ['ca', 'cert', 'serverName'].find(has);
  if (isPlain && forTls !== undefined) throw new Mismatch('a value', 'none without TLS', `${at}.${forTls}`);
}

/**
 * https, or http to a loopback address, so that nobody reads along; ending in `path`. Without user and password: they would stand in
 * what is shown of the settings. What was found is not repeated, since it may hold a secret.
 */
function url(path = ''): Kind<string> {
  const expected = `https://HOST[:PORT]${path === '' ? '/PATH' : `[/PATH]${path}`}, or http:// to a loopback address,`;
  return {
    ...line,
    expected,
    read(value) {
      const parsed = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
      if (typeof value !== 'string' || !parsed) throw new Mismatch(value ? 'no URL' : 'nothing', expected);
      if (parsed.username !== '' || parsed.password !== '') {
        throw new Mismatch('a URL with user or password', expected);
      }
      if (parsed.protocol === 'http:' && !isLoopback(parsed.hostname)) {
        throw new Mismatch('http:// to another machine', expected);
      }
      if (!['http:', 'https:'].includes(parsed.protocol)) {
        throw new Mismatch(`a URL with ${parsed.protocol}`, expected);
      }
      if (parsed.hash !== '') throw new Mismatch('a URL with a fragment', expected);
      if (!parsed.pathname.endsWith(path)) throw new Mismatch('a URL with another path', expected);
      return value;
    },
  };
}

const isLoopback = (hostname: string) =>
  hostname === 'localhost' || hostname === '[::1]' || (isIP(hostname) === 4 && hostname.startsWith('127.'));
