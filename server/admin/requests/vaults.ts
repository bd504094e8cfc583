import { newVault } from '../../data-folder/index.ts';
import type { Store } from '../../store/index.ts';
import { AdminError } from '../admin-error.ts';
import { checkedLabel } from '../labels.ts';
import { named, nothing } from './body-schema.ts';
import type { RowOf } from './request.ts';

export const vaultCreate: RowOf<'vault create'> = {
  action: 'hs-crypto.vaults.write',
  deed: 'create',
  body: named,
  async run({ body: { name }, now, unit, tell }, { store, rootKey, randomBytes }) {
    checkedLabel('vault', name);
    tell({ target: { id: '', name }, requestData: { vault: name } });
    if (await store.directory.vaultNamed(name)) {
      throw new AdminError('conflict', `there is a vault ${name} already; \`kmipd vault list\` shows all`);
    }
    const vault = newVault(await rootKey(), name, now, randomBytes);
    const { id, createdAt } = vault;
    unit.administer({ kind: 'add vault', vault });
    tell({ target: { id, name }, responseData: { vaultId: id } });
    return { answer: { id, name, createdAt: createdAt.toISOString(), clients: [] } };
  },
};

export const vaultList: RowOf<'vault list'> = {
  action: 'hs-crypto.vaults.list',
  deed: 'list',
  body: nothing,
  async run({ tell }, { store }) {
    const vaults = await shownVaults(store);
    tell({ responseData: { count: vaults.length } });
    return { answer: { vaults } };
  },
};

async function shownVaults({ directory }: Store) {
  const clients = await directory.clients();
  return (await directory.vaults()).map(({ id, name, createdAt }) => ({
    ...{ id, name, createdAt: createdAt.toISOString() },
    clients: clients.filter(({ vault }) => vault === id).map(client => client.name),
  }));
}
