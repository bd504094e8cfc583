import type { AuditEvent } from '../../audit/index.ts';
import type { SequencedEvent, Store } from '../../store/index.ts';
import { CommandError } from '../exit-codes.ts';
import type { SettingsOptions } from '../options.ts';
import { type Fact, painter, printFacts, printJson, shownTime } from '../output.ts';
import { withStore } from '../with-store.ts';
import type { World } from '../world.ts';

export type ShowEventOptions = SettingsOptions & { readonly json?: true };

/** `kmipd events show ID|SEQ`: all that the log has of one event, and which checkpoint covers it. */
export async function showEvent(world: World, name: string, options: ShowEventOptions): Promise<void> {
  await withStore(world, options, async ({ store }) => {
    const record = await named(store, name);
    const checkpoint = await store.log.checkpointCovering(record.seq);
    const event = JSON.parse(record.json) as AuditEvent;
    const { v, seq, prev, hash } = record;
    if (options.json) {
      return printJson(world.stdout, {
        ...{ v, seq, prev, event, hash },
        checkpoint: checkpoint ? { size: checkpoint.size, time: checkpoint.time.toISOString() } : null,
      });
    }
    const paint = painter(world);
    world.stdout.write(`${paint(event.message, 'bold')}\n`);
    printFacts(world.stdout, [...factsOf(event), ...recordFacts(record, checkpoint)], paint);
  });
}

async function named({ events }: Pick<Store, 'events'>, name: string): Promise<SequencedEvent> {
  const record = /^\d{1,15}$/.test(name) ? await events.withSeq(Number(name)) : await events.withId(name.toLowerCase());
  if (record) return record;
  throw new CommandError('notFound', `${name}: no event has this id or seq; see \`kmipd events\``);
}

function factsOf({ initiator, target, reason, ...event }: AuditEvent): Fact[] {
  const colour = event.severity === 'critical' ? 'red' : event.severity === 'warning' ? 'yellow' : 'green';
  return [
    ['time', event.eventTime],
    ['action', event.action],
    ['outcome', event.outcome, event.outcome === 'success' ? 'green' : 'red'],
    ['severity', event.severity, colour],
    ['initiator', [initiator.id, ...(initiator.name === undefined ? [] : [`called ${initiator.name}`])]],
    ['target', [target.id, ...(target.name === '' ? [] : [target.name])]],
    [
      'reason',
      [`${reason.reasonCode} ${reason.reasonType}`, ...(reason.reasonForFailure ? [reason.reasonForFailure] : [])],
    ],
    ['requestData', JSON.stringify(event.requestData, undefined, 2).split('\n')],
    ['responseData', JSON.stringify(event.responseData, undefined, 2).split('\n')],
    ['correlation', event.correlationId],
    ['id', event.id],
  ];
}

function recordFacts(
  { seq, prev, hash }: SequencedEvent,
  checkpoint: { readonly size: number; readonly time: Date } | undefined,
): Fact[] {
  const covered = checkpoint
    ? `by the one of ${checkpoint.size} records, ${shownTime(checkpoint.time)}; \`kmipd audit prove ${seq}\` shows it`
    : 'by none yet; the next one will';
  return [
    ['seq', String(seq)],
    ['hash', hash],
    ['previous', prev],
    ['checkpoint', covered],
  ];
}
