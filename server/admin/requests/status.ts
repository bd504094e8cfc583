import { backlogOf, type SinkState } from '../../audit/index.ts';
import { expiries } from '../../expiry/index.ts';
import { sinkName } from '../../settings/index.ts';
import { nothing } from './body-schema.ts';
import type { ManagerOptions } from '../options.ts';
import type { ShownSink } from '../protocol.ts';
import type { RowOf } from './request.ts';

/** How the server is, and what ends soon. */
export const status: RowOf<'status'> = {
  action: undefined,
  deed: 'read',
  body: nothing,
  withoutSignature: 'over the socket',
  async run({ now }, manager) {
    const { store, certificates, effects, version } = manager;
    await effects?.flushSightings();
    const running = effects?.running();
    const checkpoint = await store.log.checkpoint();
    return {
      answer: {
        ...{ isRunning: effects !== undefined, version },
        startedAt: running?.startedAt.toISOString() ?? null,
        listen: running?.listen ?? null,
        connections: running?.connections ?? 0,
        clients: (await store.directory.clients()).length,
        refused: (await store.sightings.refused()).length,
        expiries: await expiries(store, certificates, now),
        sinks: (await (running ? running.sinks() : sinksAtRest(manager, now))).map(shownSink),
        checkpoint: checkpoint ? { size: checkpoint.size, time: checkpoint.time.toISOString() } : null,
        storage: running?.storage() ?? null,
      },
    };
  },
};

type SinkNow = Omit<SinkState, 'failuresTotal' | 'deliveredTotal'>;

/** While no server runs the database alone tells how far each sink has got. */
async function sinksAtRest({ store, settings }: ManagerOptions, now: Date): Promise<SinkNow[]> {
  const names = settings.audit.sinks.map(sinkName);
  const backlogs = await Promise.all(
    names.map(name => backlogOf(name, { events: store.events, cursors: store.cursors, now: () => now })),
  );
  return backlogs.map(backlog => ({ ...backlog, failures: 0, isHanging: false, since: undefined }));
}

const shownSink = ({ sink, cursor, lag, oldestAgeSeconds, failures, isHanging, since }: SinkNow): ShownSink => ({
  ...{ sink, cursor, lag, oldestAgeSeconds, failures, isHanging },
  since: since?.toISOString() ?? null,
});
