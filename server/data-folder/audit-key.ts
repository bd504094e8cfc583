import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { formatVerifierKey, parseVerifierKey } from '../chain/index.ts';
import type { RootKey } from '../root-key/index.ts';
import { DataFolderError } from './error.ts';
import { loadFile, unwrapFor, wrapFor } from './wrapped-file.ts';

/** The key that signs the checkpoints of the log. */
export interface AuditKey {
  /** Of key and log: `kmipd/INSTANCE/audit`. It stays when the instance is given another name. */
  readonly name: string;
  /** What whoever verifies must have, as text (C2SP signed note: `NAME+ID+KEY`). */
  readonly verifierKey: string;
  /** Ed25519. */
  readonly privateKey: KeyObject;
}

export const AUDIT_KEY = 'audit.key.wrapped';
export const AUDIT_PUB = 'audit.pub';

/** The key of this folder. Throws DataFolderError when it is missing, damaged, or not the one of `audit.pub`. */
export async function loadAuditKey(path: string, rootKey: RootKey): Promise<AuditKey> {
  const file = join(path, AUDIT_PUB);
  const verifierKey = (await loadFile(path, AUDIT_PUB)).toString().trim();
  const privateKey = unwrapped(path, await loadFile(path, AUDIT_KEY), rootKey);
  let name: string;
  try {
    ({ name } = parseVerifierKey(verifierKey));
  } catch (cause) {
    throw new DataFolderError('refused', `${file} is no verifier key; remove it to have it written again`, { cause });
  }
  if (formatVerifierKey(name, publicKeyOf(privateKey)) !== verifierKey) {
    throw new DataFolderError(
      'refused',
      `${join(path, AUDIT_KEY)} is not the key of ${AUDIT_PUB}; restore both from the same backup`,
    );
  }
  return { name, verifierKey, privateKey };
}

/** A new key, wrapped as its file keeps it. */
export function newAuditKey(rootKey: RootKey): Uint8Array {
  const { privateKey } = generateKeyPairSync('ed25519');
  return wrapFor(AUDIT_KEY, privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(), rootKey);
}

/** Content of `audit.pub`, made from the wrapped key that is there already. Throws DataFolderError as `loadAuditKey` does. */
export async function auditPub(path: string, instanceId: string, rootKey: RootKey): Promise<string> {
  const privateKey = unwrapped(path, await loadFile(path, AUDIT_KEY), rootKey);
  return `${formatVerifierKey(`kmipd/${instanceId}/audit`, publicKeyOf(privateKey))}\n`;
}

function unwrapped(path: string, wrapped: Uint8Array, rootKey: RootKey): KeyObject {
  const pem = unwrapFor(AUDIT_KEY, wrapped, rootKey);
  if (pem !== undefined) return createPrivateKey(pem);
  throw new DataFolderError(
    'refused',
    `${join(path, AUDIT_KEY)} was not wrapped by this root.key, or is damaged; restore both from the same backup`,
  );
}

const publicKeyOf = (privateKey: KeyObject): KeyObject => createPublicKey(privateKey);
