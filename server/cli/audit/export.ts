import { once } from 'node:events';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import {
  exportCheckpointLine,
  exportHeaderLine,
  MerkleTree,
  parseVerifierKey,
  recordLine,
  subtreesBetween,
} from '../../chain/index.ts';
import { isSystemError, syncFolder } from '../../data-folder/index.ts';
import type { LogReader } from '../../store/index.ts';
import { CommandError } from '../exit-codes.ts';
import type { SettingsOptions } from '../options.ts';
import { counted } from '../output.ts';
import type { World } from '../world.ts';
import { hashesOf } from './hashes.ts';
import { type ReadOnlyContext, verifierKeyIn, withReadOnlyStore } from './read-only.ts';

export type AuditExportOptions = SettingsOptions & {
  readonly from?: number;
  readonly to?: number;
  readonly out: string;
  readonly force?: true;
};

const PAGE = 500;

/** `audit export`: records as a file that can be verified on another machine, with the verifier key alone. */
export async function auditExport(world: World, options: AuditExportOptions): Promise<void> {
  await withReadOnlyStore(world, options, async context => {
    const { log } = context.store;
    const [start, head] = [await log.start(), await log.head()];
    const { from = start.firstSeq, to = head.seq, out } = options;
    if (from < start.firstSeq || to > head.seq || from > to) {
      throw new CommandError('notFound', `there are records ${start.firstSeq} to ${head.seq}; change --from or --to`);
    }
    const texts = exported(context, from, to);
    if (out === '-') return toStdout(world, texts);
    await toFile(out, options.force === true, texts);
    world.stderr.write(`${out}: ${counted(to - from + 1, 'record')}, ${from} to ${to}\n`);
  });
}

async function* exported({ folder, store }: ReadOnlyContext, from: number, to: number): AsyncGenerator<string> {
  const { events, log } = store;
  const origin = parseVerifierKey(await verifierKeyIn(folder)).name;
  yield `${exportHeaderLine({ origin, firstSeq: from, ...(await before(log, from)) })}\n`;
  for (let after = from - 1; after < to;) {
    const page = await events.after(after, Math.min(PAGE, to - after));
    if (page[0]?.seq !== after + 1)
      throw new CommandError('failure', `record ${after + 1} is missing; \`kmipd audit verify\` says more`);
    yield page.map(record => `${recordLine(record)}\n`).join('');
    after = page.at(-1)?.seq ?? to;
  }
  for (const line of await checkpointLines(log, from, to)) yield `${line}\n`;
}

/** Where an export begins that begins with this record. */
async function before(log: LogReader, from: number) {
  const { firstSeq, firstPrev, subtrees } = await log.start();
  const tree = new MerkleTree(firstSeq - 1, subtrees);
  let prev = firstPrev;
  for await (const hash of hashesOf(log, firstSeq - 1, from - 1)) {
    tree.append(hash);
    prev = Buffer.from(hash).toString('hex');
  }
  return { firstPrev: prev, subtrees: tree.subtrees() };
}

/** The newest checkpoint that ends within the records, and the oldest that covers all of them. */
async function checkpointLines(log: LogReader, from: number, to: number): Promise<string[]> {
  const within = await log.checkpoint(to);
  const covering = await log.checkpointCovering(to);
  const lines = within && within.size >= from - 1 ? [exportCheckpointLine(within.note)] : [];
  if (!covering || covering.size === within?.size) return lines;
  const beyond = await subtreesBetween(to, covering.size, hashesOf(log, to, covering.size));
  return [...lines, exportCheckpointLine(covering.note, beyond)];
}

async function toStdout({ stdout }: World, texts: AsyncIterable<string>): Promise<void> {
  for await (const text of texts) {
    stdout.write(text);
    if (stdout.stream?.writableNeedDrain) await once(stdout.stream, 'drain');
  }
}

/** Writes a file that is whole or not there. Throws CommandError for one that is there already, unless `force`. */
export async function toFile(
  path: string,
  force: boolean,
  texts: AsyncIterable<string> | Iterable<string>,
): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  await rm(temporary, { force: true });
  const claim = force ? undefined : await claimed(path);
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      for await (const text of texts) await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true });
    if (claim) await rm(path, { force: true });
    throw error;
  } finally {
    await claim?.close();
  }
}

async function claimed(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o600);
  } catch (cause) {
    if (!isSystemError(cause, 'EEXIST')) throw cause;
    throw new CommandError('refused', `${path} exists already; name another file with --out, or add --force`, {
      cause,
    });
  }
}
