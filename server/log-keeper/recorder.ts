import {
  type Outcome,
  type ServiceIdentity,
  serviceEvent,
  type ServiceOccurrence,
  type Violation,
} from '../audit/index.ts';
import type { Logger } from '../log/index.ts';
import type { LogChange, Store } from '../store/index.ts';

export interface RecorderOptions {
  readonly store: Pick<Store, 'begin'>;
  /** The service that events speak for. */
  readonly service: ServiceIdentity;
  readonly now: () => Date;
  /** Makes UUIDs for events. */
  readonly newId: () => string;
  readonly log: Pick<Logger, 'error'>;
}

/** What happened; who and when is added. */
export type Happening = Omit<ServiceOccurrence, 'id' | 'time' | 'severity'>;

/** For what must not be: critical, or with `conflict` a warning. `detail` and `remedy` without full stop. */
export const wrong = (
  detail: string,
  remedy: string,
  cause: 'server error' | 'conflict' = 'server error',
): Outcome => ({
  ...{ ok: false, cause, detail },
  reasonForFailure: `${sentence(detail)} ${sentence(remedy)}`,
});

export const VERIFY = 'Verify the log with a checkpoint that a sink has';

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

export type Recorder = (happenings: readonly Happening[], changes?: readonly LogChange[]) => Promise<void>;

/** Gives what makes events and changes of the log's tables durable in one step. It rejects as a commit does; nothing is kept then. */
export function recorder({ store, service, now, newId, log }: RecorderOptions): Recorder {
  const onViolation = (violation: Violation) =>
    log.error('an event was not valid, its minimal form is kept', { ...violation });
  return async (happenings, changes = []) => {
    const unit = store.begin();
    for (const happening of happenings) {
      unit.record(serviceEvent({ ...happening, id: newId(), time: now() }, service, { onViolation }));
    }
    for (const change of changes) unit.keepLog(change);
    await unit.commit();
  };
}
