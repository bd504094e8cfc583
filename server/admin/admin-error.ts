import { CertificateError, type Position } from '../../certs/index.ts';
import type { Cause } from '../audit/index.ts';
import { DataFolderError } from '../data-folder/index.ts';
import { RootKeyError } from '../root-key/index.ts';
import { ConflictError, StoreUnavailable } from '../store/index.ts';

/** Why the certificate manager has not done what was asked: what is the matter, and after a semicolon what to do. */
export class AdminError extends Error {
  override readonly name = 'AdminError';
  override readonly cause: Cause;
  /** What its event says in place of the message, which may hold what no event may. */
  readonly recorded: string;

  constructor(cause: Cause, message: string, { recorded = message }: { recorded?: string | undefined } = {}) {
    super(message);
    this.cause = cause;
    this.recorded = recorded;
  }
}

/** Any error as the person and the event are told it; undefined for one that nobody foresaw. */
export function foreseen(error: unknown): AdminError | undefined {
  if (error instanceof AdminError) return error;
  if (error instanceof CertificateError) return new AdminError('bad request', error.message, { recorded: told(error) });
  if (error instanceof ConflictError) {
    return new AdminError('conflict', 'somebody else changed the same at the same time; try again');
  }
  if (error instanceof StoreUnavailable) {
    return error.isFull
      ? new AdminError('full', 'the database has no room; make some on its disk, then try again')
      : new AdminError('unavailable', 'the database cannot be read or written now; see the log of the server');
  }
  if (error instanceof DataFolderError) {
    return new AdminError('failed dependency', error.message, { recorded: 'a file of the data folder cannot be used' });
  }
  if (error instanceof RootKeyError) {
    return new AdminError('failed dependency', error.message, { recorded: 'the root key cannot be used' });
  }
  return undefined;
}

/** Without what was found, which may be a name out of a certificate. */
function told({ position }: { readonly position: Position }): string {
  const where = Object.entries(position).map(([part, at]) => `${part} ${at}`);
  return `what was given cannot be used${where.length > 0 ? ` (${where.join(', ')})` : ''}`;
}
