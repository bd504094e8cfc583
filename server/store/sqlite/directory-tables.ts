import type { Database } from 'better-sqlite3';
import type { Client, ClientCertificate, DirectoryChange, TrustedRoot } from '../store.ts';
import { AdministratorTable } from './administrator-table.ts';
import { CertificateTable } from './certificate-table.ts';
import { ClientTable } from './client-table.ts';
import { ExpiryTable } from './expiry-table.ts';
import { NonceTable } from './nonce-table.ts';
import { RevocationTable } from './revocation-table.ts';
import { RootTable } from './root-table.ts';
import { VaultTable } from './vault-table.ts';

/** Everything that administrative changes write. */
export class DirectoryTables {
  readonly vaults: VaultTable;
  readonly clients: ClientTable;
  readonly certificates: CertificateTable;
  readonly #roots: RootTable;
  readonly revocations: RevocationTable;
  readonly administrators: AdministratorTable;
  readonly nonces: NonceTable;
  readonly expiries: ExpiryTable;

  constructor(database: Database) {
    this.vaults = new VaultTable(database);
    this.clients = new ClientTable(database);
    this.certificates = new CertificateTable(database);
    this.#roots = new RootTable(database);
    this.revocations = new RevocationTable(database);
    this.administrators = new AdministratorTable(database);
    this.nonces = new NonceTable(database);
    this.expiries = new ExpiryTable(database);
  }

  clientByFingerprint(fingerprint: string): { client: Client; certificate: ClientCertificate } | undefined {
    const certificate = this.certificates.withFingerprint(fingerprint);
    const client = certificate && this.clients.withId(certificate.client);
    return certificate && client && { client, certificate };
  }

  roots(): { client: Client; root: TrustedRoot }[] {
    return this.#roots.all().flatMap(root => {
      const client = this.clients.withId(root.client);
      return client ? [{ client, root }] : [];
    });
  }

  /** Throws ConflictError when what is to go is gone, and SQLite's constraint error when what is to come is taken. */
  write(change: DirectoryChange): void {
    switch (change.kind) {
      case 'add vault':
        return this.vaults.add(change.vault);
      case 'add client':
        return this.clients.add(change.client);
      case 'set credential':
        return this.clients.setCredential(change.client, change.credential);
      case 'remove client':
        this.certificates.becomeFormer(change.id, change.at);
        return this.clients.remove(change.id);
      case 'add certificate':
        return this.certificates.add(change.certificate);
      case 'remove certificate':
        return this.certificates.remove(change.fingerprint, change.at);
      case 'add root':
        return this.#roots.add(change.root);
      case 'remove root':
        this.#roots.remove(change.client, change.fingerprint);
        return this.certificates.forgetSeen(change.client);
      case 'set revocation lists':
        return this.#roots.setRevocationLists(change.client, change.fingerprint, change.crls);
      case 'revoke certificate':
        return this.revocations.add(change.certificate);
      case 'add administrator':
        return this.administrators.add(change.administrator);
      case 'set administrator key':
        return this.administrators.setKey(change.id, change.keyId, change.publicKey, change.at);
      case 'remove administrator':
        return this.administrators.remove(change.id);
      case 'use nonce':
        return this.nonces.use(change.keyId, change.nonce, change.until, change.now);
      case 'note expiry':
        return this.expiries.note(change.fingerprint, change.days);
    }
  }
}

/** Whether it can change who is let in. Notes on the way cannot: what is remembered of trust stays good. */
export const changesTrust = ({ kind }: DirectoryChange): boolean => kind !== 'use nonce' && kind !== 'note expiry';
