import {
  type AdminListeners,
  CertificateManager,
  type Effects,
  type ManagerOptions,
  startAdminListeners,
} from '../admin/index.ts';
import type { ServiceIdentity } from '../audit/index.ts';
import type { CertificateFiles } from '../data-folder/index.ts';
import type { ServerCertificate } from '../kmip/index.ts';
import type { Logger } from '../log/index.ts';
import type { RandomBytes } from '../randomness.ts';
import type { RootKey } from '../root-key/index.ts';
import type { Settings } from '../settings/index.ts';
import type { Store } from '../store/index.ts';

/** What administrators work on. */
export interface Administration {
  readonly certificates: CertificateFiles;
  /** Of the Unix socket in the data folder. */
  readonly socketPath: string;
  /** The operating system's user who owns the data folder, by name. */
  readonly owner: { readonly id: string };
  /** Of this program. */
  readonly version: string;
}

export interface StartAdministration extends Administration {
  readonly settings: Settings;
  readonly store: Store;
  readonly rootKey: RootKey;
  readonly tls: ServerCertificate;
  readonly service: ServiceIdentity;
  readonly log: Logger;
  readonly now: () => Date;
  readonly randomBytes: RandomBytes;
  /** Undefined when nobody looks at it. */
  readonly room: ManagerOptions['room'];
  /** An event of ours was not valid by its schema. */
  readonly onViolation: () => void;
  /** What the server does about a change. */
  readonly effects: Effects;
}

/** Lets administrators ask the certificate manager of this server. Rejects when it cannot be listened for them. */
export function startAdministration(options: StartAdministration): Promise<AdminListeners> {
  const { settings, rootKey, socketPath, tls, log } = options;
  const manager = new CertificateManager({ ...options, rootKey: () => Promise.resolve(rootKey) });
  return startAdminListeners({ manager, socketPath, listen: settings.admin.listen, tls, log });
}
