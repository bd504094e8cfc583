import type { KeyObject } from 'node:crypto';
import { type Checkpoint, NoteError, openCheckpoint, parseVerifierKey, type VerifierKey } from '../chain/index.ts';
import type { LogReader } from '../store/index.ts';

/** What signs checkpoints. */
export interface CheckpointKey {
  /** Of key and log. */
  readonly name: string;
  /** As text: `NAME+ID+KEY`. */
  readonly verifierKey: string;
  /** Ed25519. */
  readonly privateKey: KeyObject;
}

/** Under this name the store remembers every key that has signed here, as a JSON list of verifier keys, the newest last. */
export const CHECKPOINT_KEYS = 'checkpoint keys';

export async function rememberedKeys(log: Pick<LogReader, 'remembered'>): Promise<string[]> {
  return JSON.parse((await log.remembered(CHECKPOINT_KEYS)) ?? '[]') as string[];
}

/** The checkpoint in a note that one of the keys has signed; undefined when none has. */
export function openedByAny(note: string, keys: readonly string[]): Checkpoint | undefined {
  for (const key of keys) {
    try {
      return openCheckpoint(note, parseVerifierKey(key));
    } catch (error) {
      if (!(error instanceof NoteError)) throw error;
    }
  }
  return undefined;
}

export const keyIdOf = (verifierKey: string): VerifierKey['keyId'] => parseVerifierKey(verifierKey).keyId;
