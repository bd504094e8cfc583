import { createPrivateKey, X509Certificate } from 'node:crypto';
import {
  checkAuthority,
  checkServerCertificate,
  orderChain,
  parseCertificates,
  parsePrivateKey,
  readPkcs12,
  toPem,
} from '../../../certs/index.ts';
import type { KeyPair } from '../../data-folder/index.ts';
import { AdminError } from '../admin-error.ts';
import type { CertificateImport } from '../protocol.ts';
import { shownCertificate } from '../shown-certificate.ts';
import { file, object, secret } from './body-schema.ts';
import { bytesOf } from './file-content.ts';
import { followTrust } from './follow-trust.ts';
import { checkDates, replaceServer, serverWarnings } from './own-certificates.ts';
import type { RowOf } from './request.ts';

const body = object({
  'certificate?': file,
  'key?': file,
  'passphrase?': secret,
  'chain?': file,
  'pkcs12?': object({ file, password: { ...secret, minLength: 0 } }),
});

/** A certificate for the server that was made elsewhere. */
export const serverImport: RowOf<'certs server import'> = {
  action: 'hs-crypto.mtlscert-cert.set',
  deed: 'update',
  body,
  async run(asked, manager) {
    const { certificates } = manager;
    const pendingKey = await certificates.pendingKey();
    const waiting = async () => [
      ...(pendingKey === undefined ? [] : [pendingKey]),
      (await certificates.server()).privateKeyPem,
    ];
    const pair = await pairIn(asked.body, waiting);
    const [certificate] = parseCertificates(pair.certificatePem);
    asked.tell({ requestData: { certificateId: certificate!.sha256 } });
    checkDates(certificate!, asked.now);
    checkServerCertificate(pair.certificatePem, asked.now);
    const done = await replaceServer(pair, serverWarnings(certificate!, asked.now), asked, manager);
    return {
      ...done,
      async afterwards() {
        const added = await done.afterwards?.();
        // Its certificate has come, so the key has found its place.
        if (pair.privateKeyPem === pendingKey) await certificates.setPendingKey(undefined);
        return added;
      },
    };
  },
};

/** A company's authority in the place of ours. */
export const authorityImport: RowOf<'certs authority import'> = {
  action: 'hs-crypto.mtlscert-cert.set',
  deed: 'update',
  body,
  async run(asked, manager) {
    const { body, now, tell } = asked;
    const { certificates } = manager;
    const pair = await pairIn(body);
    const [certificate] = parseCertificates(pair.certificatePem);
    const before = await certificates.authority();
    const [former] = parseCertificates(before.certificatePem);
    tell({ requestData: { certificateId: certificate!.sha256, formerCertificateId: former!.sha256 } });
    await checkAuthority(pair, now);
    await certificates.setAuthority(pair);
    return {
      answer: { authority: shownCertificate(certificate!, now) },
      afterwards: async () => void (await followTrust(manager)), // its end is watched from now on
      takeBack: () => certificates.setAuthority(before),
    };
  },
};

/** The certificate, its chain and its key. `waiting`: keys that are here, for a certificate that comes alone. Throws AdminError. */
async function pairIn(given: CertificateImport, waiting?: () => Promise<readonly string[]>): Promise<KeyPair> {
  const { certificate, key, passphrase, chain, pkcs12 } = given;
  const chainPem = chain === undefined ? '' : pemOf(bytesOf(chain));
  if (pkcs12) {
    if (certificate !== undefined || key !== undefined) {
      throw new AdminError('bad request', 'a PKCS#12 file holds certificate and key; give it alone, or those two');
    }
    const found = await readPkcs12(bytesOf(pkcs12.file), pkcs12.password);
    return ordered(found.certificatePem + found.chainPem + chainPem, found.privateKeyPem);
  }
  if (certificate === undefined) {
    throw new AdminError('bad request', 'there is no certificate in the request; give --cert FILE or --pkcs12 FILE');
  }
  const certificates = pemOf(bytesOf(certificate)) + chainPem;
  if (key !== undefined) return ordered(certificates, parsePrivateKey(bytesOf(key), passphrase));
  if (!waiting)
    throw new AdminError('bad request', 'an authority signs, so its key is needed; give it with --key FILE');
  for (const privateKeyPem of await waiting()) {
    if (belongs(certificates, privateKeyPem)) return ordered(certificates, privateKeyPem);
  }
  throw new AdminError(
    'bad request',
    'no key that waits here belongs to this certificate; give the key with it, or make a request with `kmipd certs server csr`',
  );
}

/** The certificate that the key belongs to first, then those above it. Throws CertificateError. */
function ordered(certificates: string, key: string): KeyPair {
  const { certificatePem, chainPem, privateKeyPem } = orderChain(certificates, key);
  return { certificatePem: certificatePem + chainPem, privateKeyPem };
}

/** Whatever form the certificates have, as PEM without anything around it. */
const pemOf = (bytes: Uint8Array): string =>
  parseCertificates(bytes)
    .map(({ der }) => toPem('CERTIFICATE', der))
    .join('');

function belongs(certificates: string, privateKeyPem: string): boolean {
  const key = createPrivateKey(privateKeyPem);
  return parseCertificates(certificates).some(({ der }) => new X509Certificate(der).checkPrivateKey(key));
}
