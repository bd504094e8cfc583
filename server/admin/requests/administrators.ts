import { issuerChainPem, publicKeyOf } from '../../../certs/index.ts';
import { uuid } from '../../randomness.ts';
import type { Administrator, Store } from '../../store/index.ts';
import { AdminError } from '../admin-error.ts';
import { checkedLabel } from '../labels.ts';
import type { ManagerOptions } from '../options.ts';
import type { AdminSet, ShownAdministrator } from '../protocol.ts';
import { label, named, nothing, object, text } from './body-schema.ts';
import type { Asked, RowOf, Told } from './request.ts';

const withKey = object({ name: label, publicKeyPem: text(4096) });

export const adminCreate: RowOf<'admin create'> = {
  action: 'hs-crypto.mtlscert-admin-key.create',
  deed: 'create',
  body: withKey,
  async run(asked, manager) {
    const { body, now, unit, tell } = asked;
    const name = checkedLabel('administrator', body.name);
    tell({ target: { id: '', name } });
    if (await manager.store.directory.administratorNamed(name)) {
      throw new AdminError('conflict', `there is an administrator ${name} already; \`kmipd admin list\` shows all`);
    }
    const { keyId, publicKey } = await newKey(asked, manager);
    const id = uuid(manager.randomBytes);
    const administrator: Administrator = { id, name, keyId, publicKey, createdAt: now, keySetAt: now };
    unit.administer({ kind: 'add administrator', administrator });
    tell(toldOf(administrator));
    return { answer: await set(administrator, manager) };
  },
};

/** Another key for an administrator, in place of the present one. */
export const adminRenew: RowOf<'admin renew'> = {
  action: 'hs-crypto.mtlscert-admin-key.update',
  deed: 'update',
  body: withKey,
  async run(asked, manager) {
    const { body, now, unit, tell } = asked;
    const before = await load(manager.store, body.name);
    tell(toldOf(before));
    const { keyId, publicKey } = await newKey(asked, manager);
    const { id } = before;
    unit.administer({ kind: 'set administrator key', id, keyId, publicKey, at: now });
    const administrator = { ...before, keyId, publicKey, keySetAt: now };
    tell({ requestData: { keyId, formerKeyId: before.keyId } });
    return { answer: await set(administrator, manager) };
  },
};

export const adminList: RowOf<'admin list'> = {
  action: 'hs-crypto.mtlscert-admin-key.read',
  deed: 'list',
  body: nothing,
  async run({ tell }, { store }) {
    const administrators = (await store.directory.administrators()).map(shown);
    tell({ responseData: { count: administrators.length } });
    return { answer: { administrators } };
  },
};

export const adminShow: RowOf<'admin show'> = {
  action: 'hs-crypto.mtlscert-admin-key.read',
  deed: 'read',
  body: named,
  async run({ body: { name }, tell }, { store }) {
    const administrator = await load(store, name);
    tell(toldOf(administrator));
    return { answer: shown(administrator) };
  },
};

export const adminRemove: RowOf<'admin remove'> = {
  action: 'hs-crypto.mtlscert-admin-key.delete',
  deed: 'delete',
  body: named,
  withoutSignature: 'to recover',
  async run({ body: { name }, actor, unit, tell }, { store }) {
    const administrator = await load(store, name);
    tell(toldOf(administrator));
    const { id } = administrator;
    const left = (await store.directory.administrators()).length - 1;
    // By the owner only to recover: where there is an administrator, nobody else acts.
    const isOwn = actor.kind === 'owner' || actor.administrator.id === id;
    if (left === 0 && !isOwn) {
      throw new AdminError('conflict', `${name} is the last administrator; only ${name} can end that`);
    }
    unit.administer({ kind: 'remove administrator', id });
    tell({ responseData: { administratorsLeft: left, ...(actor.kind === 'owner' && { recovered: true }) } });
    return { answer: { name, left } };
  },
};

async function load({ directory }: Store, name: string): Promise<Administrator> {
  checkedLabel('administrator', name);
  const administrator = await directory.administratorNamed(name);
  if (administrator) return administrator;
  throw new AdminError('not found', `there is no administrator ${name}; \`kmipd admin list\` shows all`);
}

/** The key of the request, which must be nobody's. Throws AdminError, and CertificateError for one that is no signature key. */
async function newKey(
  { body: { publicKeyPem } }: Pick<Asked<{ readonly publicKeyPem: string }>, 'body'>,
  { store }: ManagerOptions,
): Promise<Pick<Administrator, 'keyId' | 'publicKey'>> {
  const { der: publicKey, keyId } = publicKeyOf(publicKeyPem);
  const holder = await store.directory.administratorByKey(keyId);
  if (!holder) return { keyId, publicKey };
  throw new AdminError('conflict', `this key is that of administrator ${holder.name} already; make a new one`);
}

const toldOf = ({ id, name, keyId }: Administrator): Told => ({ target: { id, name }, requestData: { keyId } });

const shown = ({ name, id, keyId, publicKey, createdAt, keySetAt }: Administrator): ShownAdministrator => ({
  ...{ name, id, keyId, keyType: publicKeyOf(publicKey).keyType },
  ...{ createdAt: createdAt.toISOString(), keySetAt: keySetAt.toISOString() },
});

/** With what the administrator's key file keeps of this server. */
async function set(administrator: Administrator, { service, certificates }: ManagerOptions): Promise<AdminSet> {
  const authorityPem = issuerChainPem(await certificates.authority());
  return { ...shown(administrator), instanceId: service.instanceId, authorityPem };
}
