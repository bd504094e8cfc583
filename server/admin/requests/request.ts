import type { AdministrativeActionName, PlainObject } from '../../audit/index.ts';
import type { UnitOfWork } from '../../store/index.ts';
import type { Actor } from '../actor.ts';
import type { ManagerOptions } from '../options.ts';
import type { AnswerOf, BodyOf, RequestName } from '../protocol.ts';

/** One request that can be asked: what its events are, what its body may be, what is done. */
export interface RequestRow<Body = never, Answer extends object = object> {
  /** Undefined: it makes no event unless who asks is nobody; that is one of `hs-crypto.mtlscert-cert.read`. */
  readonly action: AdministrativeActionName | undefined;
  /** `responseData.action` of its events, unless the work tells another. */
  readonly deed: 'create' | 'update' | 'delete' | 'list' | 'read';
  /** JSON Schema of the body. */
  readonly body: object;
  /** When the owner of the data folder may ask it without a signature though there are administrators. */
  readonly withoutSignature?: 'over the socket' | 'to recover';
  run(asked: Asked<Body>, manager: ManagerOptions): Promise<Done<Answer>>;
}
export type RowOf<Name extends RequestName> = RequestRow<BodyOf<Name>, AnswerOf<Name>>;

/** What a request's work is given. */
export interface Asked<Body> {
  readonly body: Body;
  readonly actor: Actor;
  /** The moment of the request. */
  readonly now: Date;
  /** Changes recorded here become durable together with the event. */
  readonly unit: UnitOfWork;
  /** Adds to what the event says, of a success, and of a failure from here on. */
  readonly tell: (told: Told) => void;
}
export interface Told {
  readonly target?: { readonly id: string; readonly name: string };
  readonly requestData?: PlainObject;
  readonly responseData?: PlainObject;
}

export interface Done<Answer> {
  readonly answer: Answer;
  /** What follows when changes and event are durable, before the answer; gives what it adds to that. */
  readonly afterwards?: () => Promise<Partial<Answer> | void>;
  /** Takes back what was done beside the unit, when that could not be made durable. */
  readonly takeBack?: () => Promise<void>;
}

/** Whether a row's work changes anything. */
export const changes = ({ deed }: Pick<RequestRow, 'deed'>): boolean => deed !== 'list' && deed !== 'read';

/** Collects what the event of a request says; what comes later takes the place of what came before. */
export class Telling {
  told: Told = {};

  tell({ target = this.told.target, requestData, responseData }: Told): void {
    this.told = {
      ...(target && { target }),
      requestData: { ...this.told.requestData, ...requestData },
      responseData: { ...this.told.responseData, ...responseData },
    };
  }
}
