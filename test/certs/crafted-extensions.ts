import { createHash, type KeyObject } from 'node:crypto';
import { ipAddressOctets } from '../../certs/ip-address.ts';
import * as der from './der-maker.ts';
import { encodeName, type Name } from './crafted-name.ts';

/** Extensions of any content and criticality, as `craft` takes them. */
export function extension(id: string, value: Uint8Array, isCritical = false): Buffer {
  return der.sequence(der.oid(id), ...(isCritical ? [der.boolean(true)] : []), der.octetString(value));
}

export const authority = (pathLength?: number, isCritical = true): Buffer =>
  extension(
    '2.5.29.19',
    der.sequence(der.boolean(true), ...(pathLength === undefined ? [] : [der.integer(pathLength)])),
    isCritical,
  );
export const noAuthority = (): Buffer => extension('2.5.29.19', der.sequence(), true);

const usages = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
] as const;
export function keyUsage(...names: (typeof usages)[number][]): Buffer {
  const bits = names.reduce((sum, name) => sum | (0x80 >> usages.indexOf(name)), 0);
  const unusedBits = bits === 0 ? 0 : 31 - Math.clz32(bits & -bits);
  return extension('2.5.29.15', der.bitString(Buffer.of(bits), unusedBits), true);
}

const purposes = {
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  any: '2.5.29.37.0',
};
export const extendedKeyUsage = (names: (keyof typeof purposes)[], isCritical = false): Buffer =>
  extension('2.5.29.37', der.sequence(...names.map(name => der.oid(purposes[name]))), isCritical);

/** `DNS:a.example`, `IP:192.0.2.1`, `IP:192.0.2.0/255.255.255.0`, `email:…`, `URI:…`, `other:text`, or a directory name. */
export type CraftedName = string | Name;

export function generalName(name: CraftedName): Buffer {
  if (typeof name !== 'string') return der.context(4, encodeName(name));
  const colon = name.indexOf(':');
  const text = name.slice(colon + 1);
  switch (name.slice(0, colon)) {
    case 'email':
      return der.contextPrimitive(1, Buffer.from(text));
    case 'DNS':
      return der.contextPrimitive(2, Buffer.from(text, 'latin1'));
    case 'URI':
      return der.contextPrimitive(6, Buffer.from(text));
    case 'IP':
      return der.contextPrimitive(7, Buffer.concat(text.split('/').map(part => ipAddressOctets(part)!)));
    default:
      return der.context(0, der.oid('1.3.6.1.4.1.311.20.2.3'), der.context(0, der.utf8String(text)));
  }
}

export const subjectAltNames = (...names: CraftedName[]): Buffer =>
  extension('2.5.29.17', der.sequence(...names.map(generalName)));

export function nameConstraints(
  constraints: { permitted?: readonly CraftedName[]; excluded?: readonly CraftedName[] },
  isCritical = true,
): Buffer {
  const subtrees = (tag: number, names: readonly CraftedName[] | undefined) =>
    names === undefined ? [] : [der.context(tag, ...names.map(name => der.sequence(generalName(name))))];
  const { permitted, excluded } = constraints;
  return extension('2.5.29.30', der.sequence(...subtrees(0, permitted), ...subtrees(1, excluded)), isCritical);
}

const identifierOf = (key: KeyObject) =>
  createHash('sha1')
    .update(key.export({ format: 'der', type: 'spki' }))
    .digest();
export const subjectKeyIdentifier = (key: KeyObject): Buffer =>
  extension('2.5.29.14', der.octetString(identifierOf(key)));
export const authorityKeyIdentifier = (key: KeyObject): Buffer =>
  extension('2.5.29.35', der.sequence(der.contextPrimitive(0, identifierOf(key))));

/** One that nobody knows. */
export const unknown = (isCritical: boolean): Buffer => extension('1.3.6.1.4.1.99999.1', der.nothing, isCritical);
