import { createPrivateKey, X509Certificate } from 'node:crypto';
import { parseCertificates } from '../../certs/index.ts';

/** A certificate and its private key. */
export interface KeyPair {
  /** The certificate that the key belongs to stands first, then those above it. */
  readonly certificatePem: string;
  /** PKCS#8, not encrypted. */
  readonly privateKeyPem: string;
}

/** Whether the key is that of the first certificate; no, when either cannot be read. */
export function belongsTo(privateKeyPem: string, certificatePem: string): boolean {
  try {
    const [certificate] = parseCertificates(certificatePem);
    return (
      certificate !== undefined && new X509Certificate(certificate.der).checkPrivateKey(createPrivateKey(privateKeyPem))
    );
  } catch {
    return false;
  }
}
