import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import {
  type AuditRecord,
  canonicalJson,
  exportCheckpointLine,
  exportHeaderLine,
  FIRST_PREV,
  formatVerifierKey,
  type GivenCheckpoint,
  MerkleTree,
  nextRecord,
  parseVerifierKey,
  recordLine,
  signCheckpoint,
  subtreesBetween,
  type Verdict,
  verifyExports,
} from '../../../server/chain/index.ts';

export const ORIGIN = 'kmipd/test/audit';
/** PKCS#8 of an Ed25519 key is its seed after 16 bytes that are always the same (RFC 8410 §7). */
export const keyOf = (seed: number): KeyObject =>
  createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, seed)]),
    format: 'der',
    type: 'pkcs8',
  });
export const key = keyOf(1);
export const vkey = formatVerifierKey(ORIGIN, createPublicKey(key));

export interface MadeLog {
  readonly records: readonly AuditRecord[];
  /** Of the records whose checkpoint it is: all of them but their own event, and one over the whole log. */
  readonly notes: readonly string[];
  /** Over all records. */
  readonly lastNote: string;
}

interface Making {
  readonly count: number;
  readonly checkpointEvery: number;
  /** Stands in every event, so that two logs differ. */
  readonly variant?: string;
  /** From this record on `variant` is there. */
  readonly variantFrom?: number;
  readonly signer?: KeyObject;
}

/** A log such as the server writes: events of several kinds, and checkpoints told of by events. */
export function makeLog({ count, checkpointEvery, variant = 'a', variantFrom = 1, signer = key }: Making): MadeLog {
  const records: AuditRecord[] = [];
  const notes: string[] = [];
  const tree = new MerkleTree();
  const noteOf = () =>
    signCheckpoint(
      {
        origin: ORIGIN,
        size: records.length,
        root: tree.root(),
        head: records.at(-1)?.hash ?? FIRST_PREV,
        time: new Date(Date.UTC(2026, 10, 23) + records.length * 1000),
      },
      signer,
    );
  while (records.length < count) {
    const seq = records.length + 1;
    const isCheckpoint = seq > 1 && seq % checkpointEvery === 0;
    if (isCheckpoint) notes.push(noteOf());
    const event = isCheckpoint
      ? checkpointEvent(seq, notes.at(-1) as string)
      : keyEvent(seq, seq >= variantFrom ? variant : 'a');
    const record = nextRecord(seq, records.at(-1)?.hash ?? FIRST_PREV, canonicalJson(event));
    records.push(record);
    tree.append(Buffer.from(record.hash, 'hex'));
  }
  return { records, notes, lastNote: noteOf() };
}

const checkpointEvent = (seq: number, note: string) => ({
  id: `checkpoint-${seq}`,
  initiator: { id: 'kmipd' },
  responseData: { action: 'checkpoint signed', size: seq - 1, checkpoint: note.trimEnd().split('\n') },
});

const keyEvent = (seq: number, variant: string) => ({
  id: `event-${seq}`,
  message: `key ${seq} · ${['read', 'schlüssel', '鍵', '🔑', 'a "quoted" \u0007 \u2028 text', '\ufffd'][seq % 6]}`,
  outcome: 'success',
  requestData: {
    variant,
    numbers: [seq, -1.5, 1e21, 1e-7, 0],
    nothing: null,
    isOnline: seq % 2 === 0,
    nested: { 10: 1, 9: 2 },
  },
});

export interface ExportOptions {
  readonly from?: number;
  readonly to?: number;
  readonly notes?: readonly string[];
}

/** The lines of an export of a made log, without newlines. */
export async function exportLines(
  log: MadeLog,
  { from = 1, to = log.records.length, notes }: ExportOptions = {},
): Promise<string[]> {
  const hashes = log.records.map(({ hash }) => Buffer.from(hash, 'hex'));
  const before = new MerkleTree();
  for (const hash of hashes.slice(0, from - 1)) before.append(hash);
  const firstPrev = log.records[from - 2]?.hash ?? FIRST_PREV;
  const isWhole = to === log.records.length;
  const beyond = isWhole ? [] : await subtreesBetween(to, log.records.length, hashes.slice(to));
  return [
    exportHeaderLine({ origin: ORIGIN, firstSeq: from, firstPrev, subtrees: before.subtrees() }),
    ...log.records.slice(from - 1, to).map(recordLine),
    ...(notes ?? [log.lastNote]).map(note => exportCheckpointLine(note, beyond)),
  ];
}

export const fileOf = (lines: readonly string[]): Buffer => Buffer.from(lines.map(line => `${line}\n`).join(''));

export interface Verifying {
  readonly keys?: readonly string[];
  readonly checkpoints?: readonly GivenCheckpoint[];
}

export function verify(
  files: Uint8Array | readonly Uint8Array[],
  { keys = [vkey], checkpoints = [] }: Verifying = {},
): Promise<Verdict> {
  const list = files instanceof Uint8Array ? [files] : files;
  return verifyExports(
    list.map((bytes, index) => ({ name: `export-${index + 1}`, bytes: [bytes] })),
    { keys: keys.map(parseVerifierKey), checkpoints },
  );
}
