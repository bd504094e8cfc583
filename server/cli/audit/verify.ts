import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type GivenCheckpoint, type Intact, type Verdict, verifyExports, type VerifierKey } from '../../chain/index.ts';
import { checkpointFile, readIfPresent } from '../../data-folder/index.ts';
import { CommandEnd, CommandError } from '../exit-codes.ts';
import type { SettingsOptions } from '../options.ts';
import { counted, printJson, shownTime } from '../output.ts';
import type { World } from '../world.ts';
import { checkpointOf, keysOf, parseKeys } from './keys-and-notes.ts';
import { verifierKeyIn, withReadOnlyStore } from './read-only.ts';
import { verifyDatabase } from './verify-database.ts';

export type AuditVerifyOptions = SettingsOptions & {
  readonly key?: string;
  readonly checkpoint?: readonly string[];
  readonly json?: true;
};

/** `audit verify`: ends with 0 intact, 1 altered, 2 could not check. */
export async function auditVerify(
  world: World,
  exports: readonly string[],
  options: AuditVerifyOptions,
): Promise<void> {
  await ending(world, options.json === true, async () => {
    const checkpoints = await Promise.all((options.checkpoint ?? []).map(checkpointOf));
    if (exports.length === 0) return verifyOwn(world, options, checkpoints);
    if (options.key === undefined) {
      throw new CommandError(
        'unchecked',
        'exports are checked with a key; name the file with what `kmipd audit key` printed: --key FILE',
      );
    }
    const keys = await keysOf(options.key);
    const files = (await Promise.all(exports.map(filesOf))).flat();
    return verifyExports(
      files.map(name => ({ name, bytes: createReadStream(name, { highWaterMark: 1 << 20 }) })),
      { keys, checkpoints },
    );
  });
}

/** Prints a verdict and ends as it says. Whatever hinders the check is a check that could not be made. */
export async function ending(world: World, isJson: boolean, check: () => Promise<Verdict>): Promise<void> {
  let verdict: Verdict;
  try {
    verdict = await check();
  } catch (error) {
    throw new CommandError('unchecked', error instanceof Error ? error.message : String(error), { cause: error });
  }
  if (isJson) printJson(world.stdout, verdict);
  else for (const line of shown(verdict)) world.stdout.write(`${line}\n`);
  if (verdict.status !== 'intact') throw new CommandEnd(verdict.status);
}

async function verifyOwn(
  world: World,
  options: AuditVerifyOptions,
  given: readonly GivenCheckpoint[],
): Promise<Verdict> {
  return withReadOnlyStore(world, options, async ({ folder, store }) => {
    // Before the log, which only grows: so that it is never behind this file.
    const own = await readIfPresent(checkpointFile(folder));
    const keys: VerifierKey[] =
      options.key === undefined ? parseKeys(await verifierKeyIn(folder), 'audit.pub') : await keysOf(options.key);
    const ownCheckpoint = own ? [{ note: own.toString(), from: 'of the data folder' }] : [];
    return verifyDatabase(store, { keys, checkpoints: [...given, ...ownCheckpoint] });
  });
}

/** A folder stands for the exports in it, in the order of their names, which is that of their records. */
async function filesOf(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const names = (await readdir(path)).filter(name => /^audit-\d+-\d+\.jsonl$/.test(name)).sort();
  if (names.length === 0) throw new CommandError('unchecked', `${path} has no exports; name the files`);
  return names.map(name => join(path, name));
}

function shown(verdict: Verdict): string[] {
  if (verdict.status === 'unchecked') return [`could not check: ${verdict.problem}`];
  if (verdict.status === 'intact') return shownIntact(verdict);
  const { seq, file, line, problem } = verdict;
  const record = seq === undefined ? '' : `record ${seq}: `;
  const place = file === undefined ? '' : ` (${file}, line ${line})`;
  return [`altered: ${record}${problem}${place}`];
}

function shownIntact({
  records,
  firstSeq,
  lastSeq,
  checkpoints,
  signedSize,
  signedAt,
  olderCheckpoints,
}: Intact): string[] {
  const later = lastSeq - signedSize;
  return [
    `intact: ${counted(records, 'record')}, ${firstSeq} to ${lastSeq}`,
    `signed for up to record ${signedSize} by a checkpoint of ${shownTime(signedAt)}; ${counted(checkpoints, 'checkpoint')} checked`,
    ...(later > 0 ? [`${counted(later, 'record')} after it: chained, not signed for yet`] : []),
    ...(olderCheckpoints > 0
      ? [`${counted(olderCheckpoints, 'checkpoint')} of before the first record: not compared`]
      : []),
  ];
}
