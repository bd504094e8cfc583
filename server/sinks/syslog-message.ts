import type { AuditEvent, DeliveredEvent } from '../audit/index.ts';

export interface SyslogHeader {
  /** RFC 5424 §6.2.1, 0 to 23. */
  readonly facility: number;
  /** The configured name of the service, for HOSTNAME: never a host's. */
  readonly serviceName: string;
}

/** 32473 is set aside for documentation (RFC 5612): kmipd has no number of its own. */
const STRUCTURED_DATA_ID = 'kmipd@32473';
const NOTHING = '-';
/** RFC 5424 §6.2.1, by the event's severity. */
const SEVERITIES: ReadonlyMap<unknown, number> = new Map([
  ['normal', 6],
  ['warning', 4],
  ['critical', 2],
]);
const CRITICAL = 2;

/** One event as a syslog message (RFC 5424 §6), in UTF-8. `text` is the event in the sink's format: MSG. */
export function syslogMessage(event: DeliveredEvent, text: string, { facility, serviceName }: SyslogHeader): Buffer {
  const { eventTime, severity, action } = JSON.parse(event.json) as Partial<AuditEvent>;
  const header = [
    `<${facility * 8 + (SEVERITIES.get(severity) ?? CRITICAL)}>1`,
    timestampOf(eventTime),
    headerText(serviceName, 255),
    'kmipd',
    NOTHING,
    headerText(messageIdOf(action), 32),
  ];
  const data = structuredData({ seq: String(event.seq), id: event.id, hash: event.hash });
  return Buffer.from(`${header.join(' ')} ${data} ${messageText(text)}`, 'utf8');
}

/** A message as a frame of a stream: its length in bytes before it (RFC 5425 §4.3, RFC 6587 §3.4.1). */
export function syslogFrame(message: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${message.length} `, 'latin1'), message]);
}

/** The event's time, which is in UTC, as RFC 3339 has it (RFC 5424 §6.2.3). */
function timestampOf(eventTime: unknown): string {
  const [, time] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?)\+0000$/.exec(String(eventTime)) ?? [];
  return time === undefined ? NOTHING : `${time}Z`;
}

/** The last two parts of the action: the parts before are the service's. */
const messageIdOf = (action: unknown) =>
  String(action ?? '')
    .split('.')
    .slice(-2)
    .join('.');

/** PRINTUSASCII (RFC 5424 §6): a space becomes `-`, what else does not print in ASCII `_`. */
function headerText(text: string, charactersMax: number): string {
  const printable = text.replaceAll(' ', '-').replaceAll(/[^\x21-\x7e]/gu, '_');
  return printable.slice(0, charactersMax) || NOTHING;
}

function structuredData(parameters: Readonly<Record<string, string>>): string {
  // RFC 5424 §6.3.3: these three and no others are escaped.
  const escaped = (value: string) => value.replaceAll(/["\\\]]/g, '\\$&');
  const written = Object.entries(parameters).map(([name, value]) => ` ${name}="${escaped(value)}"`);
  return `[${STRUCTURED_DATA_ID}${written.join('')}]`;
}

/** Text in UTF-8 begins with a byte order mark (RFC 5424 §6.4). One that is all ASCII is that, and needs none. */
function messageText(text: string): string {
  return /^[\x00-\x7f]*$/.test(text) ? text : `\ufeff${text}`;
}
