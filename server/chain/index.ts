export { canonicalJson, isCanonicalJson } from './canonical.ts';
export {
  type Checkpoint,
  CHECKPOINT_EVENT,
  checkpointNoteIn,
  openCheckpoint,
  parseCheckpoint,
  signCheckpoint,
} from './checkpoint.ts';
export type { GivenCheckpoint } from './claims.ts';
export {
  exportCheckpointLine,
  exportFileName,
  type ExportHeader,
  exportHeaderLine,
  subtreesBetween,
} from './export-file.ts';
export { checkInclusion, inclusionProof, type InclusionRequest } from './inclusion.ts';
export { type LogStart, LogVerifier, verdictOf, type VerifierOptions } from './log-verifier.ts';
export { HASH_BYTES, MerkleTree } from './merkle-tree.ts';
export { checkProof, formatProof, type Proof } from './proof-file.ts';
export {
  type AuditRecord,
  FIRST_PREV,
  isKnownVersion,
  nextRecord,
  parseRecordLine,
  RECORD_VERSION,
  recordHash,
  recordLine,
} from './record.ts';
export { formatVerifierKey, NoteError, parseVerifierKey, type VerifierKey } from './signed-note.ts';
export { altered, type Altered, Finding, type Intact, unchecked, type Unchecked, type Verdict } from './verdict.ts';
export { type ExportSource, verifyExports } from './verify-exports.ts';
