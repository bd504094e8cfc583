import { canonicalJson } from './canonical.ts';
import { type Checkpoint, openCheckpoint } from './checkpoint.ts';
import { checkInclusion } from './inclusion.ts';
import { HASH_BYTES } from './merkle-tree.ts';
import { type AuditRecord, isKnownVersion, recordHash } from './record.ts';
import { decodeBase64, NoteError, type VerifierKey } from './signed-note.ts';
import { altered, unchecked } from './verdict.ts';

/** That a record is in a log: with a verifier key, enough to believe it. */
export interface Proof {
  readonly record: AuditRecord;
  /** As `inclusionProof` gives them. */
  readonly hashes: readonly Uint8Array[];
  /** Text of a signed note over at least `record.seq` records. */
  readonly checkpoint: string;
}

const PROOF = 'kmipd audit proof';
const VERSION = 1;

/** The proof as one JSON object, RFC 8785 form, with a newline. */
export function formatProof({ record, hashes, checkpoint }: Proof): string {
  const { v, seq, prev, json, hash } = record;
  const list = hashes.map(bytes => Buffer.from(bytes).toString('base64'));
  const event: unknown = JSON.parse(json);
  return `${canonicalJson({ proof: PROOF, v: VERSION, record: { v, seq, prev, event, hash }, hashes: list, checkpoint })}\n`;
}

/** What a proof shows: the record, and the checkpoint that signs for it. Throws a Finding for one that shows nothing. */
export function checkProof(
  text: string,
  keys: readonly VerifierKey[],
): { record: AuditRecord; checkpoint: Checkpoint } {
  const { record, hashes, checkpoint: note } = parseProof(text);
  const { v, seq, hash } = record;
  if (!isKnownVersion(v)) throw unchecked(`record ${seq} has version ${v}, which this program does not know`);
  if (recordHash(record) !== hash) throw altered('its hash is not that of its content', { seq });
  const checkpoint = opened(note, keys);
  const { size, root } = checkpoint;
  if (!checkInclusion({ seq, size, recordHash: Buffer.from(hash, 'hex'), hashes, root })) {
    throw altered(`the hashes do not lead from it to the checkpoint's root of ${size} records`, { seq });
  }
  return { record, checkpoint };
}

function opened(note: string, keys: readonly VerifierKey[]): Checkpoint {
  let last: NoteError | undefined;
  for (const key of keys) {
    try {
      return openCheckpoint(note, key);
    } catch (error) {
      if (!(error instanceof NoteError)) throw error;
      if (!error.isOtherKey) throw altered(`its checkpoint: ${error.message}`);
      last = error;
    }
  }
  throw unchecked(last ? `its checkpoint is ${last.message}` : 'no verifier key was given');
}

function parseProof(text: string): Proof {
  const value = parsed(text);
  if (value?.['proof'] !== PROOF) throw unchecked('the file is no proof of an audit log');
  if (value['v'] !== VERSION) throw unchecked('the file is a proof of a version that this program does not know');
  const { hashes, checkpoint, record } = value;
  const list = Array.isArray(hashes)
    ? hashes.map(each => (typeof each === 'string' ? decodeBase64(each) : undefined))
    : [];
  const isList = Array.isArray(hashes) && list.every(each => each?.length === HASH_BYTES);
  if (!isList || typeof checkpoint !== 'string') throw altered('the proof lacks its hashes or its checkpoint');
  return { record: recordOf(record), hashes: list as Uint8Array[], checkpoint };
}

function recordOf(value: unknown): AuditRecord {
  const { v, seq, prev, event, hash } = (value ?? {}) as Readonly<Record<string, unknown>>;
  const isHash = (text: unknown): text is string => typeof text === 'string' && /^[0-9a-f]{64}$/.test(text);
  const isRight = Number.isSafeInteger(v) && Number.isSafeInteger(seq) && isHash(prev) && isHash(hash);
  if (!isRight || event === undefined) throw altered('the proof has no record');
  return { v: v as number, seq: seq as number, prev, json: canonical(event), hash };
}

function canonical(event: unknown): string {
  try {
    return canonicalJson(event);
  } catch {
    throw altered('its event has no RFC 8785 form');
  }
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}
