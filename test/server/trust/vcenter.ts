import { X509Certificate } from 'node:crypto';
import { connect as tlsConnect } from 'node:tls';
import type { Test } from 'tap';
import { sha1Fingerprint, sha256Fingerprint } from '../../../certs/index.ts';
import { boot, playConnection, playConversation, type Subject } from '../../../server/demo/index.ts';
import { KmipClient, type ClientIdentity } from '../kmip-client.ts';

const subject: Subject = {
  product: { version: '8.0.3 build-1', vendor: 'Example', product: 'Example Center' },
  use: { identifier: 'b6b3f6f0-0000-4000-8000-000000000002', component: 'Virtual Machine', name: 'vm-1' },
};

/** What the trust dialog shows. */
export interface TrustDialog {
  readonly sha1: string;
  readonly sha256: string;
  readonly subject: string;
}

/** A vCenter as far as a key server can tell: it trusts the certificate that it was shown, and comes with its own. */
export class Vcenter {
  readonly #where: { readonly host: string; readonly port: number };
  #trusted: string | undefined;
  readonly protocols = new Set<string | null>();

  constructor(where: { readonly host: string; readonly port: number }) {
    this.#where = where;
  }

  /** "Add Standard Key Provider" connects without a certificate and shows the server's. */
  async trustDialog(): Promise<TrustDialog> {
    const der = await new Promise<Buffer>((resolve, reject) => {
      const socket = tlsConnect({ ...this.#where, rejectUnauthorized: false }, () => {
        resolve(socket.getPeerX509Certificate()!.raw);
        socket.destroy();
      });
      socket.once('error', reject);
    });
    const shown = new X509Certificate(der);
    return { sha1: sha1Fingerprint(der), sha256: sha256Fingerprint(der), subject: shown.subject };
  }

  /** The "Trust" button. */
  trust({ sha256 }: TrustDialog): void {
    this.#trusted = sha256;
  }

  /** Connects as vCenter does once trust is set up; the server must be the one that is trusted. */
  async connect(
    identity: ClientIdentity | undefined,
    maxVersion: 'TLSv1.2' | 'TLSv1.3' = 'TLSv1.2',
  ): Promise<KmipClient> {
    const client = await KmipClient.connect({ ...this.#where, rejectUnauthorized: false, maxVersion }, identity);
    const der = client.socket.getPeerX509Certificate()?.raw;
    if (der === undefined || sha256Fingerprint(der) !== this.#trusted)
      throw new Error('vCenter does not trust this server');
    this.protocols.add(client.socket.getProtocol());
    return client;
  }

  /** Encrypts one virtual machine: the key is created, read, activated, and read again by a host that boots. Its Unique Identifier. */
  async encryptMachine(t: Test, identity: ClientIdentity): Promise<string> {
    const connect = () => this.connect(identity);
    const uniqueIdentifier = await playConversation(subject, connect);
    await playConnection(boot(uniqueIdentifier), () => this.connect(identity, 'TLSv1.3'));
    t.same([...this.protocols], ['TLSv1.2', 'TLSv1.3']);
    return uniqueIdentifier;
  }
}
