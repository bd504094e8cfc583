import { Integer } from 'asn1js';
import { CertificateRevocationList, Extension, Extensions, RevokedCertificate, Time } from 'pkijs';
import { type Authority, loadAuthority } from './load-authority.ts';
import { CertificateError } from './certificate-error.ts';
import { engine } from './engine.ts';
import { authorityKeyIdentifier } from './extensions.ts';
import { validityFrom } from './issue.ts';
import { toPem } from './pem.ts';

export interface IssueCrl {
  authority: Authority;
  /** Serial numbers as certificates have them. */
  revoked: readonly { serialNumber: string; revokedAt: Date }[];
  now: Date;
  validityDays: number;
}

export interface IssuedCrl {
  crlPem: string;
  der: Uint8Array;
  thisUpdate: Date;
  nextUpdate: Date;
}

const CRL_NUMBER = '2.5.29.20';

/**
 * Makes and signs the authority's revocation list, version 2 (RFC 5280 §5). Its number is the time in milliseconds, so that it
 * grows; reasons are left out. Throws CertificateError when the authority cannot sign lists now.
 */
export async function issueCrl({ authority, revoked, now, validityDays }: IssueCrl): Promise<IssuedCrl> {
  const { certificate, name, keyIdentifier, signWith } = await loadAuthority(authority, now);
  if (certificate.keyUsage?.has('cRLSign') === false) {
    throw new CertificateError({
      found: `an authority that signs no revocation lists: ${certificate.subject}`,
      expected: 'one with key usage cRLSign',
    });
  }
  const { notBefore: thisUpdate, notAfter: nextUpdate } = validityFrom(now, validityDays);
  const list = new CertificateRevocationList({
    version: 1,
    issuer: name,
    thisUpdate: time(thisUpdate),
    nextUpdate: time(nextUpdate),
    // Empty it may not be there at all (§5.1.2.6).
    ...(revoked.length > 0 && { revokedCertificates: revoked.map(entry) }),
    crlExtensions: new Extensions({
      extensions: [
        authorityKeyIdentifier(keyIdentifier),
        new Extension({ extnID: CRL_NUMBER, extnValue: Integer.fromBigInt(BigInt(now.getTime())).toBER() }),
      ],
    }),
  });
  await list.sign(signWith.key, signWith.hash, engine);
  const der = new Uint8Array(list.toSchema(true).toBER());
  return { crlPem: toPem('X509 CRL', der), der, thisUpdate, nextUpdate };
}

const entry = ({ serialNumber, revokedAt }: { serialNumber: string; revokedAt: Date }) =>
  new RevokedCertificate({
    userCertificate: Integer.fromBigInt(BigInt(`0x${serialNumber}`)),
    revocationDate: time(new Date(Math.floor(revokedAt.getTime() / 1000) * 1000)),
  });

/** RFC 5280 §5.1.2.4: as in certificates. */
const time = (value: Date) => new Time({ type: value.getUTCFullYear() < 2050 ? 0 : 1, value });
