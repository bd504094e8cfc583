import {
  CryptographicUsageMask,
  LastChangeDate,
  ProtectStopDate,
  UsageLimits,
  UsageLimitsUnit,
  type AttributeSet,
} from '../../kmip-codec/index.ts';
import type { ManagedObject } from './managed-object.ts';

/** What is protected with an object at once, in each unit that its Usage Limits may count (1.4 §3.21). */
export interface Amount {
  readonly bytes: number;
  /** Messages, files, keys: whatever one operation protects. 1 when left out. */
  readonly objects?: number;
}

/** The uses that apply cryptographic protection; only these are limited (1.4 §3.19, §3.21). */
export const PROTECTING: number =
  CryptographicUsageMask.Sign |
  CryptographicUsageMask.Encrypt |
  CryptographicUsageMask.WrapKey |
  CryptographicUsageMask.MACGenerate |
  CryptographicUsageMask.DeriveKey |
  CryptographicUsageMask.ContentCommitmentNonRepudiation |
  CryptographicUsageMask.CertificateSign |
  CryptographicUsageMask.CRLSign |
  CryptographicUsageMask.GenerateCryptogram |
  CryptographicUsageMask.TranslateEncrypt |
  CryptographicUsageMask.TranslateWrap |
  CryptographicUsageMask.Authenticate |
  CryptographicUsageMask.Unrestricted |
  CryptographicUsageMask.FPEEncrypt;

/** Whether the object's Cryptographic Usage Mask lets it protect anything. */
export const canProtect = (attributes: AttributeSet): boolean =>
  ((attributes.get(CryptographicUsageMask) ?? 0) & PROTECTING) !== 0;

/** Whether protection is enabled: Active, and before the Protect Stop Date (1.4 §4.18). */
export function protectsNow({ state, attributes }: ManagedObject, now: Date): boolean {
  const stop = attributes.get(ProtectStopDate);
  return (state === undefined || state === 'Active') && (stop === undefined || now <= stop);
}

/** Units of the Usage Limits that may still be protected; undefined for an object without limits. */
export function remainingUnits(attributes: AttributeSet): bigint | undefined {
  const limits = attributes.get(UsageLimits);
  return limits && (limits.usageLimitsCount ?? limits.usageLimitsTotal);
}

/** The amount in the units that the object's Usage Limits count; 0 for an object without limits. */
export function unitsOf(attributes: AttributeSet, { bytes, objects = 1 }: Amount): bigint {
  const limits = attributes.get(UsageLimits);
  if (limits === undefined) return 0n;
  return BigInt(limits.usageLimitsUnit === UsageLimitsUnit.Byte ? bytes : objects);
}

/** A copy in which that many units less remain. Throws RangeError when there are not as many. */
export function withoutUnits(attributes: AttributeSet, units: bigint, now: Date): AttributeSet {
  const limits = attributes.get(UsageLimits);
  const remaining = remainingUnits(attributes);
  if (limits === undefined || remaining === undefined || units > remaining || units < 0n)
    throw new RangeError(`${units} units of ${remaining}`);
  return attributes
    .clone()
    .set(UsageLimits, { ...limits, usageLimitsCount: remaining - units })
    .set(LastChangeDate, now);
}
