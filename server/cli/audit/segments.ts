import type { SettingsOptions } from '../options.ts';
import { printJson, printTable, shownTime } from '../output.ts';
import type { World } from '../world.ts';
import { withReadOnlyStore } from './read-only.ts';

/** `audit segments`: the closed runs of the log, also those that were removed. */
export async function auditSegments(world: World, options: SettingsOptions & { readonly json?: true }): Promise<void> {
  await withReadOnlyStore(world, options, async ({ store }) => {
    const segments = await store.log.segments();
    if (options.json) {
      return printJson(
        world.stdout,
        segments.map(({ subtrees: _, ...segment }) => segment),
      );
    }
    const time = (at: Date | undefined) => (at ? shownTime(at) : '-');
    printTable(
      world.stdout,
      ['SEGMENT', 'FIRST', 'LAST', 'BYTES', 'CLOSED', 'EXPORTED', 'REMOVED'],
      segments.map(({ number, firstSeq, lastSeq, bytes, closedAt, exportedAt, removedAt }) => [
        ...[number, firstSeq, lastSeq, bytes].map(String),
        ...[closedAt, exportedAt, removedAt].map(time),
      ]),
      'no segment is closed yet',
    );
  });
}
