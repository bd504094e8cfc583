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
  /** It holds a number, a switch or one of a few words: nothing that names a person, a machine or a place. */
  readonly isTold?: true;
}

/** A value that its setting cannot have: `found, expected is expected`. */
export class Mismatch extends Error {
  override readonly name = 'Mismatch';
  readonly found: string;
  readonly expected: string;
  readonly path: string;

  /** `path` leads from the setting to the part that is wrong, as in `[0].path`; mostly empty. */
  constructor(found: string, expected: string, path = '') {
    super(`${found}, ${expected} is expected`);
    this.found = found;
    this.expected = expected;
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
    isTold: true,
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
  isTold: true,
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
    isTold: true,
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

/** RFC 1123 host name, or an IPv4 address. */
export function isHost(host: string): boolean {
  return host.length <= 253 && /^(?!-)[A-Za-z0-9_-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9_-]{1,63}(?<!-))*\.?$/.test(host);
}

/** What was found, for a message: a long text is cut. */
export function describeValue(value: unknown): string {
  if (value === undefined || value === null || value === '') return 'nothing';
  if (typeof value === 'string') {
    return `text ${JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)}`;
  }
  if (typeof value === 'number' || typeof value === 'bigint') return `number ${value}`;
  if (typeof value === 'boolean') return String(value);
  return Array.isArray(value) ? 'a list' : 'a mapping';
}
