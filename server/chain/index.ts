export { canonicalJson } from './canonical.ts';
export {
  type AuditRecord,
  FIRST_PREV,
  isKnownVersion,
  nextRecord,
  RECORD_VERSION,
  recordHash,
  recordLine,
} from './record.ts';
