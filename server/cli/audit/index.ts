export { auditExport, type AuditExportOptions } from './export.ts';
export { auditKey } from './key.ts';
export { auditCheckProof, auditProve, type CheckProofOptions, type ProveOptions } from './prove.ts';
export { auditSegments } from './segments.ts';
export { auditVerify, type AuditVerifyOptions } from './verify.ts';
