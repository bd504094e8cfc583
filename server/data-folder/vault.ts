import { buildAdministrativeEvent, type ServiceIdentity, toKept } from '../audit/index.ts';
import type { RootKey } from '../root-key/index.ts';
import type { Store, Vault } from '../store/index.ts';
import { uuid, type RandomBytes } from '../randomness.ts';

/** A vault of this name with a new key of its own, ready to be added. */
export function newVault(rootKey: RootKey, name: string, now: Date, randomBytes: RandomBytes): Vault {
  const id = uuid(randomBytes);
  return { id, name, createdAt: now, wrappedKey: rootKey.newVaultKey(id, randomBytes) };
}

/** The vault that the first start makes. */
export const DEFAULT_VAULT = 'default';

interface AddDefaultVault {
  readonly store: Store;
  readonly rootKey: RootKey;
  readonly service: ServiceIdentity;
  readonly now: Date;
  readonly randomBytes: RandomBytes;
  /** Operating system user who started the server. */
  readonly initiator: { readonly id: string };
}

/** Adds the first vault and records it, in one step. */
export async function addDefaultVault(options: AddDefaultVault): Promise<void> {
  const { store, rootKey, service, now, randomBytes, initiator } = options;
  const vault = newVault(rootKey, DEFAULT_VAULT, now, randomBytes);
  const event = buildAdministrativeEvent(
    {
      id: uuid(randomBytes),
      time: now,
      action: 'hs-crypto.vaults.write',
      initiator,
      outcome: { ok: true },
      target: { id: vault.id, name: vault.name },
      command: 'serve',
      requestData: { vault: vault.name },
      responseData: { vaultId: vault.id },
      correlationId: uuid(randomBytes),
    },
    service,
  );
  const unit = store.begin();
  unit.administer({ kind: 'add vault', vault });
  unit.record(toKept(event, { time: now }));
  await unit.commit();
}
