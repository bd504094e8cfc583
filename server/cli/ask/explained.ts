import { AdminRefusal, AdminUnreachable } from '../../admin/index.ts';
import { CommandError, type ExitReason } from '../exit-codes.ts';

/** How a command ends by the status of the manager's answer. */
const REASONS: ReadonlyMap<number, ExitReason> = new Map([
  [400, 'usage'],
  [401, 'refused'],
  [403, 'refused'],
  [404, 'notFound'],
  [408, 'unavailable'],
  [409, 'refused'],
  [413, 'usage'],
  [424, 'refused'],
  [503, 'unavailable'],
  [507, 'unavailable'],
]);

/** What a person is told when the certificate manager has not done what it was asked. `where`: whom was asked. */
export function explained(error: unknown, where: string): unknown {
  if (error instanceof AdminRefusal) {
    return new CommandError(REASONS.get(error.status) ?? 'failure', error.message, { cause: error });
  }
  if (!(error instanceof AdminUnreachable)) return error;
  const [reason, text] = UNREACHABLE[error.kind](where, error.message);
  return new CommandError(reason, text, { cause: error });
}

const UNREACHABLE: Readonly<Record<AdminUnreachable['kind'], (where: string, why: string) => [ExitReason, string]>> = {
  nobody: (where, why) => [
    'unavailable',
    `${where} does not answer (${why}), and nothing was done; see that it runs, then try again`,
  ],
  distrusted: (where, why) => [
    'refused',
    `${where} is not trusted, and nothing was done: ${why}; compare with \`kmipd certs show\` on that machine, then give --server-fingerprint`,
  ],
  lost: (where, why) => [
    'unavailable',
    `${where} gave no answer (${why}); see whether it was done before you try again`,
  ],
};
