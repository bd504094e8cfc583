import {
  AsynchronousIndicator,
  BatchTooLargeError,
  decodeRequest,
  UnsupportedVersionError,
  V1_0,
  type KnownOperation,
  type RequestMessage,
  type Version,
} from '../../kmip-codec/index.ts';
import { redactText, type ServiceIdentity } from '../audit/index.ts';
import { PasswordChecker } from '../credentials/index.ts';
import type { Logger } from '../log/index.ts';
import { VaultObjects, type MaterialKey } from '../objects/index.ts';
import {
  Correlations,
  type Stream,
  type TakenParts,
  TICKETS,
  OperationFailure,
  type Context,
  type Initiator,
  type OperationDefinition,
  type ServerFacts,
  type TicketGrant,
} from '../operations/index.ts';
import type { RandomBytes } from '../randomness.ts';
import { ConflictError, type Client, type Store, type UnitOfWork } from '../store/index.ts';
import { encodeOutcomes, encodeRefusal, type ItemOutcome, type Scene as AnswerScene } from './answers.ts';
import { asynchronousWay } from './asynchronous-way.ts';
import { AsynchronousWork } from './asynchronous-work.ts';
import { batchProblem, runBatch } from './batch.ts';
import { credentialProblem } from './credential-problem.ts';
import type { Identity, Refusal } from './identity.ts';
import { failed, failureFrom, type ItemFailure } from './item-result.ts';
import { answerTo, answerVersionOf, type Received, ttlvOf } from './received.ts';
import { recordItem, recordRefusal, type RecordingFrame } from './recording.ts';
import { isFull, noRoomAtAll, takesChanges, type Room } from './room.ts';
import type { Visit, Visits } from './visits.ts';

export interface DispatcherOptions {
  readonly store: Store;
  /** Says who asks. */
  readonly visits: Visits;
  /** The key of a vault, unwrapped. */
  readonly vaultKey: (vault: string) => Promise<MaterialKey>;
  readonly operations: ReadonlyMap<KnownOperation, OperationDefinition>;
  readonly server: ServerFacts;
  readonly service: ServiceIdentity;
  readonly room: Room;
  /** Structures inside structures. */
  readonly depthMax: number;
  readonly batchCountMax: number;
  readonly now: () => Date;
  /** Milliseconds that only go forward. */
  readonly ticks: () => number;
  readonly randomBytes: RandomBytes;
  /** Makes a UUID. */
  readonly newId: () => string;
  readonly log: Logger;
  /** An event of ours was not valid by its schema. */
  readonly onViolation?: (() => void) | undefined;
}

export interface Answer {
  /** In the encoding of the message. */
  readonly bytes: Buffer;
  /** Whether the connection is to be closed after it. */
  readonly isLast: boolean;
}

/** Times that a message is tried again when an object changed under its feet. */
const TRIES_MAX = 8;
/** What is initialized holds nothing; a client that forgets to finalize loses it in the end. */
const PKCS11_SESSIONS = { perClientMax: 100, keptMs: 3_600_000 };
/** A stream may hold plaintext until its tag comes. */
const STREAMS = { perClientMax: 16, keptMs: 600_000 };
const NOBODY = { id: 'CertificateID-none' };

