import { canonicalJson } from './canonical.ts';
import { nextWidth } from './claims.ts';
import type { LogStart } from './log-verifier.ts';
import { MerkleTree } from './merkle-tree.ts';

/** First line of an export. */
export interface ExportHeader extends LogStart {
  /** Name of the log. */
  readonly origin: string;
}

const LOG = 'kmipd audit export';
const VERSION = 1;
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** Without newline. */
export function exportHeaderLine({ origin, firstSeq, firstPrev, subtrees }: ExportHeader): string {
  return canonicalJson({ log: LOG, v: VERSION, origin, firstSeq, firstPrev, subtrees: subtrees.map(hex) });
}

/**
 * A checkpoint behind the records of an export, without newline. `subtrees`: of one that covers more than the export's last record,
 * the roots of what comes after it, as `subtreesBetween` gives them.
 */
export function exportCheckpointLine(note: string, subtrees: readonly Uint8Array[] = []): string {
  return canonicalJson({ checkpoint: note, subtrees: subtrees.length > 0 ? subtrees.map(hex) : undefined });
}

/** `audit-000000000001-000000001000.jsonl`: its names sort as its records do. */
export const exportFileName = (firstSeq: number, lastSeq: number): string =>
  `audit-${String(firstSeq).padStart(12, '0')}-${String(lastSeq).padStart(12, '0')}.jsonl`;

/**
 * Roots of the complete subtrees that records `after` + 1 to `size` make up, in order, each the largest that begins there: what a
 * tree of `after` records needs to become one of `size`. `hashes` are those records' hashes. Rejects with RangeError if some are missing.
 */
export async function subtreesBetween(
  after: number,
  size: number,
  hashes: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<Uint8Array[]> {
  const roots: Uint8Array[] = [];
  let [begin, tree] = [after, new MerkleTree()];
  for await (const recordHash of hashes) {
    if (begin >= size) break;
    tree.append(recordHash);
    if (tree.size < nextWidth(begin, size)) continue;
    roots.push(tree.root());
    begin += tree.size;
    tree = new MerkleTree();
  }
  if (begin < size) throw new RangeError(`hashes of records ${begin + 1} to ${size} are missing`);
  return roots;
}

/** A header that was read; `undefined`: the line is none; a version that this program does not know is given as it is. */
export function parseExportHeader(line: string): ExportHeader | { readonly unknownVersion: unknown } | undefined {
  const value = parsedObject(line);
  if (value?.['log'] !== LOG) return undefined;
  const { v, origin, firstSeq, firstPrev, subtrees } = value;
  if (v !== VERSION) return { unknownVersion: v };
  if (typeof origin !== 'string' || typeof firstSeq !== 'number' || typeof firstPrev !== 'string') return undefined;
  const header = { origin, firstSeq, firstPrev, subtrees: hashList(subtrees) };
  const isRight = Number.isSafeInteger(firstSeq) && firstSeq > 0 && /^[0-9a-f]{64}$/.test(firstPrev);
  return isRight && exportHeaderLine(header) === line ? header : undefined;
}

/** A checkpoint line that was read; undefined when the line is none. */
export function parseExportCheckpoint(line: string): { note: string; subtrees: readonly Uint8Array[] } | undefined {
  const { checkpoint, subtrees } = parsedObject(line) ?? {};
  if (typeof checkpoint !== 'string') return undefined;
  const list = hashList(subtrees);
  return exportCheckpointLine(checkpoint, list) === line ? { note: checkpoint, subtrees: list } : undefined;
}

const hashList = (value: unknown): Uint8Array[] =>
  Array.isArray(value)
    ? value.map(item => (typeof item === 'string' ? Buffer.from(item, 'hex') : Buffer.alloc(0)))
    : [];

function parsedObject(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    canonicalJson(value); // what has no canonical form is no line of an export
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}
