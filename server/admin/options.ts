import type { ServiceIdentity, SinkState } from '../audit/index.ts';
import type { CertificateFiles, KeyPair } from '../data-folder/index.ts';
import type { Logger } from '../log/index.ts';
import type { RandomBytes } from '../randomness.ts';
import type { RootKey } from '../root-key/index.ts';
import type { Settings } from '../settings/index.ts';
import type { StorageMarks } from '../storage-marks/index.ts';
import type { Store } from '../store/index.ts';

export interface ManagerOptions {
  readonly store: Store;
  /** The service that events speak for; its instance id is what requests are signed for. */
  readonly service: ServiceIdentity;
  readonly certificates: CertificateFiles;
  /** For a new vault's key. */
  readonly rootKey: () => Promise<RootKey>;
  readonly settings: Settings;
  readonly now: () => Date;
  readonly randomBytes: RandomBytes;
  readonly log: Logger;
  /** Of this program. */
  readonly version: string;
  /** The operating system's user who owns the data folder, by name. */
  readonly owner: { readonly id: string };
  /** What the running server does about a change; undefined where no server runs in this process. */
  readonly effects: Effects | undefined;
  /** The room that is left; undefined where nobody looks at it. */
  readonly room?: Pick<StorageMarks, 'stage' | 'refusedUnrecorded'> | undefined;
  /** An event of ours was not valid by its schema. */
  readonly onViolation?: () => void;
  /** The owner may remove an administrator without a signature, for a key that is lost. */
  readonly recover?: boolean;
}

export interface Effects {
  /** After a commit that may have taken trust away or added a certificate. */
  trustChanged(): Promise<{ readonly connectionsCut: number }>;
  /** Shows the certificate to new connections from now on. */
  serverCertificateChanged(pair: KeyPair): Promise<void> | void;
  /** Writes who was seen and who was refused until now. */
  flushSightings(): Promise<void>;
  /** Undefined while it is starting. */
  running(): Running | undefined;
}
export interface Running {
  readonly startedAt: Date;
  /** `host:port` of KMIP. */
  readonly listen: string;
  readonly connections: number;
  readonly sinks: () => Promise<readonly SinkState[]>;
  /** What the room for the data folder allows; undefined where none is watched. */
  readonly storage: () => { readonly stage: string; readonly freeBytes: number } | undefined;
}
