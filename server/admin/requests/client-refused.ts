import { CertificateError, parseCertificates, sha1Fingerprint } from '../../../certs/index.ts';
import type { RefusedCertificate } from '../../store/index.ts';
import type { ShownRefused } from '../protocol.ts';
import { nothing } from './body-schema.ts';
import type { RowOf } from './request.ts';

/** Certificates that knocked and were refused, last seen first. */
export const clientRefused: RowOf<'client refused'> = {
  action: 'hs-crypto.mtlscert-cert.list',
  deed: 'list',
  body: nothing,
  async run({ tell }, { store, effects }) {
    await effects?.flushSightings();
    const refused = (await store.sightings.refused()).map(shownRefused);
    tell({ responseData: { count: refused.length } });
    return { answer: { refused } };
  },
};

function shownRefused({ fingerprint, der, cause, firstAt, lastAt, count }: RefusedCertificate): ShownRefused {
  return {
    ...{ sha256: fingerprint, sha1: sha1Fingerprint(der), ...readable(der), cause, count },
    ...{ firstAt: firstAt.toISOString(), lastAt: lastAt.toISOString() },
  };
}

/** Anybody can knock, with anything. */
function readable(der: Uint8Array): Pick<ShownRefused, 'subject' | 'issuer' | 'notBefore' | 'notAfter'> {
  try {
    const { subject, issuer, notBefore, notAfter } = parseCertificates(der)[0]!;
    return { subject, issuer, notBefore: notBefore.toISOString(), notAfter: notAfter.toISOString() };
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    return { subject: '', issuer: '', notBefore: null, notAfter: null };
  }
}
