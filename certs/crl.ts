import type { Certificate } from './certificate.ts';
import { readCertificateFields, readNameAt, readSerialNumber, readSigned, type Signed } from './certificate-fields.ts';
import { readCrlScope, type CrlScope } from './crl-scope.ts';
import { type DerReader, DerTag } from './der.ts';
import { normalName } from './name-matching.ts';
import { nameText } from './name.ts';
import { findBlocks, inBlock } from './pem.ts';
import { noExtensions, type RawExtension, readExtensions } from './read-extensions.ts';
import { isSignedWith, keyWeakness, readPublicKey } from './signature.ts';
import { readTime } from './validity.ts';

/** A certificate revocation list (RFC 5280 §5). */
export interface RevocationList extends CrlScope {
  der: Uint8Array;
  /** As RFC 4514 writes it. */
  issuer: string;
  /** Name, DER. */
  issuerDer: Uint8Array;
  /** CRL number; undefined when it has none. */
  number: bigint | undefined;
  thisUpdate: Date;
  /** Undefined when it does not say when the next one comes. */
  nextUpdate: Date | undefined;
  /** Serial number, as certificates have it, to the time from when on it is revoked. */
  revoked: ReadonlyMap<string, Date>;
  /** As of a certificate. */
  signatureAlgorithm: string;
  /** Whether this authority has the issuer's name, may sign lists, and has signed this one with an algorithm that is not weak. */
  isSignedBy(authority: Pick<Certificate, 'der'>): boolean;
}

/** All revocation lists in a file or text, PEM (`X509 CRL`) or DER, at least one. Throws CertificateError as parseCertificates does. */
export function parseCrls(input: string | Uint8Array): RevocationList[] {
  return findBlocks(input, { labels: ['X509 CRL'], name: 'a revocation list' }).map(block => inBlock(block, readCrl));
}

/** Reads one list in DER (RFC 5280 §5.1). Throws CertificateError with the byte at which it is none. */
export function readCrl(der: Uint8Array): RevocationList {
  const { reader, ...signed } = readSigned(der, 'revocation list', part => {
    if (part.nextTag === DerTag.integer) part.any('the version');
  });
  const isVersion2 = reader.nextTag === DerTag.integer && reader.content(reader.any('the version'))[0] === 1;
  reader.next(DerTag.sequence, 'the signature algorithm');
  const issuer = readNameAt(reader, 'the issuer');
  const thisUpdate = readTime(reader, 'thisUpdate');
  const nextUpdate = isTime(reader.nextTag) ? readTime(reader, 'nextUpdate') : undefined;
  const { revoked, criticalInEntries } = readEntries(reader);
  const { all } = reader.isAtEnd
    ? noExtensions
    : readExtensions(reader.into(reader.next(DerTag.context(0), 'the extensions')));
  reader.finish("the revocation list's signed part");

  const scope = readCrlScope(all);
  const unusable = signed.isAlgorithmTwiceTheSame
    ? !isVersion2 && (all.length > 0 || criticalInEntries !== undefined)
      ? 'extensions in version 1'
      : (criticalInEntries ?? scope.unusable)
    : 'one signature algorithm inside of the signed part and another outside';
  return {
    ...scope,
    unusable,
    der,
    issuer: nameText(issuer.parts),
    issuerDer: issuer.der,
    thisUpdate,
    nextUpdate,
    revoked,
    signatureAlgorithm: signed.algorithm.name,
    isSignedBy: authority => isSignedBy(signed, normalName(issuer.parts), authority),
  };
}

const isTime = (tag: number | undefined) => tag === DerTag.utcTime || tag === DerTag.generalizedTime;

function readEntries(reader: DerReader): { revoked: Map<string, Date>; criticalInEntries: string | undefined } {
  const revoked = new Map<string, Date>();
  let criticalInEntries: string | undefined;
  if (reader.nextTag !== DerTag.sequence) return { revoked, criticalInEntries };
  const list = reader.into(reader.any('the revoked certificates'));
  while (!list.isAtEnd) {
    const entry = list.into(list.next(DerTag.sequence, 'a revoked certificate'));
    const serialNumber = readSerialNumber(entry);
    revoked.set(serialNumber, readTime(entry, 'the time of revocation'));
    if (!entry.isAtEnd) {
      // Nothing that is known of an entry needs to be critical but the name of another issuer, which makes the list indirect.
      const critical = readExtensions(entry).all.find(({ isCritical }: RawExtension) => isCritical);
      if (critical) criticalInEntries = `critical extension ${critical.id} of a revoked certificate`;
    }
    entry.finish('a revoked certificate');
  }
  return { revoked, criticalInEntries };
}

function isSignedBy(signed: Signed, issuer: string, authority: Pick<Certificate, 'der'>): boolean {
  const { subject, publicKeyDer, extensions } = readCertificateFields(authority.der);
  if (normalName(subject.parts) !== issuer || extensions.keyUsage?.has('cRLSign') === false) return false;
  if (signed.algorithm.isWeak) return false;
  const key = readPublicKey(publicKeyDer);
  return key !== undefined && keyWeakness(key) === undefined && isSignedWith(key, signed);
}
