// Bit masks: made by scripts/generate-registry.mjs from the tables of the specification; change that, not this.
import type { ValueTable } from './value-table.ts';

export const CryptographicUsageMask = {
  name: 'Cryptographic Usage Mask',
  tag: 0x42002c,
  since: 0x100,
  until: undefined,
  values: {
    Sign: [0x1, 'Sign', 0x100],
    Verify: [0x2, 'Verify', 0x100],
    Encrypt: [0x4, 'Encrypt', 0x100],
    Decrypt: [0x8, 'Decrypt', 0x100],
    WrapKey: [0x10, 'Wrap Key', 0x100],
    UnwrapKey: [0x20, 'Unwrap Key', 0x100],
    Export: [0x40, 'Export', 0x100, 0x104],
    MACGenerate: [0x80, 'MAC Generate', 0x100],
    MACVerify: [0x100, 'MAC Verify', 0x100],
    DeriveKey: [0x200, 'Derive Key', 0x100],
    ContentCommitmentNonRepudiation: [0x400, 'Content Commitment (Non Repudiation)', 0x100, 0x104],
    KeyAgreement: [0x800, 'Key Agreement', 0x100],
    CertificateSign: [0x1000, 'Certificate Sign', 0x100],
    CRLSign: [0x2000, 'CRL Sign', 0x100],
    GenerateCryptogram: [0x4000, 'Generate Cryptogram', 0x100, 0x104],
    ValidateCryptogram: [0x8000, 'Validate Cryptogram', 0x100, 0x104],
    TranslateEncrypt: [0x10000, 'Translate Encrypt', 0x100, 0x104],
    TranslateDecrypt: [0x20000, 'Translate Decrypt', 0x100, 0x104],
    TranslateWrap: [0x40000, 'Translate Wrap', 0x100, 0x104],
    TranslateUnwrap: [0x80000, 'Translate Unwrap', 0x100, 0x104],
    Authenticate: [0x100000, 'Authenticate', 0x200],
    Unrestricted: [0x200000, 'Unrestricted', 0x200],
    FPEEncrypt: [0x400000, 'FPE Encrypt', 0x200],
    FPEDecrypt: [0x800000, 'FPE Decrypt', 0x200],
  },
  aliases: {
    ContentCommitment: 0x400,
  },
} as const;

export const ProtectionStorageMask = {
  name: 'Protection Storage Mask',
  tag: 0x42015e,
  since: 0x200,
  until: undefined,
  values: {
    Software: [0x1, 'Software', 0x200],
    Hardware: [0x2, 'Hardware', 0x200],
    OnProcessor: [0x4, 'On Processor', 0x200],
    OnSystem: [0x8, 'On System', 0x200],
    OffSystem: [0x10, 'Off System', 0x200],
    Hypervisor: [0x20, 'Hypervisor', 0x200],
    OperatingSystem: [0x40, 'Operating System', 0x200],
    Container: [0x80, 'Container', 0x200],
    OnPremises: [0x100, 'On Premises', 0x200],
    OffPremises: [0x200, 'Off Premises', 0x200],
    SelfManaged: [0x400, 'Self Managed', 0x200],
    Outsourced: [0x800, 'Outsourced', 0x200],
    Validated: [0x1000, 'Validated', 0x200],
    SameJurisdiction: [0x2000, 'Same Jurisdiction', 0x200],
  },
  aliases: {},
} as const;

export const StorageStatusMask = {
  name: 'Storage Status Mask',
  tag: 0x42008e,
  since: 0x100,
  until: undefined,
  values: {
    OnLineStorage: [0x1, 'On-line storage', 0x100],
    ArchivalStorage: [0x2, 'Archival storage', 0x100],
    DestroyedStorage: [0x4, 'Destroyed storage', 0x200],
  },
  aliases: {},
} as const;

export const ObjectClassMask = {
  name: 'Object Class Mask',
  tag: 0x42019f,
  since: 0x300,
  until: undefined,
  values: {
    User: [0x1, 'User', 0x300],
    System: [0x2, 'System', 0x300],
  },
  aliases: {},
} as const;

/** The tables by the name that the specification gives them. */
export const masksByName: ReadonlyMap<string, ValueTable> = new Map<string, ValueTable>([
  ['Cryptographic Usage Mask', CryptographicUsageMask],
  ['Protection Storage Mask', ProtectionStorageMask],
  ['Storage Status Mask', StorageStatusMask],
  ['Object Class Mask', ObjectClassMask],
]);
