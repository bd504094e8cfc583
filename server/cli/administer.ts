import { CertificateError } from '../../certs/index.ts';
import {
  type AdministrativeActionName,
  buildAdministrativeEvent,
  type Cause,
  type Outcome,
  type PlainObject,
  toKept,
} from '../audit/index.ts';
import { ConflictError, type UnitOfWork } from '../store/index.ts';
import { CommandError, type ExitReason, exitReasonOf } from './exit-codes.ts';
import type { CommandContext } from './with-store.ts';

/** What a command does, for its event. */
interface Deed {
  readonly action: AdministrativeActionName;
  /** The command without its arguments. */
  readonly command: string;
  readonly target?: { readonly id: string; readonly name: string };
  readonly requestData?: PlainObject;
}

/** What came of it: the result of the command, and what its event tells besides. */
export interface Done<T> {
  readonly result: T;
  readonly target?: Deed['target'];
  readonly requestData?: PlainObject;
  readonly responseData?: PlainObject;
}

/**
 * Runs what a command does with a unit of work, and makes its changes and its event durable in one step; only then the
 * result is given. What was refused is recorded as a failure and thrown on.
 */
export async function administer<T>(
  context: CommandContext,
  deed: Deed,
  act: (unit: UnitOfWork) => Promise<Done<T>>,
): Promise<T> {
  const unit = context.store.begin();
  try {
    const done = await act(unit);
    unit.record(eventOf(context, toldBy(deed, done), { ok: true }));
    await unit.commit();
    return done.result;
  } catch (error) {
    const reason = exitReasonOf(error);
    if (reason !== 'unavailable') {
      const message = recordedText(error);
      const [detail = message] = message.split('; '); // what to do about it is for the person at the keyboard
      const failed = context.store.begin();
      failed.record(
        eventOf(context, deed, {
          ok: false,
          cause: CAUSES[reason] ?? 'server error',
          detail,
          reasonForFailure: message,
        }),
      );
      await failed.commit();
    }
    throw error;
  }
}

/** What an event may say about an error: ours in words, the system's by its code. */
function recordedText(error: unknown): string {
  if (error instanceof CommandError) return error.recorded;
  if (error instanceof ConflictError) return error.message;
  if (error instanceof CertificateError) return `found ${error.found}, expected ${error.expected}`;
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? `the command failed (${code})` : 'the command failed';
}

/** What the deed says, overridden by what is known when it is done. */
function toldBy(deed: Deed, { target, requestData, responseData }: Done<unknown>) {
  return {
    ...deed,
    ...(target && { target }),
    ...(requestData && { requestData }),
    ...(responseData && { responseData }),
  };
}

const CAUSES: Readonly<Partial<Record<ExitReason, Cause>>> = {
  usage: 'bad request',
  notFound: 'not found',
  refused: 'conflict',
  unavailable: 'unavailable',
};

function eventOf(
  { world, service, uuid }: CommandContext,
  deed: Deed & Pick<Done<unknown>, 'responseData'>,
  outcome: Outcome,
) {
  const { action, command, target, requestData, responseData } = deed;
  const time = world.now();
  const event = buildAdministrativeEvent(
    {
      id: uuid(),
      time,
      action,
      initiator: { id: world.user },
      outcome,
      target: target ?? { id: '', name: '' },
      command,
      requestData: requestData ?? {},
      responseData: responseData ?? {},
      correlationId: uuid(),
    },
    service,
  );
  return toKept(event, { time });
}
