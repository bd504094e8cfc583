import { CommanderError } from 'commander';
import { CertificateError } from '../../certs/index.ts';
import { DataFolderError, isSystemError } from '../data-folder/index.ts';
import { RootKeyError } from '../root-key/index.ts';
import { SettingsError } from '../settings/index.ts';
import { ConflictError, StoreUnavailable, StoreUnusable } from '../store/index.ts';

/** How a command ends, for scripts. */
export const exitCodes = {
  success: { code: 0, meaning: 'done' },
  failure: { code: 1, meaning: 'failed' },
  usage: { code: 2, meaning: 'wrong usage: a flag, argument or setting' },
  notFound: { code: 3, meaning: 'something that was named does not exist' },
  refused: { code: 4, meaning: 'refused, or in conflict with what is there' },
  unavailable: { code: 5, meaning: 'server, database or network cannot be used now; try again' },
  altered: { code: 1, meaning: 'audit verify, audit check-proof: altered, it says what and how' },
  unchecked: { code: 2, meaning: 'audit verify, audit check-proof: could not check' },
  endsWithin90Days: { code: 11, meaning: 'status: a certificate or revocation list ends within 90 days' },
  endsWithin30Days: { code: 12, meaning: 'status: within 30 days' },
  endsWithin7Days: { code: 13, meaning: 'status: within 7 days' },
  endsWithin1Day: { code: 14, meaning: 'status: within 1 day' },
  ended: { code: 15, meaning: 'status: one has ended' },
} as const;
export type ExitReason = keyof typeof exitCodes;

/** Ends a command with one line on standard error: what is the matter, and after a semicolon what to do. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly reason: ExitReason;

  constructor(reason: ExitReason, message: string, options: ErrorOptions = {}) {
    super(message, options);
    this.reason = reason;
  }
}

/** Ends a command that has said all there is to say, and did not end well. */
export class CommandEnd extends Error {
  override readonly name = 'CommandEnd';
  readonly reason: ExitReason;

  constructor(reason: ExitReason) {
    super(exitCodes[reason].meaning);
    this.reason = reason;
  }
}

const FOLDER_REASONS = { missing: 'notFound', refused: 'refused', busy: 'refused' } as const;

/** Why a command ended, from what it threw. */
export function exitReasonOf(error: unknown): ExitReason {
  if (error instanceof CommandError || error instanceof CommandEnd) return error.reason;
  if (error instanceof CommanderError || error instanceof SettingsError) return 'usage';
  if (error instanceof DataFolderError) return FOLDER_REASONS[error.kind];
  if (error instanceof RootKeyError || error instanceof ConflictError || error instanceof StoreUnusable)
    return 'refused';
  if (error instanceof CertificateError) return 'refused';
  if (error instanceof StoreUnavailable) return 'unavailable';
  if (isSystemError(error, 'EADDRINUSE', 'EADDRNOTAVAIL', 'ENOSPC', 'EAGAIN')) return 'unavailable';
  if (isSystemError(error, 'ENOENT')) return 'notFound';
  if (isSystemError(error, 'EACCES', 'EPERM', 'EROFS')) return 'refused';
  return 'failure';
}

/** The table for `--help`. */
export function exitCodesHelp(): string {
  const rows = Object.values(exitCodes).map(({ code, meaning }) => `  ${String(code).padEnd(2)}  ${meaning}`);
  return `\nExit codes:\n${rows.join('\n')}\n`;
}
