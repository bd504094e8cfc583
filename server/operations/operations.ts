import type { KnownOperation } from '../../kmip-codec/index.ts';
import { activate } from './activate.ts';
import { addAttribute } from './add-attribute.ts';
import { adjustAttribute } from './adjust-attribute.ts';
import { cancel, poll, processRequest, queryAsynchronousRequests } from './asynchronous.ts';
import { archive, recover } from './archive.ts';
import { certify } from './certify.ts';
import { check } from './check.ts';
import { create } from './create.ts';
import { createKeyPair } from './create-key-pair.ts';
import { decrypt } from './decrypt.ts';
import { deleteAttribute } from './delete-attribute.ts';
import { deriveKey } from './derive-key.ts';
import { destroy } from './destroy.ts';
import { discoverVersions } from './discover-versions.ts';
import { encrypt } from './encrypt.ts';
import { exportObject } from './export.ts';
import { get } from './get.ts';
import { getAttributeList } from './get-attribute-list.ts';
import { getAttributes } from './get-attributes.ts';
import { getUsageAllocation } from './get-usage-allocation.ts';
import { hash } from './hash.ts';
import { importObject } from './import.ts';
import { interop } from './interop.ts';
import { locate } from './locate.ts';
import { log } from './log.ts';
import { login, logout } from './login.ts';
import { mac, macVerify } from './mac.ts';
import { modifyAttribute } from './modify-attribute.ts';
import { obtainLease } from './obtain-lease.ts';
import type { OperationDefinition } from './operation.ts';
import { ping } from './ping.ts';
import { pkcs11 } from './pkcs11.ts';
import { query } from './query.ts';
import { reCertify } from './re-certify.ts';
import { reKey } from './re-key.ts';
import { reKeyKeyPair } from './re-key-key-pair.ts';
import { register } from './register.ts';
import { revoke } from './revoke.ts';
import { rngRetrieve, rngSeed } from './rng.ts';
import { setAttribute } from './set-attribute.ts';
import { setEndpointRole } from './set-endpoint-role.ts';
import { sign, signatureVerify } from './sign.ts';
import { createSplitKey, joinSplitKey } from './split-key.ts';
import { validate } from './validate.ts';

/** Every operation of this server: the one list; others, such as what Query answers, are computed from it. */
export const operations: ReadonlyMap<KnownOperation, OperationDefinition> = new Map(
  [
    create,
    createKeyPair,
    reKey,
    reKeyKeyPair,
    deriveKey,
    createSplitKey,
    joinSplitKey,
    register,
    locate,
    get,
    getAttributes,
    getAttributeList,
    addAttribute,
    modifyAttribute,
    deleteAttribute,
    setAttribute,
    adjustAttribute,
    activate,
    revoke,
    destroy,
    check,
    obtainLease,
    getUsageAllocation,
    archive,
    recover,
    certify,
    reCertify,
    validate,
    query,
    discoverVersions,
    cancel,
    poll,
    queryAsynchronousRequests,
    processRequest,
    encrypt,
    decrypt,
    sign,
    signatureVerify,
    mac,
    macVerify,
    hash,
    rngRetrieve,
    rngSeed,
    importObject,
    exportObject,
    log,
    login,
    logout,
    setEndpointRole,
    pkcs11,
    interop,
    ping,
  ].map(one => [one.operation, one as unknown as OperationDefinition] as const),
);
