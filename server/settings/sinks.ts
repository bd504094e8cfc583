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
  /** PEM files: who may vouch for the receiver (the system's authorities unless given), and our certificate if it wants one. */
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
