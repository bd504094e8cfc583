import { expiries } from '../../expiry/index.ts';
import { sinkName } from '../../settings/index.ts';
import { nothing } from './body-schema.ts';
import type { RowOf } from './request.ts';

/** How the server is, and what ends soon. */
export const status: RowOf<'status'> = {
  action: undefined,
  deed: 'read',
  body: nothing,
  withoutSignature: 'over the socket',
  async run({ now }, { store, certificates, settings, effects, version }) {
    await effects?.flushSightings();
    const running = effects?.running();
    const lastSeq = await store.events.lastSeq();
    const sinks: { sink: string; lag: number }[] = [];
    for (const sink of settings.audit.sinks.map(sinkName)) {
      sinks.push({ sink, lag: Math.max(0, lastSeq - (await store.cursors.get(sink))) });
    }
    return {
      answer: {
        ...{ isRunning: effects !== undefined, version, sinks },
        startedAt: running?.startedAt.toISOString() ?? null,
        listen: running?.listen ?? null,
        connections: running?.connections ?? 0,
        clients: (await store.directory.clients()).length,
        refused: (await store.sightings.refused()).length,
        expiries: await expiries(store, certificates, now),
      },
    };
  },
};
