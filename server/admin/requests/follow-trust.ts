import type { ManagerOptions } from '../options.ts';

/**
 * After a change of who is let in: the running server follows it. `known`: SHA-256 of a certificate that is not refused any more.
 * Gives how many connections were cut; undefined where no server runs.
 */
export async function followTrust(
  { effects, store }: ManagerOptions,
  { known }: { known?: string } = {},
): Promise<number | undefined> {
  if (known !== undefined) {
    await effects?.flushSightings(); // or one that is still on its way would bring it back
    await store.sightings.forgetRefused(known);
  }
  return (await effects?.trustChanged())?.connectionsCut;
}
