import { ProtectionStorageMask } from '../../kmip-codec/index.ts';
import { OperationFailure, type ResultReasonName } from './results.ts';

/** How every object is kept (2.1 §4.44, §12.2): wrapped, by software. */
export const STORAGE: number = ProtectionStorageMask.Software;
/** What clients can choose from. */
export const storageOffered: readonly number[] = [STORAGE];

/** The rows of a request that say where new objects may be kept, and the Result Reason where none of them can be. */
const ROWS: readonly (readonly [row: string, reason: ResultReasonName])[] = [
  ['protectionStorageMasks', 'Protection Storage Unavailable'],
  ['commonProtectionStorageMasks', 'Protection Storage Unavailable'],
  ['privateProtectionStorageMasks', 'Private Protection Storage Unavailable'],
  ['publicProtectionStorageMasks', 'Public Protection Storage Unavailable'],
];

/** Refuses a request for storage that is not here: each list needs one mask whose bits are all true of ours (2.1 §7.33). Throws OperationFailure. */
export function checkStorage(request: object): void {
  for (const [row, reason] of ROWS) {
    const { protectionStorageMasks: masks = [] } = (request as Record<string, Masks | undefined>)[row] ?? {};
    if (masks.length === 0 || masks.some(mask => storageOffered.some(offered => (mask & ~offered) === 0))) continue;
    throw new OperationFailure(
      reason,
      `Protection Storage Masks ${masks.map(shown).join(' or ')} cannot be met, objects are kept by ${shown(STORAGE)}`,
    );
  }
}

interface Masks {
  readonly protectionStorageMasks?: readonly number[];
}
const shown = (mask: number): string => [ProtectionStorageMask.describe(mask)].flat().join('+');
