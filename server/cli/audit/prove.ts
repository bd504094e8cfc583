import {
  type AuditRecord,
  checkProof,
  formatProof,
  inclusionProof,
  type Verdict,
  verdictOf,
} from '../../chain/index.ts';
import type { Settings } from '../../settings/index.ts';
import type { Store } from '../../store/index.ts';
import { CommandError } from '../exit-codes.ts';
import type { SettingsOptions } from '../options.ts';
import type { World } from '../world.ts';
import { toFile } from './export.ts';
import { hashesOf } from './hashes.ts';
import { keysOf } from './keys-and-notes.ts';
import { readNamedFile, withReadOnlyStore } from './read-only.ts';
import { ending } from './verify.ts';

export type ProveOptions = SettingsOptions & { readonly out?: string; readonly force?: true };

/** `audit prove`: that one record is in the log, small enough to mail. */
export async function auditProve(world: World, name: string, options: ProveOptions): Promise<void> {
  await withReadOnlyStore(world, options, async ({ store, settings }) => {
    const { log } = store;
    const record = await recordNamed(store, name);
    const checkpoint = await log.checkpointCovering(record.seq);
    if (!checkpoint) throw uncovered(record, settings);
    const { firstSeq, subtrees } = await log.start();
    const hashes = await inclusionProof({
      seq: record.seq,
      size: checkpoint.size,
      start: { size: firstSeq - 1, subtrees },
      hashes: hashesOf(log, firstSeq - 1, checkpoint.size),
    });
    const proof = formatProof({ record, hashes, checkpoint: checkpoint.note });
    if (options.out === undefined || options.out === '-') return world.stdout.write(proof);
    await toFile(options.out, options.force === true, [proof]);
  });
}

async function recordNamed({ events }: Pick<Store, 'events'>, name: string): Promise<AuditRecord> {
  const record = /^\d{1,15}$/.test(name) ? await events.withSeq(Number(name)) : await events.withId(name);
  if (record) return record;
  throw new CommandError(
    'notFound',
    `there is no event ${name}; name its id or seq as \`kmipd events --json\` shows them`,
  );
}

const uncovered = ({ seq }: AuditRecord, { audit }: Settings) =>
  new CommandError(
    'unavailable',
    `no checkpoint covers record ${seq} yet; the running server signs one within ${audit.checkpoint.seconds} s, and when it stops`,
  );

export type CheckProofOptions = { readonly key: string; readonly json?: true };

/** `audit check-proof`: prints the event that a proof proves; ends as `audit verify` does. */
export async function auditCheckProof(world: World, path: string, { key, json }: CheckProofOptions): Promise<void> {
  await ending(world, json === true, async (): Promise<Verdict> => {
    const keys = await keysOf(key);
    const text = await readNamedFile(path);
    try {
      const { record, checkpoint } = checkProof(text, keys);
      if (json !== true) world.stdout.write(`${record.json}\n`);
      const { seq } = record;
      return {
        ...{ status: 'intact', records: 1, firstSeq: seq, lastSeq: seq, checkpoints: 1, olderCheckpoints: 0 },
        ...{ signedSize: checkpoint.size, signedAt: checkpoint.time },
      };
    } catch (error) {
      return verdictOf(error);
    }
  });
}
