import { administratorInitiatorId } from '../admin/index.ts';
import { actionMatches, type EventQuery, followEvents, latestEvents, type NamedEvents } from './event-query.ts';
import { eventLine } from './event-line.ts';
import { CommandError } from './exit-codes.ts';
import type { SettingsOptions } from './options.ts';
import { painter } from './output.ts';
import { parseSince } from './since.ts';
import { type CommandContext, withStore } from './with-store.ts';
import type { World } from './world.ts';

export type EventsOptions = SettingsOptions & {
  readonly follow?: true;
  readonly json?: true;
  readonly since?: string;
  readonly action?: string;
  readonly initiator?: string;
  readonly outcome?: string;
  readonly limit: number;
};

/** `kmipd events`: the newest that match, and with --follow those that come, until the person has seen enough. */
export async function showEvents(world: World, options: EventsOptions): Promise<void> {
  const since = options.since === undefined ? undefined : parseSince(options.since, world.now());
  const actions = options.action === undefined ? undefined : actionMatches(options.action);
  await withStore(world, options, async context => {
    const query: EventQuery = {
      ...(since && { since }),
      ...(actions && { actions }),
      ...(options.initiator !== undefined && { initiators: await initiatorsCalled(context, options.initiator) }),
      ...(options.outcome !== undefined && { outcome: options.outcome }),
    };
    const paint = painter(world);
    const print = (events: NamedEvents) => {
      const lines = events.map(event => (options.json ? event.json : eventLine(event, paint)));
      if (lines.length > 0) world.stdout.write(`${lines.join('\n')}\n`);
    };
    const { events } = context.store;
    // Read first: what is committed before the next line is in `latest` then, and following goes on after that.
    const lastSeq = await events.lastSeq();
    const latest = await latestEvents(events, query, options.limit);
    print(latest);
    if (options.follow) await followEvents(context, query, Math.max(lastSeq, latest.at(-1)?.seq ?? 0), print);
    else if (latest.length === 0 && !options.json) world.stderr.write('no events match\n');
  });
}

/** Initiator ids for a client's or administrator's label, a certificate's fingerprint, an operating system user, or an id as it stands in events. */
async function initiatorsCalled({ store }: CommandContext, name: string): Promise<string[]> {
  const client = await store.directory.clientNamed(name);
  if (client) {
    const certificates = await store.directory.certificates(client.id);
    if (certificates.length === 0) {
      throw new CommandError(
        'notFound',
        `client ${name} has no certificate; give the initiator's id as events name it`,
      );
    }
    return certificates.map(({ fingerprint }) => `CertificateID-${fingerprint}`);
  }
  const administrator = await store.directory.administratorNamed(name);
  if (administrator) return [administratorInitiatorId(administrator.keyId), name];
  const fingerprint = name.replaceAll(':', '').toLowerCase();
  return [/^[0-9a-f]{64}$/.test(fingerprint) ? `CertificateID-${fingerprint}` : name];
}
