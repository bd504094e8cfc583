import type { TLSSocket } from 'node:tls';
import { readPeer, type ReadPeer } from '../../certs/index.ts';

/**
 * What is known of the other end of a connection: the certificate that it proved to own, and the issuers that it presented with
 * it; undefined when it gave none. No address: nothing behind this point can name one.
 */
export type Peer = ReadPeer | undefined;

/** Issuers that are looked at; a company's chain has three. */
const ISSUERS_MAX = 10;
/** Bytes of issuers that are kept of one peer; chains of RSA 8192 certificates have half of it. */
const ISSUERS_BYTES_MAX = 32 * 1024;

/** The peer of a connection whose handshake is done. A resumed session has its certificate but no issuers. */
export function peerOf(socket: TLSSocket): Peer {
  const certificate = socket.getPeerX509Certificate();
  const issuers: Uint8Array[] = [];
  let bytes = 0;
  let issuer = certificate?.issuerCertificate;
  // As presented, whether or not one has signed the other; some clients send the same one again and again.
  for (let i = 0; i < ISSUERS_MAX && issuer !== undefined; i++, issuer = issuer.issuerCertificate) {
    bytes += issuer.raw.length;
    if (bytes > ISSUERS_BYTES_MAX) break;
    issuers.push(issuer.raw);
  }
  return readPeer(certificate?.raw, issuers);
}
