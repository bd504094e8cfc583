import type { Database, Statement } from 'better-sqlite3';
import { ConflictError, type Client, type ClientCertificate, type DirectoryChange, type Vault } from '../store.ts';

interface VaultRow {
  id: string;
  name: string;
  createdAt: number;
  wrappedKey: Buffer;
}
interface ClientRow {
  id: string;
  name: string;
  vault: string;
  createdAt: number;
  username: string | null;
  passwordHash: string | null;
}
interface CertificateRow {
  fingerprint: string;
  client: string;
  der: Buffer;
  origin: ClientCertificate['origin'];
  addedAt: number;
}

const VAULT = 'SELECT id, name, created_at AS createdAt, wrapped_key AS wrappedKey FROM vault';
const CLIENT = `SELECT c.id, c.name, v.id AS vault, c.created_at AS createdAt, username, password_hash AS passwordHash
  FROM client c JOIN vault v ON v.number = c.vault`;
const CERTIFICATE = `SELECT fingerprint, c.id AS client, der, origin, added_at AS addedAt
  FROM client_certificate JOIN client c ON c.number = client`;

/** Vaults, clients and their certificates. */
export class DirectoryTables {
  readonly #vaults: Statement<[], VaultRow>;
  readonly #vault: Statement<[string], VaultRow>;
  readonly #vaultNamed: Statement<[string], VaultRow>;
  readonly #clients: Statement<[], ClientRow>;
  readonly #client: Statement<[string], ClientRow>;
  readonly #clientNamed: Statement<[string], ClientRow>;
  readonly #certificates: Statement<[string], CertificateRow>;
  readonly #certificate: Statement<[string], CertificateRow>;
  readonly #addVault: Statement<[string, string, number, Uint8Array]>;
  readonly #addClient: Statement<[string, string, string, number, string | null, string | null]>;
  readonly #removeClient: Statement<[string]>;
  readonly #addCertificate: Statement<[string, string, Uint8Array, string, number]>;
  readonly #removeCertificate: Statement<[string]>;

  constructor(database: Database) {
    this.#vaults = database.prepare(`${VAULT} ORDER BY name`);
    this.#vault = database.prepare(`${VAULT} WHERE id = ?`);
    this.#vaultNamed = database.prepare(`${VAULT} WHERE name = ?`);
    this.#clients = database.prepare(`${CLIENT} ORDER BY c.name`);
    this.#client = database.prepare(`${CLIENT} WHERE c.id = ?`);
    this.#clientNamed = database.prepare(`${CLIENT} WHERE c.name = ?`);
    this.#certificates = database.prepare(`${CERTIFICATE} WHERE c.id = ? ORDER BY added_at, fingerprint`);
    this.#certificate = database.prepare(`${CERTIFICATE} WHERE fingerprint = ?`);
    this.#addVault = database.prepare('INSERT INTO vault (id, name, created_at, wrapped_key) VALUES (?, ?, ?, ?)');
    this.#addClient = database.prepare(`INSERT INTO client (id, name, vault, created_at, username, password_hash)
      VALUES (?, ?, (SELECT number FROM vault WHERE id = ?), ?, ?, ?)`);
    this.#removeClient = database.prepare('DELETE FROM client WHERE id = ?');
    this.#addCertificate = database.prepare(`INSERT INTO client_certificate (fingerprint, client, der, origin, added_at)
      VALUES (?, (SELECT number FROM client WHERE id = ?), ?, ?, ?)`);
    this.#removeCertificate = database.prepare('DELETE FROM client_certificate WHERE fingerprint = ?');
  }

  vaults(): Vault[] {
    return this.#vaults.all().map(vault);
  }
  vault(id: string): Vault | undefined {
    return mapped(this.#vault.get(id), vault);
  }
  vaultNamed(name: string): Vault | undefined {
    return mapped(this.#vaultNamed.get(name), vault);
  }
  clients(): Client[] {
    return this.#clients.all().map(client);
  }
  clientNamed(name: string): Client | undefined {
    return mapped(this.#clientNamed.get(name), client);
  }
  certificates(clientId: string): ClientCertificate[] {
    return this.#certificates.all(clientId).map(certificate);
  }
  clientByFingerprint(fingerprint: string): { client: Client; certificate: ClientCertificate } | undefined {
    const found = mapped(this.#certificate.get(fingerprint), certificate);
    const owner = found && mapped(this.#client.get(found.client), client);
    return found && owner && { client: owner, certificate: found };
  }

  /** Throws ConflictError when what is to go is gone, and SQLite's constraint error when what is to come is taken. */
  write(change: DirectoryChange): void {
    switch (change.kind) {
      case 'add vault': {
        const { id, name, createdAt, wrappedKey } = change.vault;
        this.#addVault.run(id, name, createdAt.getTime(), wrappedKey);
        return;
      }
      case 'add client': {
        const { id, name, vault, createdAt, credential } = change.client;
        const { username = null, passwordHash = null } = credential ?? {};
        this.#addClient.run(id, name, vault, createdAt.getTime(), username, passwordHash);
        return;
      }
      case 'remove client':
        return mustChange(this.#removeClient.run(change.id).changes, `client ${change.id}`);
      case 'add certificate': {
        const { fingerprint, client, der, origin, addedAt } = change.certificate;
        this.#addCertificate.run(fingerprint, client, der, origin, addedAt.getTime());
        return;
      }
      case 'remove certificate':
        return mustChange(this.#removeCertificate.run(change.fingerprint).changes, `certificate ${change.fingerprint}`);
    }
  }
}

function mustChange(changes: number, what: string): void {
  if (changes === 0) throw new ConflictError(`${what} was removed meanwhile`);
}

const mapped = <Row, T>(row: Row | undefined, map: (row: Row) => T): T | undefined => (row ? map(row) : undefined);

const vault = ({ createdAt, ...row }: VaultRow): Vault => ({ ...row, createdAt: new Date(createdAt) });

const client = ({ username, passwordHash, createdAt, ...row }: ClientRow): Client => ({
  ...row,
  createdAt: new Date(createdAt),
  credential: username === null || passwordHash === null ? undefined : { username, passwordHash },
});

const certificate = ({ addedAt, ...row }: CertificateRow): ClientCertificate => ({
  ...row,
  addedAt: new Date(addedAt),
});
