import {
  type AdministrativeActionName,
  buildAdministrativeEvent,
  type Outcome,
  type ServiceIdentity,
  toKept,
} from '../audit/index.ts';
import type { Logger } from '../log/index.ts';
import type { KeptEvent } from '../store/index.ts';
import { accountIdOf, type Actor, initiatorOf } from './actor.ts';
import type { AdminError } from './admin-error.ts';
import type { Told } from './requests/index.ts';

/** One request, as its event tells it. */
export interface Deed {
  readonly path: string;
  readonly action: AdministrativeActionName;
  /** Undefined for somebody who has not proved to be anyone. */
  readonly actor: Actor | undefined;
  readonly told: Told;
  readonly correlationId: string;
}

export interface RecordingOptions {
  /** UUID of the event. */
  readonly id: string;
  readonly time: Date;
  readonly service: ServiceIdentity;
  readonly log: Logger;
  /** The event was not valid by its schema: a fault of ours. */
  readonly onViolation: (() => void) | undefined;
}

/** The event of a request, ready to be recorded. `error`: why it failed; undefined when it has not. */
export function eventOf(
  { path, action, actor, told, correlationId }: Deed,
  error: AdminError | undefined,
  { id, time, service, log, onViolation }: RecordingOptions,
): KeptEvent {
  const event = buildAdministrativeEvent(
    {
      ...{ id, time, action, correlationId },
      initiator: initiatorOf(actor),
      outcome: outcomeOf(error),
      target: told.target ?? { id: '', name: '' },
      requestUri: path,
      requestData: { accountId: accountIdOf(actor), ...told.requestData },
      responseData: told.responseData ?? {},
    },
    service,
  );
  return toKept(event, {
    time,
    onViolation(violation) {
      log.error('an event was not valid by its schema', { ...violation });
      onViolation?.();
    },
  });
}

function outcomeOf(error: AdminError | undefined): Outcome {
  if (error === undefined) return { ok: true };
  const { cause, recorded } = error;
  const [detail = recorded] = recorded.split('; '); // what to do about it is for the person who asked
  return { ok: false, cause, detail, reasonForFailure: recorded };
}
