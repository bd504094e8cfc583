import { CertificateError } from './certificate-error.ts';
import { type DerReader, DerTag, dottedOid, readBoolean } from './der.ts';

/** The bits of Key Usage in their order (RFC 5280 §4.2.1.3). */
const keyUsageNames = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;
export type KeyUsageName = (typeof keyUsageNames)[number];

/** RFC 5280 §4.2.1.3. Bits that have no name are passed over. */
export function readKeyUsage(value: DerReader): ReadonlySet<KeyUsageName> {
  const octets = value.content(value.next(DerTag.bitString, 'the key usage'));
  const isSet = (bit: number) => ((octets[1 + (bit >> 3)] ?? 0) & (0x80 >> (bit & 7))) !== 0;
  return new Set(keyUsageNames.filter((_name, bit) => isSet(bit)));
}

/** The purposes, dotted (RFC 5280 §4.2.1.12). */
export function readExtendedKeyUsage(value: DerReader): string[] {
  const list = value.into(value.next(DerTag.sequence, 'the extended key usage'));
  const purposes: string[] = [];
  while (!list.isAtEnd) {
    purposes.push(dottedOid(list.content(list.next(DerTag.objectIdentifier, 'a purpose of the key'))));
  }
  return purposes;
}

/** RFC 5280 §4.2.1.9. */
export function readBasicConstraints(value: DerReader): { isCa: boolean; pathLength: number | undefined } {
  const constraints = value.into(value.next(DerTag.sequence, 'the basic constraints'));
  const isCa = constraints.nextTag === DerTag.boolean && readBoolean(constraints, 'CA');
  const pathLength = constraints.isAtEnd ? undefined : readPathLength(constraints);
  return { isCa, pathLength };
}

// Longer than any path. More octets than that are a number all the same, only not one that limits anything.
const LENGTH_OCTETS_MAX = 4;

function readPathLength(constraints: DerReader): number {
  const element = constraints.next(DerTag.integer, 'the path length');
  const octets = constraints.content(element);
  if (octets.length === 0 || octets[0]! >= 0x80) {
    throw new CertificateError({ byte: element.start, found: 'no count', expected: 'a path length of 0 or more' });
  }
  return octets.length > LENGTH_OCTETS_MAX ? Infinity : Number(`0x${Buffer.from(octets).toString('hex')}`);
}

/** The key identifier alone, undefined where only issuer and serial number are given (RFC 5280 §4.2.1.1). */
export function readAuthorityKeyIdentifier(value: DerReader): Uint8Array | undefined {
  const fields = value.into(value.next(DerTag.sequence, 'the authority key identifier'));
  if (fields.nextTag !== DerTag.contextPrimitive(0)) return undefined;
  return fields.content(fields.any('the key identifier'));
}
