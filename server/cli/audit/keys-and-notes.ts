import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import {
  checkpointNoteIn,
  type GivenCheckpoint,
  NoteError,
  parseCheckpoint,
  parseVerifierKey,
  type VerifierKey,
} from '../../chain/index.ts';
import { isSystemError } from '../../data-folder/index.ts';
import { CommandError } from '../exit-codes.ts';
import { readNamedFile } from './read-only.ts';

/** Verifier keys of a file: one a line, also older ones of the same log; empty lines and those after # count for nothing. */
export async function keysOf(path: string): Promise<VerifierKey[]> {
  return parseKeys(await readNamedFile(path), path);
}

export function parseKeys(text: string, path: string): VerifierKey[] {
  const lines = text.split('\n').map(line => line.trim());
  const keys = lines.filter(line => line !== '' && !line.startsWith('#'));
  if (keys.length === 0)
    throw new CommandError('refused', `${path} has no verifier key; write what \`kmipd audit key\` prints`);
  try {
    return keys.map(parseVerifierKey);
  } catch (cause) {
    if (!(cause instanceof NoteError)) throw cause;
    throw new CommandError('refused', `${path}: ${cause.message}; write what \`kmipd audit key\` prints`, { cause });
  }
}

/** The checkpoint of a file: the note that it is, or the newest that a sink's file of events or records tells of. */
export async function checkpointOf(path: string): Promise<GivenCheckpoint> {
  const from = `of ${path}`;
  let newest: { note: string; size: number } | undefined;
  let start = '';
  try {
    for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
      if (start.length < NOTE_CHARACTERS_MAX) start += `${line}\n`;
      const note = line.includes('"checkpoint') ? noteIn(line) : undefined;
      const size = note === undefined ? undefined : sizeOf(note);
      if (note !== undefined && size !== undefined && size >= (newest?.size ?? 0)) newest = { note, size };
    }
  } catch (cause) {
    if (!isSystemError(cause, 'ENOENT', 'EACCES', 'EPERM', 'EISDIR')) throw cause;
    throw new CommandError('notFound', `${path} cannot be read (${cause.code}); check its name and who may read it`, {
      cause,
    });
  }
  if (newest) return { note: newest.note, from };
  if (sizeOf(start) !== undefined) return { note: start, from };
  throw new CommandError('refused', `${path} has no checkpoint; name a signed note, or a file that a sink has written`);
}

/** More than a note with its signatures has. */
const NOTE_CHARACTERS_MAX = 64 * 1024;

/** Of a line that is an event, a record, or a checkpoint of an export. Text before the JSON (a syslog header) is passed over. */
function noteIn(line: string): string | undefined {
  try {
    const value = JSON.parse(line.slice(Math.max(0, line.indexOf('{')))) as {
      event?: unknown;
      checkpoint?: unknown;
    } | null;
    if (typeof value?.checkpoint === 'string') return value.checkpoint;
    return checkpointNoteIn(value?.event ?? value);
  } catch {
    return undefined;
  }
}

function sizeOf(note: string): number | undefined {
  try {
    return parseCheckpoint(note).size;
  } catch (error) {
    if (error instanceof NoteError) return undefined;
    throw error;
  }
}
