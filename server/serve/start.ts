import { startDelivery } from '../audit/index.ts';
import type { AdminListeners } from '../admin/index.ts';
import type { ServerCertificate } from '../kmip/index.ts';
import { timeOrderedUuid } from '../randomness.ts';
import { formatAddress } from '../settings/index.ts';
import { type Administration, startAdministration } from './administration.ts';
import { auditHealth } from './audit-health.ts';
import { kmipService, type KmipServiceOptions } from './kmip-service.ts';
import { type LogKeeping, startLogKeeping } from './log-keeping.ts';
import { watchedRoom } from './room.ts';
import { sinksOf } from './sinks.ts';
import { startUpkeep, type Upkeep } from './upkeep.ts';

export interface StartOptions extends Omit<KmipServiceOptions, 'newId' | 'room'> {
  /** The data folder, whose room is watched; without it none is. */
  readonly dataFolder?: string;
  /** Without it the log of record is not kept: no checkpoints, and no events of what befalls the server. */
  readonly logKeeping?: LogKeeping;
  /** Where a sink of type stdout writes. */
  readonly stdout?: NodeJS.WritableStream;
  /** Makes UUIDs for events and messages; time-ordered ones unless given. */
  readonly newId?: () => string;
  /** Without it nobody can ask the certificate manager, no certificate's end is watched, and there are no metrics. */
  readonly administration?: Administration;
}

export interface RunningServer {
  readonly host: string;
  readonly port: number;
  /** Where KMIP is answered over HTTPS, which may be the same; undefined where it is not. */
  readonly httpsPort: number | undefined;
  /** Of the administrators' HTTPS port; undefined when there is none. */
  readonly adminPort: number | undefined;
  /** Where metrics are read; undefined when there are none. */
  readonly metricsPort: number | undefined;
  /** KMIP connections that are open now. */
  readonly connections: number;
  /**
   * To be called after a commit that may have taken trust away: when it resolves, whoever is not let in any more has no open
   * connection and no TLS session to resume. Changes by another process are seen within a second without it. Does not reject.
   */
  trustChanged(): Promise<{ connectionsCut: number }>;
  /** Shows this certificate to new connections from now on; open ones go on. Throws, and changes nothing, when the key is not its own. */
  useCertificate(certificate: ServerCertificate): void;
  /** Writes who was seen and who was refused until now, so that it can be read. Does not reject. */
  flushSightings(): Promise<void>;
  /** Accepts nothing more, lets open requests end within `drainTimeoutMs`, hands out what is recorded. The store stays open. */
  stop(): Promise<void>;
}

/** Puts the parts together and serves KMIP until `stop`. Rejects when the address cannot be listened on. */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  const { settings, store, log, now, randomBytes, stdout } = options;
  const newId = options.newId ?? (() => timeOrderedUuid(now(), randomBytes));
  const sinks = sinksOf({ settings, service: options.service, now, stdout });
  let hasRoom = () => true;
  // First of all, so that its start stands before whatever it does.
  const keeper = await startLogKeeping(options.logKeeping, {
    ...{ ...options, newId },
    mayIndex: () => hasRoom(),
  });
  const room = await watchedRoom({ ...options, newId }).catch(async (error: unknown) => {
    await keeper?.stop();
    throw error;
  });
  if (room) hasRoom = () => room.stage() === 'enough';
  let schemaViolations = 0;
  const onViolation = () => void schemaViolations++;
  const { listeners, dispatcher, visits, sightings, watch } = kmipService({ ...options, room, newId, onViolation });
  const address = await listeners.start().catch(async (error: unknown) => {
    await room?.stop();
    await keeper?.stop();
    throw error;
  });
  watch.start();
  const delivery = startDelivery({
    events: store.events,
    cursors: store.cursors,
    sinks,
    now,
    onProblem: ({ sink, failures, since, retryMs, error }) =>
      // In one line: a receiver that is away for a day is no fault of ours, and has no use for a stack each time.
      log.warn('a sink does not take events', { sink, failures, since, retryMs, reason: messageOf(error) }),
  });
  const audit = auditHealth({ settings, store, delivery, keeper, room, schemaViolations: () => schemaViolations });
  const startedAt = now();
  let upkeep: Upkeep | undefined;
  let administrators: AdminListeners | undefined;
  const connections = () => listeners.connections;
  const running = {
    async trustChanged() {
      const changed = await watch.trustChanged();
      void upkeep?.look();
      return changed;
    },
    useCertificate(certificate: ServerCertificate) {
      listeners.useCertificate(certificate);
      administrators?.useCertificate(certificate);
      void upkeep?.look();
    },
    async flushSightings() {
      await visits.settled();
      await sightings.flush();
    },
    async stop() {
      await Promise.all([listeners.stop(settings.drainTimeoutMs), administrators?.stop()]);
      await dispatcher.stop();
      await watch.stop();
      await upkeep?.stop();
      await running.flushSightings();
      await room?.stop();
      await keeper?.stop();
      await delivery.stop();
    },
  };
  const effects = {
    ...running,
    serverCertificateChanged: running.useCertificate,
    running: () => ({
      ...{ startedAt, listen: formatAddress(address), connections: connections() },
      sinks: () => delivery.states(),
      storage: () => audit.storage?.(),
    }),
  };
  const { administration } = options;
  try {
    if (administration) {
      upkeep = await startUpkeep({ ...options, ...administration, newId, connections, audit });
      administrators = await startAdministration({ ...options, ...administration, room, effects, onViolation });
    }
  } catch (error) {
    await running.stop();
    throw error;
  }
  return {
    ...address,
    ...running,
    adminPort: administrators?.port,
    metricsPort: upkeep?.metricsPort,
    get connections() {
      return connections();
    },
  };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
