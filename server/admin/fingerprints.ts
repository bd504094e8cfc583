import { colons } from '../../certs/index.ts';
import { AdminError } from './admin-error.ts';

interface Fingerprinted {
  /** Lower-case hex without colons, as `sha1`. */
  readonly sha256: string;
  readonly sha1: string;
}

/** What a person gives of a fingerprint: hex digits in upper or lower case, with or without colons and blanks. */
export function fingerprintDigits(text: string, digitsMin: number): string {
  const digits = text.replaceAll(/[:\s]/g, '').toLowerCase();
  if (/^[0-9a-f]*$/.test(digits) && digits.length >= digitsMin && digits.length <= 64) return digits;
  throw new AdminError(
    'bad request',
    `${JSON.stringify(text)} is no fingerprint; give its hex digits, the first ${digitsMin} at least`,
    { recorded: 'the fingerprint given is none' },
  );
}

/**
 * The one whose SHA-256 or SHA-1 begins with these digits. Throws AdminError when there is none (`missing`: in words, with what to do) and
 * when there are several.
 */
export function withFingerprint<T extends Fingerprinted>(all: readonly T[], digits: string, missing: string): T {
  const [found, another] = all.filter(({ sha256, sha1 }) => sha256.startsWith(digits) || sha1.startsWith(digits));
  if (found === undefined) throw new AdminError('not found', missing);
  if (another === undefined) return found;
  const both = [found, another].map(({ sha256 }) => colons(sha256)).join(' and ');
  throw new AdminError('conflict', `several have a fingerprint that begins like that (${both}); give more digits`);
}