/** Turns request messages into response messages: version, header and batch rules, and one unit of work for each. Its methods never throw. */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #passwords: PasswordChecker;
  readonly #asynchronous: AsynchronousWork;
  readonly #tickets = new Correlations<TicketGrant>(TICKETS);
  readonly #streams = new Correlations<Stream>(STREAMS);
  readonly #pkcs11Sessions = new Correlations<true>(PKCS11_SESSIONS);
  /** By id; a vault keeps its name for good. */
  readonly #vaultNames = new Map<string, string>();

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#passwords = new PasswordChecker(options.randomBytes);
    this.#asynchronous = new AsynchronousWork(options);
  }

  /** One whole request message -> its answer. */
  async handle(message: Received, visit: Visit): Promise<Answer> {
    const scene = this.#scene(message);
    if (this.#options.room.stage() === 'nothing') return this.#refuseUnrecorded(message, scene, false);
    let initiator: Who = NOBODY;
    try {
      const identity = await this.#options.visits.identify(visit, scene.now);
      initiator = await this.#whoOf(identity);
      if (!identity.ok) return await this.#stranger(message, identity, scene);
      return await this.#decoded(message, identity.initiator, identity.record, scene);
    } catch (error) {
      return this.#refuse(
        scene,
        initiator,
        answerVersionOf(message),
        failureFrom(error, this.#unexpected(scene)),
        false,
      );
    }
  }

  /** The answer to what cannot become a message, or may not: with the Result Reason and words given. The connection closes after it. */
  async refuse(message: Received, visit: Visit, failure: ItemFailure): Promise<Answer> {
    const scene = this.#scene(message);
    if (this.#options.room.stage() === 'nothing') return this.#refuseUnrecorded(message, scene, true);
    const identity = await this.#options.visits.identify(visit, scene.now).catch(this.#unexpected(scene));
    if (typeof identity === 'string') return this.#refuse(scene, NOBODY, answerVersionOf(message), failure, true);
    // Who is not let in is told only that, whatever else was wrong: to be a stranger is the graver thing, in the event too.
    if (!identity.ok) return this.#stranger(message, identity, scene);
    return this.#refuse(scene, await this.#whoOf(identity), answerVersionOf(message), failure, true);
  }

  async #stranger(message: Received, refusal: Refusal, scene: Scene): Promise<Answer> {
    const failure = failed('Authentication Not Successful', `authentication by certificate: ${refusal.told}`, {
      detail: `authentication by certificate: ${refusal.cause}`,
      reasonForFailure: refusal.remedy,
    });
    return this.#refuse(scene, await this.#whoOf(refusal), answerVersionOf(message), failure, true);
  }

  async #decoded(received: Received, initiator: Initiator, client: Client, scene: Scene): Promise<Answer> {
    let decoded: { version: Version; message: RequestMessage };
    try {
      decoded = decodeRequest(ttlvOf(received), this.#options);
    } catch (error) {
      return this.#refuse(scene, initiator, answerVersionOf(received), this.#undecodable(error, scene), false);
    }
    const { version, message } = decoded;
    const { clientCorrelationValue } = message.requestHeader;
    // The client's own word for this message, which we are to log (1.4 §6.18). It may hold anything, at any length.
    if (clientCorrelationValue !== undefined) {
      this.#options.log.debug('message', {
        correlationId: scene.correlationId,
        clientCorrelationValue: redactText(clientCorrelationValue),
      });
    }
    const problem = batchProblem(message);
    if (problem !== undefined) return this.#refuse(scene, initiator, version, problem, false);
    const credentials = message.requestHeader.authentication?.credentials ?? [];
    const wrongCredential = await credentialProblem(client, credentials, {
      passwords: this.#passwords,
      tickets: this.#tickets,
      initiator,
      now: scene.now,
    });
    if (wrongCredential !== undefined) return this.#refuse(scene, initiator, version, wrongCredential, true);
    const way = asynchronousWay(message);
    if (typeof way !== 'string') return this.#refuse(scene, initiator, version, way, false);
    const pending = way === 'later' ? this.#later(message, version, initiator, scene) : undefined;
    if (pending === undefined) return this.#work(message, version, initiator, scene);
    return { bytes: this.#encoded(message, version, pending, scene).bytes, isLast: false };
  }

  /** What was taken to be done later and has begun is done to its end; the rest is not. To be called when no more messages come. */
  stop(): Promise<void> {
    return this.#asynchronous.stop();
  }

  /** Pending outcomes. Undefined when the client has too much outstanding and takes an answer now as well. */
  #later(
    message: RequestMessage,
    version: Version,
    initiator: Initiator,
    scene: Scene,
  ): readonly ItemOutcome[] | undefined {
    const { client } = initiator;
    const pending = this.#asynchronous.submit(client, message, scene.now, async left => {
      // When it is done is another time than when it was asked for.
      const later = { ...scene, now: this.#options.now() };
      try {
        return (await this.#carryOut(left, version, initiator, later, () => true)).outcomes;
      } catch (error) {
        const result = failureFrom(error, this.#unexpected(later));
        return (left.batchItems ?? []).map(item => ({ item, result, uniqueIdentifier: undefined }));
      }
    });
    if (pending !== undefined || message.requestHeader.asynchronousIndicator !== AsynchronousIndicator.Mandatory)
      return pending;
    const problem = failed(
      'Server Limit Exceeded',
      'too many requests of this client are outstanding, poll them first',
    );
    return (message.batchItems ?? []).map(item => ({ item, result: problem, uniqueIdentifier: undefined }));
  }

  #undecodable(error: unknown, scene: Scene): ItemFailure {
    if (error instanceof UnsupportedVersionError) {
      const reason = 'Unsupported Protocol Version';
      return failed(reason, error.message, { options: { auditReason: reason } });
    }
    if (error instanceof BatchTooLargeError) return failed('Invalid Message', error.message, { cause: 'too large' });
    return failureFrom(error, this.#unexpected(scene));
  }

  async #work(message: RequestMessage, version: Version, initiator: Initiator, scene: Scene): Promise<Answer> {
    let bytes: Buffer | undefined;
    const { outcomes, isDone } = await this.#carryOut(message, version, initiator, scene, found => {
      const encoded = this.#encoded(message, version, found, scene);
      bytes = encoded.bytes;
      return encoded.isWhole;
    });
    if (!isDone || bytes === undefined)
      return { bytes: scene.written(encodeOutcomes(message.requestHeader, version, outcomes, scene)), isLast: false };
    for (const { result } of outcomes) result.delivered?.();
    return { bytes, isLast: false };
  }

  /**
   * One unit of work for the message; tried again when somebody else changed the same object meanwhile. Nothing is changed when
   * `isGivable` says that the outcomes cannot be given. Not `isDone` when it could not be committed: every item has failed then.
   */
  async #carryOut(
    message: RequestMessage,
    version: Version,
    initiator: Initiator,
    scene: Scene,
    isGivable: (outcomes: readonly ItemOutcome[]) => boolean,
  ): Promise<{ outcomes: readonly ItemOutcome[]; isDone: boolean }> {
    const { room } = this.#options;
    const takenParts: TakenParts = new Map();
    for (let attempt = 1; ; attempt++) {
      const unit = this.#options.store.begin();
      const start = unit.mark();
      const mayChange = takesChanges(room);
      const own = { takenParts, takesChanges: mayChange };
      const work = { ...(await this.#itemWork(unit, version, initiator, scene, own)), takesChanges: mayChange };
      const outcomes = await runBatch(message, work);
      const isWhole = isGivable(outcomes);
      // What reads would write down are changes of state that time has brought; they are written down later as well.
      if (!isWhole || !mayChange) unit.rollback(start);
      this.#record(unit, version, initiator, scene, outcomes);
      try {
        await unit.commit();
        for (const { result } of outcomes) if (result.ok) for (const run of result.whenDone ?? []) run();
        return { outcomes, isDone: true };
      } catch (error) {
        if (error instanceof ConflictError && attempt < TRIES_MAX) continue;
        if (await this.#mayTryFromReserve(error, mayChange)) continue;
        failAll(outcomes, failureFrom(error, this.#unexpected(scene)));
        // Nothing can be written now, or others were always faster: the latter can still be recorded.
        if (error instanceof ConflictError) await this.#recordAlone(version, initiator, scene, outcomes);
        else if (isFull(error)) room.refusedUnrecorded();
        return { outcomes, isDone: false };
      }
    }
  }

  /** The answer. Not `isWhole` when it cannot be given: then every item has failed instead, and nothing of the message may be done. */
  #encoded(
    { requestHeader }: RequestMessage,
    version: Version,
    outcomes: readonly ItemOutcome[],
    scene: Scene,
  ): { bytes: Buffer; isWhole: boolean } {
    const { maximumResponseSize = Infinity } = requestHeader;
    let problem: ItemFailure;
    try {
      const bytes = encodeOutcomes(requestHeader, version, outcomes, scene);
      if (bytes.length <= maximumResponseSize) return { bytes: scene.written(bytes), isWhole: true };
      const message = `the answer has ${bytes.length} bytes, at most ${maximumResponseSize} are taken`;
      problem = failed('Response Too Large', message);
    } catch (cause) {
      // A CodecError here is not the client's: an operation has given what its payload cannot say.
      const isForeseen = cause instanceof OperationFailure;
      const error = isForeseen ? cause : new Error('an answer cannot be encoded', { cause });
      problem = failureFrom(error, this.#unexpected(scene));
    }
    failAll(outcomes, problem);
    return { bytes: scene.written(encodeOutcomes(requestHeader, version, outcomes, scene)), isWhole: false };
  }

  async #itemWork(
    unit: UnitOfWork,
    version: Version,
    initiator: Initiator,
    scene: Scene,
    own: Pick<Context, 'takenParts' | 'takesChanges'>,
  ) {
    const { vaultKey, operations, server, randomBytes, log, ticks } = this.#options;
    const objects = new VaultObjects(initiator.vault, unit, await vaultKey(initiator.vault), scene.now);
    const context: Context = {
      version,
      initiator,
      now: scene.now,
      randomBytes,
      objects,
      server,
      idPlaceholder: undefined,
      answered: [],
      alsoDone: [],
      asynchronous: this.#asynchronous.of(initiator.client, scene.now),
      tickets: this.#tickets,
      streams: this.#streams,
      whenDone: [],
      ...own,
      pkcs11Sessions: this.#pkcs11Sessions,
      writeLog: (message, texts) => {
        const shown = Object.entries(texts).map(([name, text]) => [name, redactText(text)]);
        log.info(message, { correlationId: scene.correlationId, client: initiator.name, ...Object.fromEntries(shown) });
      },
    };
    return { context, unit, operations, log, ticks, unexpected: this.#unexpected(scene) };
  }

  #record(
    unit: UnitOfWork,
    version: Version,
    initiator: Initiator,
    scene: Scene,
    outcomes: readonly ItemOutcome[],
  ): void {
    const frame = this.#frame(unit, scene, initiator);
    outcomes.forEach((outcome, position) => recordItem(frame, version, outcome, { position, count: outcomes.length }));
  }

  /** Records outcomes that changed nothing. */
  async #recordAlone(
    version: Version,
    initiator: Initiator,
    scene: Scene,
    outcomes: readonly ItemOutcome[],
  ): Promise<void> {
    const unit = this.#options.store.begin();
    this.#record(unit, version, initiator, scene, outcomes);
    await unit.commit().catch(this.#unexpected(scene));
  }

  async #refuse(
    scene: Scene,
    initiator: Who,
    version: Version | undefined,
    failure: ItemFailure,
    isLast: boolean,
  ): Promise<Answer> {
    const answerIn = version ?? V1_0;
    const bytes = scene.written(encodeRefusal(answerIn, failure, scene));
    const { store, room } = this.#options;
    for (;;) {
      const mayChange = takesChanges(room);
      try {
        const unit = store.begin();
        recordRefusal(this.#frame(unit, scene, initiator), version, failure);
        await unit.commit();
        return { bytes, isLast };
      } catch (error) {
        if (await this.#mayTryFromReserve(error, mayChange)) continue;
        if (isFull(error)) room.refusedUnrecorded();
        const answer = encodeRefusal(answerIn, failureFrom(error, this.#unexpected(scene)), scene);
        return { bytes: scene.written(answer), isLast };
      }
    }
  }

  /** Whether a commit that failed for want of room may be tried again: changes are refused from now on, and the reserve is there. */
  async #mayTryFromReserve(error: unknown, mightChange: boolean): Promise<boolean> {
    return isFull(error) && (await this.#options.room.full()) === 'no changes' && mightChange;
  }

  /** Nothing is looked up for it: not even who asks could be recorded. */
  #refuseUnrecorded(message: Received, scene: Scene, isLast: boolean): Answer {
    this.#options.room.refusedUnrecorded();
    const bytes = encodeRefusal(answerVersionOf(message) ?? V1_0, noRoomAtAll(), scene);
    return { bytes: scene.written(bytes), isLast };
  }

  #frame(unit: UnitOfWork, scene: Scene, initiator: Who): RecordingFrame {
    const { service, log, newId, onViolation } = this.#options;
    return {
      service,
      unit,
      now: scene.now,
      newId,
      log,
      correlationId: scene.correlationId,
      initiator: { id: initiator.id, ...(initiator.name !== undefined && { name: initiator.name }) },
      vault: initiator.vault === undefined ? undefined : this.#vaultNames.get(initiator.vault),
      onViolation(violation) {
        log.error('an event was not valid and is kept in minimal form', { ...violation });
        onViolation?.();
      },
    };
  }

  /** Also learns the name of the vault, for the events of this message. */
  async #whoOf(identity: Identity): Promise<Who> {
    if (!identity.ok) {
      return { id: identity.initiatorId, ...(identity.name !== undefined && { name: identity.name }) };
    }
    const { vault } = identity.initiator;
    if (!this.#vaultNames.has(vault)) {
      // Who cannot be read now has no name in this event, which then cannot be written either.
      const known = await this.#options.store.directory.vault(vault).catch(() => undefined);
      if (known) this.#vaultNames.set(vault, known.name);
    }
    return identity.initiator;
  }

  #scene(message: Received): Scene {
    const written = (bytes: Buffer) => answerTo(message, bytes);
    return { now: this.#options.now(), correlationId: this.#options.newId(), written };
  }

  /** Logs an error that nobody foresaw; the log has it under the correlation value that this returns. */
  #unexpected({ correlationId }: Scene): (error: unknown) => string {
    return error => {
      this.#options.log.error('a request failed unexpectedly', { correlationId, error });
      return correlationId;
    };
  }
}

interface Scene extends AnswerScene {
  /** TTLV bytes of an answer -> the same in the encoding of the message. */
  readonly written: (bytes: Buffer) => Buffer;
}

interface Who {
  readonly id: string;
  readonly name?: string;
  /** Vault id. */
  readonly vault?: string;
}
function failAll(outcomes: readonly ItemOutcome[], failure: ItemFailure): void {
  for (const outcome of outcomes) outcome.result = failure;
}
