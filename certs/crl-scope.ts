import { DerReader, DerTag } from './der.ts';
import type { RawExtension } from './read-extensions.ts';

/** What the extensions of a revocation list say about it (RFC 5280 §5.2). */
export interface CrlScope {
  /** CRL number; undefined when it has none. */
  number: bigint | undefined;
  /** The certificates that it speaks of: an issuer may have one list for authorities and one for all others. */
  scope: 'all' | 'authorities' | 'end certificates';
  /** Lists of one issuer with the same part of its certificates have the same text here; of those the latest counts. */
  part: string;
  /** Why it cannot answer whether a certificate is revoked, as text without names; undefined when it can. */
  unusable: string | undefined;
}

const id = {
  issuerAltName: '2.5.29.18',
  crlNumber: '2.5.29.20',
  issuingDistributionPoint: '2.5.29.28',
  authorityKeyIdentifier: '2.5.29.35',
};
const known: readonly string[] = Object.values(id);

export function readCrlScope(extensions: readonly RawExtension[]): CrlScope {
  const unknown = extensions.find(({ id, isCritical }) => isCritical && !known.includes(id));
  const number = extensions.find(extension => extension.id === id.crlNumber);
  const point = extensions.find(extension => extension.id === id.issuingDistributionPoint);
  const { scope, unusable } = point ? readDistributionPoint(point.value) : { scope: 'all' as const };
  return {
    number: number && readNumber(number.value),
    scope,
    part: point ? Buffer.from(point.value).toString('hex') : '',
    unusable: unknown ? `critical extension ${unknown.id}, which is not known here` : unusable,
  };
}

function readNumber(value: Uint8Array): bigint {
  const reader = new DerReader(value);
  const octets = reader.content(reader.next(DerTag.integer, 'the number of the list'));
  return BigInt(`0x0${Buffer.from(octets).toString('hex')}`);
}

/**
 * RFC 5280 §5.2.5. Where the list is published is of no interest: it was given to us. Of lists that name the certificates of other
 * issuers, or only some reasons for which certificates were revoked, a missing certificate means nothing.
 */
function readDistributionPoint(value: Uint8Array): Pick<CrlScope, 'scope' | 'unusable'> {
  const reader = new DerReader(value);
  const fields = reader.into(reader.next(DerTag.sequence, 'the issuing distribution point'));
  let scope: CrlScope['scope'] = 'all';
  let unusable: string | undefined;
  while (!fields.isAtEnd) {
    const field = fields.any('a field of the issuing distribution point');
    const isTrue = fields.content(field)[0] !== 0;
    switch (field.tag) {
      case DerTag.context(0):
        break;
      case DerTag.contextPrimitive(1):
        if (isTrue) scope = 'end certificates';
        break;
      case DerTag.contextPrimitive(2):
        if (isTrue) scope = 'authorities';
        break;
      case DerTag.contextPrimitive(3):
        unusable = 'only some reasons for a revocation';
        break;
      case DerTag.contextPrimitive(4):
        if (isTrue) unusable = 'certificates of other issuers too';
        break;
      default:
        if (isTrue) unusable = 'attribute certificates only';
    }
  }
  return { scope, unusable };
}
