import { isIP } from 'node:net';

/**
 * What a setting may hold. `fromText` turns what a person types in a flag or an environment variable into what a
 * file would hold there; `read` checks it and throws Mismatch. `show` is the value as a file could hold it again.
 */
export interface Kind<T> {
  readonly expected: string;
  fromText(text: string): unknown;
  read(value: unknown): T;
  show(value: T): unknown;
}

/** A value that its setting cannot have: `found, expected is expected`. */
export class Mismatch extends Error {
  override readonly name = 'Mismatch';
  readonly path: string;

  /** `path` leads from the setting to the part that is wrong, as in `[0].path`; mostly empty. */
  constructor(found: string, expected: string, path = '') {
    super(`${found}, ${expected} is expected`);
    this.path = path;
  }
}

/** Whole number from `min` to `max`, both included. */
export function wholeNumber(min: number, max: number): Kind<number> {
  const expected = `a whole number from ${min} to ${max}`;
  return {
    expected,
    fromText: text => (/^-?\d{1,15}$/.test(text) ? Number(text) : text),
    read(value) {
      if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
        throw new Mismatch(describeValue(value), expected);
      }
      return value;
    },
    show: value => value,
  };
}

export const yesOrNo: Kind<boolean> = {
  expected: 'true or false',
  fromText: text => (text === 'true' ? true : text === 'false' ? false : text),
  read(value) {
    if (typeof value !== 'boolean') throw new Mismatch(describeValue(value), 'true or false');
    return value;
  },
  show: value => value,
};

export function oneOf<const T extends string>(...choices: readonly T[]): Kind<T> {
  const expected = `one of ${choices.map(choice => JSON.stringify(choice)).join(', ')}`;
  return {
    expected,
    fromText: text => text,
    read(value) {
      // YAML takes 1.2 for a number.
      const choice = choices.find(each => each === (typeof value === 'number' ? String(value) : value));
      if (choice === undefined) throw new Mismatch(describeValue(value), expected);
      return choice;
    },
    show: value => value,
  };
}

const LINE = /^[^\p{Cc}]{1,255}$/u;

/** Text of one line that is not empty and matches `pattern`. */
export function text(expected: string, pattern = LINE): Kind<string> {
  return {
    expected,
    fromText: given => given,
    read(value) {
      if (typeof value !== 'string' || !pattern.test(value)) throw new Mismatch(describeValue(value), expected);
      return value;
    },
    show: value => value,
  };
}

/** As `text`, or absent: what is absent is found by the program itself. */
export function optional<T>(kind: Kind<T>): Kind<T | undefined> {
  return { ...kind, show: value => (value === undefined ? null : kind.show(value)) };
}

/** Where to listen: a host name or address ('::1' without brackets) and a port, 0 to 65535; 0 is a free one. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

const LISTEN = 'HOST:PORT, as in 0.0.0.0:5696 or [::]:5696,';

export const listenAddress: Kind<ListenAddress> = {
  expected: LISTEN.slice(0, -1),
  fromText: given => given,
  read(value) {
    const [, bracketed, plain, port] =
      (typeof value === 'string' && /^(?:\[([^\]]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(value)) || [];
    const host = bracketed ?? plain;
    const isValid =
      host !== undefined && (bracketed === undefined ? isHost(host) : isIP(host) === 6) && Number(port) <= 65535;
    if (!isValid) throw new Mismatch(describeValue(value), LISTEN);
    return { host, port: Number(port) };
  },
  show: formatAddress,
};

/** `HOST:PORT`, the host in brackets if it is an IPv6 address. */
export function formatAddress({ host, port }: ListenAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Host names and IP addresses; in text they are separated by commas. */
export const hosts: Kind<readonly string[]> = {
  expected: 'a list of host names and IP addresses',
  fromText: given => given.split(',').map(each => each.trim()),
  read(value) {
    if (!Array.isArray(value)) throw new Mismatch(describeValue(value), hosts.expected);
    return value.map((each: unknown, index) => {
      if (typeof each !== 'string' || !(isHost(each) || isIP(each))) {
        throw new Mismatch(describeValue(each), 'a host name or IP address', `[${index}]`);
      }
      return each;
    });
  },
  show: value => value,
};

/** Where events go: lines of JSON to a file or to standard output. `name` is the one by which its position is remembered. */
export type SinkSetting =
  | { readonly type: 'file'; readonly name?: string; readonly path: string }
  | { readonly type: 'stdout'; readonly name?: string };

export const sinks: Kind<readonly SinkSetting[]> = {
  expected: 'a list of {type: file, path: FILE, name?: NAME} and {type: stdout, name?: NAME}',
  fromText(given) {
    try {
      return JSON.parse(given) as unknown;
    } catch {
      return given;
    }
  },
  read(value) {
    if (!Array.isArray(value)) throw new Mismatch(describeValue(value), sinks.expected);
    const read = value.map(readSink);
    const names = read.map(sinkName);
    const twice = names.findIndex((name, index) => names.indexOf(name) !== index);
    if (twice >= 0)
      throw new Mismatch(`a second sink ${JSON.stringify(names[twice])}`, 'a name of its own', `[${twice}].name`);
    return read;
  },
  show: value => value,
};

/** The name by which a sink's position is remembered: its own, or its type and path. */
export function sinkName(sink: SinkSetting): string {
  return sink.name ?? (sink.type === 'file' ? `file:${sink.path}` : sink.type);
}

function readSink(value: unknown, index: number): SinkSetting {
  const at = `[${index}]`;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Mismatch(describeValue(value), '{type: file, path: FILE} or {type: stdout}', at);
  }
  const { type, name, path, ...rest } = value as Record<string, unknown>;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw new Mismatch(`unknown ${JSON.stringify(unknown)}`, 'type, name or path', at);
  const named = name === undefined ? {} : { name: lineAt(name, `${at}.name`) };
  if (type === 'file') return { type, ...named, path: lineAt(path, `${at}.path`) };
  if (type !== 'stdout') throw new Mismatch(describeValue(type), '"file" or "stdout"', `${at}.type`);
  if (path !== undefined) throw new Mismatch('a path', 'none, for standard output,', `${at}.path`);
  return { type, ...named };
}

function lineAt(value: unknown, path: string): string {
  if (typeof value !== 'string' || !LINE.test(value))
    throw new Mismatch(describeValue(value), 'text of one line', path);
  return value;
}

/** RFC 1123 host name, or an IPv4 address. */
function isHost(host: string): boolean {
  return host.length <= 253 && /^(?!-)[A-Za-z0-9_-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9_-]{1,63}(?<!-))*\.?$/.test(host);
}

function describeValue(value: unknown): string {
  if (value === undefined || value === null || value === '') return 'nothing';
  if (typeof value === 'string') {
    return `text ${JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)}`;
  }
  if (typeof value === 'number' || typeof value === 'bigint') return `number ${value}`;
  if (typeof value === 'boolean') return String(value);
  return Array.isArray(value) ? 'a list' : 'a mapping';
}
