import { buildAdministrativeEvent, type ServiceIdentity, toKept } from '../audit/index.ts';
import type { RootKey } from '../root-key/index.ts';
import type { Store, Vault } from '../store/index.ts';
import type { RandomBytes } from './open.ts';
import { uuid } from './uuid.ts';

export interface AddVault {
  readonly store: Store;
  readonly rootKey: RootKey;
  readonly name: string;
  readonly now: Date;
  readonly randomBytes: RandomBytes;
  /** Who does it, and with which command, for the event. */
  readonly initiator: { readonly id: string };
  readonly command: string;
  readonly service: ServiceIdentity;
}

/** Adds a vault with a new key of its own and records it, in one step. Throws ConflictError when the name is taken. */
export async function addVault(options: AddVault): Promise<Vault> {
  const { store, rootKey, name, now, randomBytes, initiator, command, service } = options;
  const id = uuid(randomBytes);
  const vault: Vault = { id, name, createdAt: now, wrappedKey: rootKey.newVaultKey(id, randomBytes) };
  const unit = store.begin();
  unit.administer({ kind: 'add vault', vault });
  const event = buildAdministrativeEvent(
    {
      id: uuid(randomBytes),
      time: now,
      action: 'hs-crypto.vaults.write',
      initiator,
      outcome: { ok: true },
      target: { id, name },
      command,
      requestData: { vault: name },
      responseData: { vaultId: id },
      correlationId: uuid(randomBytes),
    },
    service,
  );
  unit.record(toKept(event, { time: now }));
  await unit.commit();
  return vault;
}
