import type Database from 'better-sqlite3';
import { randomUUID } from 'node:crypto';
import type { Test } from 'tap';
import { APPLICATION_ID, migrations } from '../../../../server/store/sqlite/schema.ts';
import { openRaw } from './workbench.ts';

export interface OldEvent {
  readonly seq: number;
  readonly id: string;
  readonly time: number;
  readonly action: string;
  readonly outcome: string;
  readonly severity: string;
  readonly initiator: string;
  readonly json: string;
}

/** As version 2 wrote them: members in the order in which they were set. */
export function oldEvents(count: number): OldEvent[] {
  return Array.from({ length: count }, (_, index): OldEvent => {
    const found = { action: 'create', outcome: 'success', severity: 'normal', initiator: `CertificateID-${index % 3}` };
    const event = {
      ...{ id: randomUUID(), eventTime: `2026-01-02T03:04:05.${index % 100}+0000`, ...found },
      message: `Größe ${index} \u{1F511} "${'x'.repeat((index * 7) % 900)}"`,
      target: { id: `crn:v1:public:public:hs-crypto:local::instance:kmip-key:key-${index}`, name: '' },
      requestData: {
        requestURI: '/kmip/1.1/Create',
        b: [1, 1e21, -0.5, null, true],
        a: {},
        ...(index % 2 && { vault: 'lab' }),
      },
      correlationId: `correlation-${index}`,
    };
    const time = 1_000_000 + index * 10 - (index % 5) * 25;
    return { seq: index + 1, id: event.id, time, ...found, json: JSON.stringify(event) };
  });
}

/** A database as the release before the chained log left it. */
export function makeVersion2(t: Test, path: string, events: readonly OldEvent[]): void {
  const database = openRaw(t, path);
  database.pragma('journal_mode = WAL');
  for (const step of migrations.slice(0, 2)) step(database);
  database.pragma(`application_id = ${APPLICATION_ID}`);
  database.pragma('user_version = 2');
  const insert = database.prepare(`INSERT INTO event (seq, id, time, action, outcome, severity, initiator, json)
    VALUES (@seq, @id, @time, @action, @outcome, @severity, @initiator, @json)`);
  database.transaction(() => events.forEach(event => insert.run(event)))();
  database.prepare("INSERT INTO sink_cursor (sink, seq) VALUES ('file', 7)").run();
  database.close();
}

/** The version, and the events as version 2 has them. */
export const asVersion2 = (database: Database.Database) => ({
  version: database.pragma('user_version', { simple: true }),
  events: database
    .prepare('SELECT seq, id, time, action, outcome, severity, initiator, json FROM event ORDER BY seq')
    .all(),
});
