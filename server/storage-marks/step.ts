import { serviceEvent, type Cause, type PlainObject, type ServiceIdentity } from '../audit/index.ts';
import type { LogLevel } from '../log/index.ts';
import type { KeptEvent } from '../store/index.ts';
import { isWorse, takesChanges, type StorageSettings, type StorageStage } from './stage.ts';

/** The way from one stage to another. */
export interface Step {
  readonly from: StorageStage;
  readonly to: StorageStage;
  readonly time: Date;
  readonly freeBytes: number;
  /** Requests that were refused since the step before and have no event: there was no room for one. */
  readonly refusedUnrecorded: number;
}

interface StepWords {
  /** `what` of the event. */
  readonly what: string;
  /** Of a step down, which is a failure of the service; its severity follows from it: warning for low, critical for the others. */
  readonly cause?: Cause;
  readonly level: Exclude<LogLevel, 'trace'>;
  /** For the log. */
  readonly message: string;
}

const DOWN: Readonly<Record<Exclude<StorageStage, 'enough'>, StepWords>> = {
  low: {
    what: 'storage low',
    cause: 'failed dependency',
    level: 'warn',
    message: 'there is little room left for the data folder; make some on its disk before changes must be refused',
  },
  'no changes': {
    what: 'storage: changes refused',
    cause: 'full',
    level: 'error',
    message: 'there is too little room for the data folder: changes are refused, reads go on; make room on its disk',
  },
  nothing: {
    what: 'storage: everything refused',
    cause: 'full',
    level: 'error',
    message: 'there is no room left for the data folder: every request is refused; make room on its disk',
  },
};
const UP: StepWords = {
  what: 'storage recovered',
  level: 'info',
  message: 'there is room for the data folder again: changes are taken',
};

/** Better than before, but changes are still refused: that is what is to be told. */
export const wordsOf = ({ from, to }: Pick<Step, 'from' | 'to'>): StepWords =>
  to === 'enough' || (takesChanges(to) && isWorse(from, to)) ? UP : DOWN[to];

/** The event of a step. `id`: a UUID. */
export function stepEvent(step: Step, id: string, marks: StorageSettings, service: ServiceIdentity): KeptEvent {
  const { what, cause, message } = wordsOf(step);
  const { time, from, to, freeBytes, refusedUnrecorded } = step;
  const data: PlainObject = { stage: to, stageBefore: from, freeBytes, marks: { ...marks }, refusedUnrecorded };
  if (cause === undefined) return serviceEvent({ id, time, what, target: 'log', data }, service);
  const [detail = message, remedy = ''] = message.split('; ');
  const reasonForFailure = `${sentence(detail)} ${sentence(remedy)}`;
  return serviceEvent(
    { id, time, what, target: 'log', data, outcome: { ok: false, cause, detail, reasonForFailure } },
    service,
  );
}

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
