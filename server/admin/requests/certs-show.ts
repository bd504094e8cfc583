import { issueCrl, parseCertificates } from '../../../certs/index.ts';
import { shownCertificate } from '../shown-certificate.ts';
import { nothing } from './body-schema.ts';
import type { RowOf } from './request.ts';

/** The server's certificate as vCenter's dialog shows it, and the authority's. */
export const certsShow: RowOf<'certs show'> = {
  action: 'hs-crypto.mtlscert-cert.read',
  deed: 'read',
  body: nothing,
  async run({ now, tell }, { certificates }) {
    const serverPem = (await certificates.server()).certificatePem;
    const authorityPem = String((await certificates.authority()).certificatePem);
    const [server, ...chain] = parseCertificates(serverPem).map(each => shownCertificate(each, now));
    const authority = shownCertificate(parseCertificates(authorityPem)[0]!, now);
    tell({ requestData: { certificateId: [server!.sha256, authority.sha256] } });
    const hasPendingRequest = (await certificates.pendingKey()) !== undefined;
    return { answer: { server: server!, chain, serverPem, authority, authorityPem, hasPendingRequest } };
  },
};

/** The revocation list of our authority, made now. */
export const certsCrl: RowOf<'certs crl'> = {
  action: 'hs-crypto.mtlscert-cert.read',
  deed: 'read',
  body: nothing,
  async run({ now, tell }, { store, certificates, settings }) {
    const authority = await certificates.authority();
    const { sha256 } = parseCertificates(authority.certificatePem)[0]!;
    tell({ requestData: { certificateId: sha256 } });
    // A certificate that has expired needs no list (RFC 5280 §3.3).
    const revoked = (await store.directory.revoked(sha256)).filter(({ notAfter }) => notAfter >= now);
    const validityDays = settings.authority.crlValidityDays;
    const { crlPem, thisUpdate, nextUpdate } = await issueCrl({ authority, revoked, now, validityDays });
    tell({ responseData: { revoked: revoked.length } });
    return {
      answer: {
        ...{ crlPem, revoked: revoked.length },
        ...{ thisUpdate: thisUpdate.toISOString(), nextUpdate: nextUpdate.toISOString() },
      },
    };
  },
};
