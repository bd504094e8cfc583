import { causeRow } from '../audit/index.ts';
import { timeOrderedUuid } from '../randomness.ts';
import { ConflictError, type UnitOfWork } from '../store/index.ts';
import { AdminError, foreseen } from './admin-error.ts';
import { type Authenticated, authenticate, type ReceivedRequest } from './authentication.ts';
import { parsedBody } from './body.ts';
import { claimIn } from './claim.ts';
import { inTurns } from './in-turns.ts';
import type { ManagerOptions } from './options.ts';
import { eventOf } from './recording.ts';
import { changes, type Done, requestAt, type RequestRow, Telling, type Told } from './requests/index.ts';

export interface SentAnswer {
  /** HTTP status. */
  readonly status: number;
  /** The answer, or `{ error: { message, reason } }`. */
  readonly body: object;
}

/** How often a request is done anew that another one has got in the way of. */
const ATTEMPTS_MAX = 5;

/**
 * Answers what administrators ask: who asks is proved, what they ask is done, and it is in the log of record, in this order; only
 * then they are answered. Each request makes one event, `status` none. Requests that change something are done one at a time.
 */
export class CertificateManager {
  readonly #options: ManagerOptions;
  readonly #inTurn = inTurns();

  constructor(options: ManagerOptions) {
    this.#options = options;
  }

  /** Does what is asked. Never rejects. */
  async handle(request: ReceivedRequest): Promise<SentAnswer> {
    const asking = this.#asking(request);
    const { row } = asking;
    let who: Authenticated;
    try {
      who = await authenticate(request, this.#options, row?.withoutSignature);
    } catch (error) {
      return this.#failed(asking, undefined, error);
    }
    const answer = () => this.#answer(asking, request, who);
    return row && changes(row) ? this.#inTurn(answer) : answer();
  }

  /** Records a request that was refused before it could be read, and answers it. Never rejects. */
  refuse(request: Pick<ReceivedRequest, 'path' | 'headers'>, error: AdminError): Promise<SentAnswer> {
    return this.#failed(this.#asking(request), undefined, error);
  }

  async #answer(asking: Asking, request: ReceivedRequest, who: Authenticated): Promise<SentAnswer> {
    for (let attempt = 1; ; attempt++) {
      const telling = new Telling();
      try {
        return { status: 200, body: await this.#attempt(asking, request, who, telling) };
      } catch (error) {
        if (error instanceof ConflictError && attempt < ATTEMPTS_MAX) continue;
        // Another request with the same nonce was faster, or the administrator is gone: whoever has sent this one is nobody.
        const isNobody = error instanceof AdminError && error.cause === 'not authenticated';
        return this.#failed(asking, isNobody ? undefined : { who, told: telling.told }, error);
      }
    }
  }

  /** Throws whatever keeps it from being done; nothing has changed then. */
  async #attempt(asking: Asking, request: ReceivedRequest, who: Authenticated, telling: Telling): Promise<object> {
    const { row } = asking;
    const unit = this.#options.store.begin();
    await who.exercise(unit);
    if (!row) {
      const remedy = 'see that both are of one version';
      throw new AdminError('not found', `the certificate manager knows no such request; ${remedy}`);
    }
    if (changes(row)) this.#mustTakeChanges();
    if (row.action || who.actor.kind === 'administrator') this.#mustHaveRoom();
    const now = this.#options.now();
    const body = parsedBody(row, request);
    const done = await row.run({ body, actor: who.actor, now, unit, tell: told => telling.tell(told) }, this.#options);
    try {
      if (row.action) this.#record(unit, asking, { who, told: telling.told }, undefined, now);
      if (row.action || who.actor.kind === 'administrator') await unit.commit();
    } catch (error) {
      await done.takeBack?.();
      throw error;
    }
    return { ...done.answer, ...(await this.#afterwards(done)) };
  }

  /** What was asked is done and recorded, whatever becomes of this. */
  async #afterwards({ afterwards }: Done<object>): Promise<object> {
    try {
      return (await afterwards?.()) ?? {};
    } catch (error) {
      this.#options.log.error('a change is kept that the running server could not follow at once', { error });
      return {};
    }
  }

  /** The answer to what was not done, once its event is durable. `by`: undefined when it is not known who asked. */
  async #failed(asking: Asking, by: By | undefined, error: unknown): Promise<SentAnswer> {
    const told = foreseen(error) ?? this.#unforeseen(asking, error);
    try {
      this.#mustHaveRoom();
      const unit = this.#options.store.begin();
      await by?.who.exercise(unit);
      if (asking.row === undefined || asking.row.action || !by)
        this.#record(unit, asking, by, told, this.#options.now());
      await unit.commit();
      return failure(told);
    } catch (failed) {
      if (failed instanceof AdminError && failed.cause === 'full') {
        this.#options.room?.refusedUnrecorded();
        return failure(failed);
      }
      if (by && (failed instanceof AdminError || failed instanceof ConflictError)) {
        const isUsed = new AdminError('not authenticated', 'this request was used before; try again');
        return this.#failed(asking, undefined, failed instanceof AdminError ? failed : isUsed);
      }
      this.#options.log.error('a request was refused, and its event could not be recorded', { error: failed });
      const unrecorded = new AdminError('server error', 'the event could not be recorded; see the log of the server');
      return failure(foreseen(failed) ?? unrecorded);
    }
  }

  #mustTakeChanges(): void {
    const stage = this.#options.room?.stage();
    if (stage !== 'no changes' && stage !== 'nothing') return;
    const remedy = 'make room on the disk of the data folder, then try again';
    throw new AdminError('full', `there is too little room and changes are refused; ${remedy}`);
  }

