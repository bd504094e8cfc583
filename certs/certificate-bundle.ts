import { CertificateError } from './certificate-error.ts';
import { definiteBer } from './definite-ber.ts';
import { DerReader, DerTag } from './der.ts';

const SIGNED_DATA = Buffer.from('06092a864886f70d010702', 'hex');
/** A tag and the longest length that we read. */
const HEADER_OCTETS_MAX = 6;

/** Whether these bytes begin as a PKCS#7 bundle of certificates does (`.p7b`), in DER or in BER. */
export function isCertificateBundle(bytes: Uint8Array): boolean {
  const at = Buffer.from(bytes.subarray(0, HEADER_OCTETS_MAX + SIGNED_DATA.length)).indexOf(SIGNED_DATA);
  return bytes[0] === DerTag.sequence && at >= 2;
}

/**
 * The certificates in a bundle, each in DER: SignedData (RFC 5652 §5.1), whose signatures and lists are passed over. Throws
 * CertificateError with the byte at which it is none, or when it holds no certificate.
 */
export function certificatesInBundle(ber: Uint8Array): Uint8Array[] {
  const what = 'the PKCS#7 bundle';
  const outer = new DerReader(definiteBer(ber, what));
  const info = outer.into(outer.next(DerTag.sequence, what));
  info.next(DerTag.objectIdentifier, 'the kind of bundle');
  const content = info.into(info.next(DerTag.context(0), 'the content of the bundle'));
  const signedData = content.into(content.next(DerTag.sequence, 'signed data'));
  signedData.next(DerTag.integer, 'the version');
  signedData.next(DerTag.set, 'the digest algorithms');
  signedData.next(DerTag.sequence, 'the content that is signed');
  const found: Uint8Array[] = [];
  if (signedData.nextTag === DerTag.context(0)) {
    const list = signedData.into(signedData.any('the certificates'));
    while (!list.isAtEnd) {
      const element = list.any('a certificate');
      // Other choices are attribute certificates and such (RFC 5652 §10.2.2).
      if (element.tag === DerTag.sequence) found.push(Uint8Array.from(list.whole(element)));
    }
  }
  if (found.length > 0) return found;
  throw new CertificateError({ byte: 0, found: 'a PKCS#7 bundle without certificates', expected: 'one with some' });
}
