import type { KeyObject } from 'node:crypto';
import { HASH_BYTES } from './merkle-tree.ts';
import { decodeBase64, NoteError, openNote, parseNote, signNote, type VerifierKey } from './signed-note.ts';

/** What a signature says of a log (C2SP tlog-checkpoint): how many records it had, and which. */
export interface Checkpoint {
  /** Name of the log and of the key that signs for it: `kmipd/<instance>/audit`. */
  readonly origin: string;
  /** How many records it covers: those with seq up to this. */
  readonly size: number;
  /** Of the tree over them, 32 bytes. */
  readonly root: Uint8Array;
  /** `hash` of the last of them, 64 lower-case hex digits; `FIRST_PREV` where there is none. */
  readonly head: string;
  readonly time: Date;
}

/** The signed note. Throws NoteError for an origin that cannot name a key. */
export function signCheckpoint(checkpoint: Checkpoint, privateKey: KeyObject): string {
  return signNote(checkpointText(checkpoint), checkpoint.origin, privateKey);
}

/** The checkpoint of a note that this key has signed for its own log. Throws NoteError when it has not. */
export function openCheckpoint(note: string, key: VerifierKey): Checkpoint {
  const checkpoint = parseText(openNote(note, key));
  if (checkpoint.origin !== key.name)
    throw new NoteError(`a checkpoint of ${checkpoint.origin}, the key is of ${key.name}`);
  return checkpoint;
}

/** The checkpoint of a note, whoever signed it. Throws NoteError when there is none. */
export function parseCheckpoint(note: string): Checkpoint {
  return parseText(parseNote(note).text);
}

const checkpointText = ({ origin, size, root, head, time }: Checkpoint): string =>
  `${origin}\n${size}\n${Buffer.from(root).toString('base64')}\nhead ${head}\ntime ${time.toISOString()}\n`;

function parseText(text: string): Checkpoint {
  const [origin, size, root, head, time] = text.split('\n');
  const checkpoint = {
    origin: origin ?? '',
    size: /^(?:0|[1-9]\d{0,15})$/.test(size ?? '') ? Number(size) : NaN,
    root: decodeBase64(root ?? '') ?? Buffer.alloc(0),
    head: /^head ([0-9a-f]{64})$/.exec(head ?? '')?.[1],
    time: new Date(/^time (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)$/.exec(time ?? '')?.[1] ?? NaN),
  };
  if (!Number.isSafeInteger(checkpoint.size))
    throw new NoteError('no checkpoint: its second line is no number of records');
  if (checkpoint.root.length !== HASH_BYTES) throw new NoteError('no checkpoint: its third line is no hash in base64');
  if (checkpoint.head === undefined) throw new NoteError('no checkpoint of kmipd: its fourth line has no head');
  if (Number.isNaN(checkpoint.time.getTime()))
    throw new NoteError('no checkpoint of kmipd: its fifth line has no time');
  return { ...checkpoint, head: checkpoint.head };
}

/** What the event of a checkpoint is told by; see `checkpointNoteIn`. */
export const CHECKPOINT_EVENT = 'checkpoint signed';

/** The signed note in an event that tells of a checkpoint (JSON text, or parsed); undefined in any other. */
export function checkpointNoteIn(event: unknown): string | undefined {
  if (typeof event === 'string') {
    // Spares nearly every event the parsing.
    return event.includes(`"${CHECKPOINT_EVENT}"`) ? checkpointNoteIn(parsed(event)) : undefined;
  }
  const { initiator, responseData } = (event ?? {}) as { initiator?: { id?: unknown }; responseData?: unknown };
  const { action, checkpoint } = (responseData ?? {}) as { action?: unknown; checkpoint?: unknown };
  if (initiator?.id !== 'kmipd' || action !== CHECKPOINT_EVENT || !Array.isArray(checkpoint)) return undefined;
  if (!checkpoint.every(line => typeof line === 'string')) return undefined;
  return `${checkpoint.join('\n')}\n`;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