  /** For what makes an event, or uses up a signature. */
  #mustHaveRoom(): void {
    if (this.#options.room?.stage() !== 'nothing') return;
    const remedy = 'make room on the disk of the data folder, then try again';
    throw new AdminError('full', `there is no room to record what is done; ${remedy}`);
  }

  #record(unit: UnitOfWork, asking: Asking, by: By | undefined, error: AdminError | undefined, time: Date): void {
    const { path, headers, row, correlationId } = asking;
    const { service, log, onViolation } = this.#options;
    const told = by?.told ?? {};
    unit.record(
      eventOf(
        {
          // A path that is none of ours could be anything.
          path: row ? path : '/admin',
          action: row ? (row.action ?? 'hs-crypto.mtlscert-cert.read') : 'hs-crypto.mtlscert-admin-key.read',
          actor: by?.who.actor,
          told: {
            ...told,
            requestData: { ...told.requestData, ...(by ? {} : claimIn(headers)) },
            responseData: { action: row?.deed ?? 'read', ...told.responseData },
          },
          correlationId,
        },
        error,
        { id: this.#newId(), time, service, log, onViolation },
      ),
    );
  }

  #unforeseen({ path, correlationId }: Asking, error: unknown): AdminError {
    this.#options.log.error('a request to the certificate manager has failed', { path, correlationId, error });
    const { code } = (error ?? {}) as { code?: unknown };
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      return new AdminError('full', 'the disk of the data folder is full; make some room, then try again');
    }
    return new AdminError(
      'server error',
      `the server has failed at this; its log says more under correlation id ${correlationId}`,
      { recorded: typeof code === 'string' ? `the request failed (${code})` : 'the request failed' },
    );
  }

  #asking({ path, headers }: Pick<ReceivedRequest, 'path' | 'headers'>): Asking {
    return { path, headers, row: requestAt(path), correlationId: this.#newId() };
  }

  #newId(): string {
    const { now, randomBytes } = this.#options;
    return timeOrderedUuid(now(), randomBytes);
  }
}

interface Asking extends Pick<ReceivedRequest, 'path' | 'headers'> {
  /** Undefined: there is no such request. */
  readonly row: RequestRow | undefined;
  readonly correlationId: string;
}
interface By {
  readonly who: Authenticated;
  readonly told: Told;
}

const failure = ({ cause, message }: AdminError): SentAnswer => ({
  status: causeRow(cause).code,
  body: { error: { message, reason: cause } },
});
