import * as der from './der-maker.ts';

/** PKCS#7 bundles of certificates and what openssl writes behind a certificate, as other people's programs make them. */

export interface Bundle {
  certificates: readonly Uint8Array[];
  /** In the place of the certificates' other choices: attribute certificates and such. */
  others?: readonly Uint8Array[];
  /** signedData unless said. */
  type?: string;
  /** Lengths that are not said, the way Java and NSS write. */
  isIndefinite?: boolean;
}

/** SignedData without signers (RFC 5652 §5.1), as "Export to .p7b" writes it. */
export function craftBundle({
  certificates,
  others = [],
  type = '1.2.840.113549.1.7.2',
  isIndefinite = false,
}: Bundle): Buffer {
  const element = isIndefinite ? indefinite : der.element;
  const held = [...certificates, ...others];
  return element(
    0x30,
    der.oid(type),
    element(
      0xa0,
      element(
        0x30,
        der.integer(1),
        element(0x31),
        element(0x30, der.oid('1.2.840.113549.1.7.1')),
        ...(held.length > 0 ? [element(0xa0, ...held)] : []),
        element(0x31),
      ),
    ),
  );
}

/** One BER element of this tag octet, which says its end where it ends. */
export const indefinite = (tag: number, ...content: readonly Uint8Array[]): Buffer =>
  Buffer.concat([Buffer.of(tag, 0x80), ...content, Buffer.of(0, 0)]);

/** What openssl puts behind a certificate that it trusts for TLS servers under this name (CertAux). */
export const trust = (alias: string): Buffer =>
  der.sequence(der.sequence(der.oid('1.3.6.1.5.5.7.3.1')), der.utf8String(alias));
