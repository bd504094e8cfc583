import { constants } from 'node:crypto';
import type { TlsOptions } from 'node:tls';

export interface TlsSettings {
  readonly minVersion: '1.2' | '1.3';
  /** Whether RSA key exchange and CBC suites are offered, for clients that have nothing better. */
  readonly rsaCbc: boolean;
  readonly sessionResumption: boolean;
}
export interface ServerCertificate {
  /** The certificate and its chain, PEM. */
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

const TLS13_SUITES = ['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256'];
const TLS12_SUITES = ['ECDSA', 'RSA'].flatMap(key => [
  `ECDHE-${key}-AES256-GCM-SHA384`,
  `ECDHE-${key}-CHACHA20-POLY1305`,
  `ECDHE-${key}-AES128-GCM-SHA256`,
]);
/** What KMIP 1.x clients of old days speak, the one that every KMIP 1.0 profile demands among them. */
const OLD_SUITES = [
  'ECDHE-RSA-AES256-SHA384',
  'ECDHE-RSA-AES128-SHA256',
  'ECDHE-RSA-AES256-SHA',
  'ECDHE-RSA-AES128-SHA',
  'AES256-GCM-SHA384',
  'AES128-GCM-SHA256',
  'AES256-SHA256',
  'AES128-SHA256',
  'AES256-SHA',
  'AES128-SHA',
];

/** A session may be resumed for this long; whoever it was is identified again for every message all the same. */
const SESSION_SECONDS = 3600;
/** Name and keys by which the server knows the session tickets that it gave out, as node:tls takes them. */
export const TICKET_KEYS_BYTES = 48;

/**
 * Options for node:tls. A client certificate is asked for and never refused here: who comes without a known one is told so in
 * KMIP's words, and the handshake itself proves possession of the private key.
 */
export function tlsOptions(
  { minVersion, rsaCbc, sessionResumption }: TlsSettings,
  certificate: ServerCertificate,
  handshakeTimeoutMs: number,
  ticketKeys: Buffer,
): TlsOptions {
  return {
    cert: certificate.certificatePem,
    key: certificate.privateKeyPem,
    requestCert: true,
    rejectUnauthorized: false,
    minVersion: minVersion === '1.3' ? 'TLSv1.3' : 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    ciphers: [...TLS13_SUITES, ...TLS12_SUITES, ...(rsaCbc ? OLD_SUITES : [])].join(':'),
    honorCipherOrder: true,
    ecdhCurve: 'X25519:P-256:P-384:P-521',
    handshakeTimeout: handshakeTimeoutMs,
    sessionTimeout: SESSION_SECONDS,
    ticketKeys,
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION | (sessionResumption ? 0 : constants.SSL_OP_NO_TICKET),
  };
}
