import { readFileSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { registry, showVersion, type Version } from '../../kmip-codec/index.ts';
import type { Identity } from './channel.ts';
import { knownVersions } from './selection.ts';

export function parseServer(value: string) {
  const [, host = '', port = ''] = /^\[?([^\]]+?)\]?:([0-9]{1,5})$/.exec(value) ?? [];
  if (!host || Number(port) < 1 || Number(port) > 65535) throw new InvalidArgumentError('Must be HOST:PORT.');
  return { host, port: Number(port) };
}

/** `B=b.crt,b.key` for a client, `Fred=fred.crt,fred.key` for a user: added to those before it. */
export function parseIdentity(value: string, before: ReadonlyMap<string, Identity> = new Map()): Map<string, Identity> {
  const [, name, cert, key] = /^([^=]+)=([^,]+),([^,]+)$/.exec(value) ?? [];
  if (!name || !cert || !key) throw new InvalidArgumentError('Must be a name, =, and two files: B=b.crt,b.key.');
  return new Map(before).set(name, { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') });
}

const parseList = (value: string) => value.split(',').filter(Boolean);

export function parseVersions(value: string): Version[] {
  return parseList(value).map(name => {
    const found = knownVersions.find(each => showVersion(each) === name);
    if (!found) throw new InvalidArgumentError(`Must be among ${knownVersions.map(showVersion).join(', ')}.`);
    return found;
  });
}

function parseNames(value: string, known: Readonly<Record<string, unknown>>): Set<string> {
  for (const name of parseList(value)) {
    if (!Object.hasOwn(known, name)) throw new InvalidArgumentError(`'${name}' is not the XML name of one.`);
  }
  return new Set(parseList(value));
}
export const parseOperations = (value: string) => parseNames(value, registry.Operation.values);
export const parseObjects = (value: string) => parseNames(value, registry.ObjectType.values);

export function parseNumber(value: string): number {
  if (!/^[0-9]+$/.test(value)) throw new InvalidArgumentError('Must be a whole number.');
  return Number(value);
}
