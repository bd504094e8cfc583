import type { KnownOperation, RequestOf, ResponseOf, Version } from '../../kmip-codec/index.ts';
import type { ManagedObject, ObjectStateName, VaultObjects } from '../objects/index.ts';
import type { RandomBytes } from '../randomness.ts';
import type { AsynchronousRequests } from './asynchronous.ts';
import type { Correlations } from './correlations.ts';
import type { TicketGrant } from './login.ts';
import type { ResultReasonName } from './results.ts';
import type { Stream, TakenParts } from './streams.ts';

/** Who asks: made from the certificate that authenticated the connection. */
export interface Initiator {
  /** `CertificateID-<SHA-256 fingerprint>`. */
  readonly id: string;
  /** The administrator's label. */
  readonly name: string;
  /** Vault id. */
  readonly vault: string;
  /** Client id. */
  readonly client: string;
}

/** What the server is and allows; the same for every request. */
export interface ServerFacts {
  readonly vendorIdentification: string;
  /** Seconds; what Lease Time says. */
  readonly leaseTimeSeconds: number;
  /** Most Unique Identifiers in one answer of Locate. */
  readonly locateMax: number;
  /** Most instances of one attribute of one object. */
  readonly attributeInstancesMax: number;
  /** Whether KMIP in HTTP requests is answered. */
  readonly isHttps: boolean;
  /** What Query answers: the operations that this server has. */
  readonly operations: readonly KnownOperation[];
}

/** What every operation sees: one batch item of one initiator, inside the unit of work of its message. */
export interface Context {
  readonly version: Version;
  readonly initiator: Initiator;
  /** One moment for the whole message. */
  readonly now: Date;
  readonly randomBytes: RandomBytes;
  /** The managed objects of the initiator's vault. */
  readonly objects: VaultObjects;
  readonly server: ServerFacts;
  /** Set by operations that make or find one object; used by later items of the batch (1.4 §4). */
  idPlaceholder: string | undefined;
  /** What the items of this batch have answered, in order; undefined of those that failed. Identifiers of 2.x may refer to it. */
  readonly answered?: { readonly operation: number; readonly payload: object | undefined }[];
  /** Writes to the server's log what a client says; texts are redacted on the way. */
  readonly writeLog: (message: string, texts: Readonly<Record<string, string>>) => void;
  /** What an item has done to objects that its request does not name; each gets an event of its own when the item succeeds. */
  readonly alsoDone: { readonly operation: KnownOperation; readonly uniqueIdentifier: string }[];
  /** Requests of this client that are done after they were answered. */
  readonly asynchronous: AsynchronousRequests;
  /** Tickets that take the place of passwords. */
  readonly tickets: Correlations<TicketGrant>;
  /** Computations on data in several parts that wait for the next one. */
  readonly streams: Correlations<Stream>;
  readonly takenParts: TakenParts;
  /** What is to be done once the item's changes are kept, and not at all when they are not. */
  readonly whenDone: (() => void)[];
  /** Whether something may be changed: not while there is too little room for events. Operations that always change something are not begun then. */
  readonly takesChanges: boolean;
  /** What clients have initialized with PKCS#11. */
  readonly pkcs11Sessions: Correlations<true>;
}
export type ObjectContext = Context & { readonly object: ManagedObject };

/** What must hold before `run` is called. The pipeline checks it; operations never do. */
export interface Needs {
  /** The states in which the operation is possible; any when left out. */
  readonly states?: readonly ObjectStateName[];
  /** Whether an archived object will do; it will not when left out. */
  readonly archived?: boolean;
  /** The Result Reason when there is no such object; Object Not Found when left out. */
  readonly missing?: ResultReasonName;
  /** Whether the request does without: there is no object in the context then, and the ID Placeholder is not meant. */
  readonly unless?: (request: object, version: Version) => boolean;
}

export interface OperationDefinition<O extends KnownOperation = KnownOperation> {
  readonly operation: O;
  /** Whether it makes or changes objects: such are refused while there is too little room. */
  readonly changes: boolean;
  /** Present when the operation works on one object, named by Unique Identifier or the ID Placeholder. */
  readonly needs: Needs | undefined;
  run(context: ObjectContext, request: RequestOf<O>): Promise<ResponseOf<O>>;
}

/** An operation that is not about one existing object. */
export const operation = <O extends KnownOperation>(
  code: O,
  definition: { changes: boolean; run(context: Context, request: RequestOf<O>): Promise<ResponseOf<O>> },
): OperationDefinition<O> => ({ operation: code, needs: undefined, ...definition });

/** An operation on one managed object, named by Unique Identifier or the ID Placeholder. */
export const onObject = <O extends KnownOperation>(
  code: O,
  definition: {
    changes: boolean;
    needs: Needs;
    run(context: ObjectContext, request: RequestOf<O>): Promise<ResponseOf<O>>;
  },
): OperationDefinition<O> => ({ operation: code, ...definition });
