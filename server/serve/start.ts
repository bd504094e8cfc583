import { fileSink, startDelivery, stdoutSink, type ServiceIdentity, type Sink } from '../audit/index.ts';
import { Dispatcher, Listener, type DispatcherOptions, type ServerCertificate } from '../kmip/index.ts';
import type { Logger } from '../log/index.ts';
import { operations as allOperations } from '../operations/index.ts';
import { timeOrderedUuid, type RandomBytes } from '../randomness.ts';
import { VaultKeys, type RootKey } from '../root-key/index.ts';
import { sinkName, type Settings } from '../settings/index.ts';
import type { Store } from '../store/index.ts';

export interface StartOptions {
  readonly settings: Settings;
  readonly store: Store;
  readonly rootKey: RootKey;
  readonly tls: ServerCertificate;
  /** The service that events speak for. */
  readonly service: ServiceIdentity;
  readonly log: Logger;
  readonly now: () => Date;
  readonly randomBytes: RandomBytes;
  /** Where a sink of type stdout writes. */
  readonly stdout?: NodeJS.WritableStream;
  /** Makes UUIDs for events and messages; random ones unless given. */
  readonly newId?: () => string;
  /** What clients may ask for; every operation of this program unless given. */
  readonly operations?: DispatcherOptions['operations'];
}

export interface RunningServer {
  readonly host: string;
  readonly port: number;
  /** Accepts nothing more, lets open requests end within `drainTimeoutMs`, hands out what is recorded. The store stays open. */
  stop(): Promise<void>;
}

const VENDOR = 'kmipd';

/** Puts the parts together and serves KMIP until `stop`. Rejects when the address cannot be listened on. */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  const { settings, store, service, log, now, randomBytes, operations = allOperations } = options;
  const vaultKeys = new VaultKeys(options.rootKey, id => store.directory.vault(id));
  const { limits } = settings;
  const dispatcher = new Dispatcher({
    store,
    vaultKey: vault => vaultKeys.vaultKey(vault),
    operations,
    server: {
      vendorIdentification: VENDOR,
      leaseTimeSeconds: settings.keys.leaseTimeSeconds,
      locateMax: limits.locateMax,
      attributeInstancesMax: limits.attributeInstancesMax,
      operations: [...operations.keys()],
    },
    service,
    depthMax: limits.depthMax,
    batchCountMax: limits.batchCountMax,
    now,
    ticks: () => performance.now(),
    randomBytes,
    newId: options.newId ?? (() => timeOrderedUuid(now(), randomBytes)),
    log,
  });
  const listener = new Listener({
    listen: settings.listen,
    tls: settings.tls,
    certificate: options.tls,
    limits,
    dispatcher,
    log,
  });
  const sinks = settings.audit.sinks.map(sink => sinkFor(sink, options));
  const address = await listener.start();
  const delivery = startDelivery({
    events: store.events,
    cursors: store.cursors,
    sinks,
    now,
    onProblem: ({ sink, failures, since, retryMs, error }) =>
      log.warn('a sink does not take events', { sink, failures, since, retryMs, error }),
  });
  return {
    ...address,
    async stop() {
      await listener.stop(settings.drainTimeoutMs);
      await delivery.stop();
    },
  };
}

function sinkFor(setting: Settings['audit']['sinks'][number], { stdout }: StartOptions): Sink {
  const name = sinkName(setting);
  if (setting.type === 'file') return { ...fileSink(setting.path), name };
  if (stdout === undefined) throw new TypeError('a sink of type stdout needs a standard output');
  return stdoutSink(stdout as Parameters<typeof stdoutSink>[0], name);
}
