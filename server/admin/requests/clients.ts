import { hashPassword } from '../../credentials/index.ts';
import { DEFAULT_VAULT } from '../../data-folder/index.ts';
import { uuid } from '../../randomness.ts';
import type { Client, Store, Vault } from '../../store/index.ts';
import { AdminError } from '../admin-error.ts';
import { checkedLabel } from '../labels.ts';
import type { ManagerOptions } from '../options.ts';
import type { ClientAdd } from '../protocol.ts';
import type { Asked } from './request.ts';

/** The client of this name. Throws AdminError. */
export async function loadClient({ directory }: Store, name: string): Promise<Client> {
  checkedLabel('client', name);
  const client = await directory.clientNamed(name);
  if (client) return client;
  throw new AdminError('not found', `there is no client ${name}; \`kmipd client list\` shows all`);
}

export interface FoundClient {
  readonly client: Client;
  readonly vault: Vault;
  readonly isNew: boolean;
}

/** The client of this name: the one that is there, or a new one, recorded in the unit. Throws AdminError. */
export async function clientFor(
  { name, vault: vaultName, credential }: Omit<ClientAdd, 'way'>,
  { unit, now, tell }: Pick<Asked<unknown>, 'unit' | 'now' | 'tell'>,
  { store, randomBytes }: ManagerOptions,
): Promise<FoundClient> {
  checkedLabel('client', name);
  if (vaultName !== undefined) checkedLabel('vault', vaultName);
  tell({ target: { id: '', name }, requestData: { client: name } });
  const existing = await store.directory.clientNamed(name);
  const vault = await vaultFor(existing, vaultName, store);
  const hashed = credential && {
    username: credential.username,
    passwordHash: await hashPassword(credential.password, randomBytes),
  };
  const client: Client = existing ?? {
    id: uuid(randomBytes),
    name,
    vault: vault.id,
    createdAt: now,
    credential: hashed,
  };
  if (!existing) unit.administer({ kind: 'add client', client });
  else if (hashed) unit.administer({ kind: 'set credential', client: client.id, credential: hashed });
  tell({
    target: { id: client.id, name },
    requestData: { vault: vault.name, ...(hashed && { credential: 'set' }) },
    responseData: { action: existing ? 'update' : 'create', clientId: client.id },
  });
  return { client, vault, isNew: !existing };
}

async function vaultFor(
  existing: Client | undefined,
  vaultName: string | undefined,
  { directory }: Store,
): Promise<Vault> {
  const wanted = vaultName ?? DEFAULT_VAULT;
  const vault = existing ? await directory.vault(existing.vault) : await directory.vaultNamed(wanted);
  if (!vault) {
    throw new AdminError('not found', `there is no vault ${wanted}; make it with \`kmipd vault create ${wanted}\``);
  }
  if (existing && vaultName !== undefined && vault.name !== vaultName) {
    const remedy = 'give the new client another name, or remove that one first';
    throw new AdminError('conflict', `client ${existing.name} belongs to vault ${vault.name}; ${remedy}`);
  }
  return vault;
}
