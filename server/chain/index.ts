export { canonicalJson } from './canonical.ts';
export {
  type Checkpoint,
  CHECKPOINT_EVENT,
  checkpointNoteIn,
  openCheckpoint,
  parseCheckpoint,
  signCheckpoint,
} from './checkpoint.ts';
export { checkInclusion, inclusionProof, type InclusionRequest } from './inclusion.ts';
export { HASH_BYTES, MerkleTree } from './merkle-tree.ts';
export {
  type AuditRecord,
  FIRST_PREV,
  isKnownVersion,
  nextRecord,
  RECORD_VERSION,
  recordHash,
  recordLine,
} from './record.ts';
export { formatVerifierKey, NoteError, parseVerifierKey, type VerifierKey } from './signed-note.ts';
