import {
  type AdministrativeActionName,
  buildAdministrativeEvent,
  type Cause,
  type Outcome,
  type PlainObject,
  toKept,
} from '../audit/index.ts';
import { CommandError, type ExitReason, exitReasonOf } from './exit-codes.ts';
import type { CommandContext } from './with-store.ts';

/** What a command reads, for its event. */
interface Deed {
  readonly action: AdministrativeActionName;
  /** The command without its arguments. */
  readonly command: string;
  readonly target?: { readonly id: string; readonly name: string };
  readonly requestData?: PlainObject;
}

/** What came of it: the result of the command, and what its event tells besides. */
interface Done<T> {
  readonly result: T;
  readonly responseData: PlainObject;
  /** Besides what the deed has. */
  readonly requestData?: PlainObject;
}

/**
 * Runs what a command reads from the store itself, beside the certificate manager; its event is durable before the result is
 * given. What was refused is recorded as a failure and thrown on.
 */
export async function administer<T>(context: CommandContext, deed: Deed, act: () => Promise<Done<T>>): Promise<T> {
  try {
    const { result, responseData, requestData } = await act();
    await record(
      context,
      { ...deed, requestData: { ...deed.requestData, ...requestData }, responseData },
      { ok: true },
    );
    return result;
  } catch (error) {
    const reason = exitReasonOf(error);
    if (reason !== 'unavailable') {
      const message = recordedText(error);
      const [detail = message] = message.split('; '); // what to do about it is for the person at the keyboard
      const cause = CAUSES[reason] ?? 'server error';
      await record(context, { ...deed, responseData: {} }, { ok: false, cause, detail, reasonForFailure: message });
    }
    throw error;
  }
}

/** What an event may say about an error: ours in words, the system's by its code. */
function recordedText(error: unknown): string {
  if (error instanceof CommandError) return error.message;
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? `the command failed (${code})` : 'the command failed';
}

const CAUSES: Readonly<Partial<Record<ExitReason, Cause>>> = {
  usage: 'bad request',
  notFound: 'not found',
  refused: 'conflict',
};

async function record(
  { world, store, service, uuid }: CommandContext,
  {
    action,
    command,
    target = { id: '', name: '' },
    requestData = {},
    responseData,
  }: Deed & Pick<Done<unknown>, 'responseData'>,
  outcome: Outcome,
): Promise<void> {
  const time = world.now();
  const event = buildAdministrativeEvent(
    {
      ...{ id: uuid(), time, action, outcome, target, command, requestData, responseData },
      initiator: { id: world.user },
      correlationId: uuid(),
    },
    service,
  );
  const unit = store.begin();
  unit.record(toKept(event, { time }));
  await unit.commit();
}
