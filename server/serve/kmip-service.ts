import { Operation } from '../../kmip-codec/index.ts';
import {
  Dispatcher,
  type DispatcherOptions,
  Initiators,
  Listeners,
  type ServerCertificate,
  Sightings,
  type Room,
  TrustWatch,
  unwatchedRoom,
  Visits,
} from '../kmip/index.ts';
import { operations as allOperations } from '../operations/index.ts';
import type { ServiceIdentity } from '../audit/index.ts';
import type { Logger } from '../log/index.ts';
import type { RandomBytes } from '../randomness.ts';
import { VaultKeys, type RootKey } from '../root-key/index.ts';
import type { Settings } from '../settings/index.ts';
import type { Store } from '../store/index.ts';

export interface KmipServiceOptions {
  readonly settings: Settings;
  readonly store: Store;
  readonly rootKey: RootKey;
  readonly tls: ServerCertificate;
  readonly service: ServiceIdentity;
  readonly log: Logger;
  readonly now: () => Date;
  readonly randomBytes: RandomBytes;
  readonly newId: () => string;
  /** An event of ours was not valid by its schema. */
  readonly onViolation?: () => void;
  /** Nobody looks at it unless said. */
  readonly room?: Room | undefined;
  readonly operations?: DispatcherOptions['operations'] | undefined;
}

export interface KmipService {
  readonly listeners: Listeners;
  readonly dispatcher: Pick<Dispatcher, 'stop'>;
  readonly visits: Visits;
  readonly sightings: Sightings;
  readonly watch: TrustWatch;
}

const VENDOR = 'kmipd';

/** The parts that serve KMIP, put together; nothing listens yet. */
export function kmipService(options: KmipServiceOptions): KmipService {
  const { settings, store, service, log, now, randomBytes, newId } = options;
  const operations = offered(options.operations ?? allOperations, settings);
  const { room = unwatchedRoom } = options;
  const { limits } = settings;
  const vaultKeys = new VaultKeys(options.rootKey, id => store.directory.vault(id));
  const initiators = new Initiators({
    ...{ store, room, service, newId, staleCrl: settings.trust.staleCrl },
    onViolation(violation) {
      log.error('an event was not valid and is kept in minimal form', { ...violation });
      options.onViolation?.();
    },
  });
  const sightings = new Sightings(store.sightings, log);
  const visits = new Visits({ initiators, sightings, now, log });
  const dispatcher = new Dispatcher({
    store,
    visits,
    vaultKey: vault => vaultKeys.vaultKey(vault),
    operations,
    server: {
      vendorIdentification: VENDOR,
      leaseTimeSeconds: settings.keys.leaseTimeSeconds,
      locateMax: limits.locateMax,
      attributeInstancesMax: limits.attributeInstancesMax,
      isHttps: settings.https.enabled,
      operations: [...operations.keys()],
    },
    service,
    room,
    depthMax: limits.depthMax,
    batchCountMax: limits.batchCountMax,
    now,
    ticks: () => performance.now(),
    randomBytes,
    newId,
    log,
    onViolation: options.onViolation,
  });
  const listeners = new Listeners({
    listen: settings.listen,
    https: settings.https,
    tls: settings.tls,
    certificate: options.tls,
    limits,
    dispatcher,
    visits,
    randomBytes,
    log,
  });
  const watch = new TrustWatch({
    directory: store.directory,
    initiators,
    visits,
    forgetSessions: () => listeners.forgetSessions(),
    now,
    log,
  });
  return { listeners, dispatcher, visits, sightings, watch };
}

/** Interop is for test runs only: it is not there unless a setting says so (2.1 §6.1.26). */
function offered(operations: DispatcherOptions['operations'], settings: Settings): DispatcherOptions['operations'] {
  if (settings.operations.interop) return operations;
  return new Map([...operations].filter(([code]) => code !== Operation.Interop));
}
