/** What RFC 5424 §6 says a message is, read as strictly as its grammar: another reading than the one that we write by. */
export interface SyslogMessage {
  readonly facility: number;
  readonly severity: number;
  readonly version: number;
  /** `-` where there is none. */
  readonly timestamp: string;
  readonly hostname: string;
  readonly appName: string;
  readonly procId: string;
  readonly msgId: string;
  readonly structuredData: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Without its byte order mark. */
  readonly msg: string;
  readonly hasBom: boolean;
}

const PRINTUSASCII = '[\\x21-\\x7e]';
const HEADER = new RegExp(
  `^<(0|[1-9]\\d{0,2})>([1-9]\\d{0,2}) (\\S+) (${PRINTUSASCII}{1,255}) (${PRINTUSASCII}{1,48}) (${PRINTUSASCII}{1,128}) (${PRINTUSASCII}{1,32}) `,
);
const TIMESTAMP = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d{1,6})?(?:Z|[+-](\d\d):(\d\d))$/;
const SD_NAME = /^[\x21\x23-\x3c\x3e-\x5c\x5e-\x7e]{1,32}/;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** Throws, naming what, when the bytes are not one message by the grammar. */
export function parseSyslogMessage(bytes: Buffer): SyslogMessage {
  // One character for each byte, so that a position is a position in bytes.
  const octets = bytes.toString('latin1');
  const header = HEADER.exec(octets);
  if (!header) throw new Error(`no header: ${JSON.stringify(octets.slice(0, 80))}`);
  const [all, pri = '', version, timestamp = '', hostname = '', appName = '', procId = '', msgId = ''] = header;
  if (Number(pri) > 191) throw new Error(`PRIVAL ${pri}`);
  checkTimestamp(timestamp);
  const { elements, end } = structuredDataAt(octets, all.length);
  const rest = bytes.subarray(end);
  if (rest.length > 0 && rest[0] !== 0x20) throw new Error(`no space before MSG, byte ${end}`);
  const msg = rest.subarray(1);
  const hasBom = msg.subarray(0, 3).equals(BOM);
  return {
    ...{ facility: Number(pri) >> 3, severity: Number(pri) & 7, version: Number(version) },
    ...{ timestamp, hostname, appName, procId, msgId, structuredData: elements, hasBom },
    msg: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(hasBom ? msg.subarray(3) : msg),
  };
}

/** The messages of a stream with octet counting (RFC 5425 §4.3), and how many bytes they took; what is left is no whole message yet. */
export function messagesOf(stream: Buffer): { readonly messages: Buffer[]; readonly taken: number } {
  const messages: Buffer[] = [];
  let taken = 0;
  for (;;) {
    const head = stream.subarray(taken, taken + 12).toString('latin1');
    const [prefix, length] = /^([1-9]\d*) /.exec(head) ?? [];
    if (prefix === undefined) {
      if (!/^([1-9]\d*)?$/.test(head)) throw new Error(`no MSG-LEN: ${JSON.stringify(head)}`);
      return { messages, taken };
    }
    const begin = taken + prefix.length;
    if (begin + Number(length) > stream.length) return { messages, taken };
    messages.push(stream.subarray(begin, begin + Number(length)));
    taken = begin + Number(length);
  }
}

function checkTimestamp(timestamp: string): void {
  if (timestamp === '-') return;
  const found = TIMESTAMP.exec(timestamp);
  if (!found) throw new Error(`TIMESTAMP ${timestamp}`);
  const [, year, month, day, hour, minute, second, offsetHour = 0, offsetMinute = 0] = found.map(Number);
  const daysOfMonth = new Date(Date.UTC(year!, month, 0)).getUTCDate();
  const isDate = month! >= 1 && month! <= 12 && day! >= 1 && day! <= daysOfMonth;
  const isTime = hour! <= 23 && minute! <= 59 && second! <= 59 && (offsetHour || 0) <= 23 && (offsetMinute || 0) <= 59;
  if (!isDate || !isTime) throw new Error(`TIMESTAMP ${timestamp}`);
}

function structuredDataAt(octets: string, begin: number) {
  const elements = new Map<string, Map<string, string>>();
  let at = begin;
  if (octets[at] === '-') return { elements, end: at + 1 };
  const take = (character: string) => {
    if (octets[at] !== character) throw new Error(`${JSON.stringify(character)} is expected at byte ${at}`);
    at++;
  };
  const name = () => {
    const [found] = SD_NAME.exec(octets.slice(at, at + 33)) ?? [];
    if (found === undefined) throw new Error(`SD-NAME is expected at byte ${at}`);
    at += found.length;
    return found;
  };
  do {
    take('[');
    const id = name();
    const parameters = new Map<string, string>();
    while (octets[at] === ' ') {
      at++;
      const parameter = name();
      take('=');
      take('"');
      parameters.set(parameter, value());
    }
    take(']');
    if (elements.has(id)) throw new Error(`SD-ID ${id} twice`);
    elements.set(id, parameters);
  } while (octets[at] === '[');
  return { elements, end: at };

  /** PARAM-VALUE up to its closing quote, UTF-8; a backslash escapes only what must be escaped (RFC 5424 §6.3.3). */
  function value(): string {
    let text = '';
    for (; ; at++) {
      const character = octets[at];
      if (character === undefined) throw new Error('PARAM-VALUE without end');
      if (character === ']') throw new Error(`] without escape at byte ${at}`);
      if (character === '"') break;
      if (character === '\\' && /["\\\]]/.test(octets[at + 1] ?? '')) at++;
      text += octets[at];
    }
    at++;
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(text, 'latin1'));
  }
}
