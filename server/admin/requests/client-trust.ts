import { colons, parseCertificates, sha1Fingerprint } from '../../../certs/index.ts';
import { fingerprintDigits, withFingerprint } from '../fingerprints.ts';
import { shownCertificate } from '../shown-certificate.ts';
import { fingerprint, label, object } from './body-schema.ts';
import { clientFor } from './clients.ts';
import { followTrust } from './follow-trust.ts';
import type { RowOf } from './request.ts';
import { trustCertificate } from './trusted-certificate.ts';

/** Digits of a fingerprint that say which of the refused is meant: more than chance, or somebody who wants to be taken for another, gives. */
const DIGITS_MIN = 8;
const SHA1_DIGITS = 40;

/** Pins a certificate that knocked and was refused. */
export const clientTrust: RowOf<'client trust'> = {
  action: 'hs-crypto.mtlscert-cert.set',
  deed: 'create',
  body: object({ name: label, fingerprint, 'vault?': label }),
  async run(asked, manager) {
    const { body, now, tell } = asked;
    const { store, effects } = manager;
    tell({ requestData: { way: 'trust' } });
    const digits = fingerprintDigits(body.fingerprint, DIGITS_MIN);
    await effects?.flushSightings();
    const refused = (await store.sightings.refused()).map(({ fingerprint: sha256, der }) => {
      return { sha256, sha1: sha1Fingerprint(der), der };
    });
    const missing = 'no certificate with this fingerprint was refused; `kmipd client refused` shows those that were';
    const { der } = withFingerprint(refused, digits, missing);
    const [certificate] = parseCertificates(der);
    const { client, vault, isNew } = await clientFor(body, asked, manager);
    const warnings = await trustCertificate(certificate!, { client, origin: 'pinned' }, asked, manager);
    if (digits.length < SHA1_DIGITS) {
      const whole = colons(certificate!.sha256);
      warnings.push(`a part of a fingerprint can be forged; see that the whole is the client's: SHA-256 ${whole}`);
    }
    return {
      answer: {
        ...{ client: client.name, id: client.id, vault: vault.name, isNew, warnings },
        certificate: shownCertificate(certificate!, now),
      },
      afterwards: async () => void (await followTrust(manager, { known: certificate!.sha256 })),
    };
  },
};
