import type { AuditRecord } from '../chain/index.ts';

/**
 * What is kept, behind one interface. SQLite implements it now, PostgreSQL later; nothing above this folder knows which.
 * The store holds bytes and search terms: it knows neither KMIP nor how material is wrapped.
 */
export interface Store {
  /** Opens the unit of work of one request message (or of one administrative command). */
  begin(): UnitOfWork;
  readonly directory: DirectoryReader;
  readonly events: EventReader;
  readonly log: LogReader & LogUpkeep;
  readonly cursors: CursorKeeper;
  readonly sightings: SightingKeeper;
  /** A number that changes whenever anybody, also another process, has committed something. Cheap enough for every request. */
  generation(): number;
  /** Waits for commits under way, then closes. Units still open fail with StoreUnavailable. */
  close(): Promise<void>;
}

/**
 * Changes and events of one message. Nothing reaches the disk before `commit`, which makes all of it durable in one step.
 * Reads see the changes recorded here. A unit is used by one message and once.
 */
export interface UnitOfWork {
  /** The object with this Unique Identifier in this vault, or undefined. Its revision is checked again at commit if it is changed here. */
  find(vault: string, uniqueIdentifier: string): Promise<StoredObject | undefined>;
  /** Vault that holds this Unique Identifier, for the auditor's eyes only; undefined when no vault has ever had it. */
  vaultOf(uniqueIdentifier: string): Promise<string | undefined>;
  search(vault: string, query: SearchQuery): Promise<SearchResult>;
  /** Objects of the vault whose `nextTransitionAt` is not after `now`. */
  due(vault: string, now: Date, limit: number): Promise<StoredObject[]>;

  insert(object: NewObject): void;
  /** Replaces the parts given; `material: null` forgets the wrapped material for good. Returns the object as it will be. */
  update(object: StoredObject, change: ObjectChange): StoredObject;
  /** Records an administrative change (vaults, clients). */
  administer(change: DirectoryChange): void;
  /** Appends an event. Events survive `rollback`: a batch item that fails drops its changes and keeps its event. */
  record(event: KeptEvent): void;

  /** Records a change of the log's own tables, which stays as events do. */
  keepLog(change: LogChange): void;

  /** The present point, for `rollback`. */
  mark(): Mark;
  /** Drops the object and directory changes recorded since `mark`; events stay. */
  rollback(mark: Mark): void;

  /**
   * Makes changes and events durable together, all or nothing. Several units that are ready together share one durable write.
   * Throws ConflictError when an object changed meanwhile or a unique term was taken (retry the whole message in a new unit),
   * StoreUnavailable when it cannot be written now (disk full, read-only, locked); nothing has changed then.
   */
  commit(): Promise<void>;
}

export type Mark = number & { readonly __mark: unique symbol };

/** One searchable value of an object. Numbers are integers: dates in seconds, enumerations, lengths. */
export interface Term {
  /** Attribute name, or name and field. At most 255 characters. */
  readonly name: string;
  readonly value: string | number | bigint;
  /** No second object of the vault may have this name and value (KMIP Name). */
  readonly unique?: boolean;
}

export interface NewObject {
  readonly vault: string;
  readonly uniqueIdentifier: string;
  /** Object Type enumeration value. */
  readonly objectType: number;
  /** State enumeration value; undefined for objects without a life cycle. */
  readonly state: number | undefined;
  /** Attributes as the layer above encodes them; opaque here. */
  readonly attributes: Uint8Array;
  /** Wrapped object, opaque here; undefined where there is none. */
  readonly material: Uint8Array | undefined;
  readonly terms: readonly Term[];
  readonly isArchived: boolean;
  readonly createdAt: Date;
  /** When a date among the attributes will change the state; undefined when none will. */
  readonly nextTransitionAt: Date | undefined;
}
export interface StoredObject extends NewObject {
  /** Counts the changes of this object, from 1. */
  readonly revision: number;
}
export type ObjectChange = Partial<
  Pick<NewObject, 'state' | 'attributes' | 'terms' | 'isArchived' | 'nextTransitionAt'>
> & {
  readonly material?: Uint8Array | null;
};

export type Condition =
  | { readonly name: string; readonly equals: string | number | bigint }
  /** Both ends included; only integer terms match. */
  | { readonly name: string; readonly from?: number | bigint; readonly to?: number | bigint }
  /** The object has any term of that name. */
  | { readonly name: string; readonly exists: true };

export interface SearchQuery {
  /** All of them must hold. */
  readonly conditions: readonly Condition[];
  /** Which objects by storage; at least one is true. */
  readonly online: boolean;
  readonly archived: boolean;
  /** What terms cannot say; called for each candidate, so slow with many. */
  readonly filter?: (object: StoredObject) => boolean;
  readonly offset: number;
  readonly limit: number;
}
export interface SearchResult {
  /** Newest first: in the opposite order of creation. */
  readonly uniqueIdentifiers: readonly string[];
  /** All that match, before offset and limit; exact up to `LOCATED_MAX`, and `LOCATED_MAX` + 1 for any more. */
  readonly located: number;
}
/** Objects up to which a search counts exactly. */
export const LOCATED_MAX = 100_000;

export interface Vault {
  /** UUID. */
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
  /** The vault's own key, wrapped under the root key. */
  readonly wrappedKey: Uint8Array;
}
export interface Client {
  /** UUID. */
  readonly id: string;
  /** The administrator's label, unique. */
  readonly name: string;
  /** Vault id. */
  readonly vault: string;
  readonly createdAt: Date;
  /** KMIP Username and Password credential, if one was set. */
  readonly credential: { readonly username: string; readonly passwordHash: string } | undefined;
}
export interface ClientCertificate {
  /** SHA-256 over the DER, 64 lower-case hex digits; unique. */
  readonly fingerprint: string;
  /** Client id. */
  readonly client: string;
  readonly der: Uint8Array;
  /**
   * `issued`, `pinned` and `signed` let the client in by themselves. `seen` is a record only: a trusted root let this certificate
   * in, and must do so again each time. Whatever is added over a certificate that was `seen` replaces its row, but for a second
   * sight for the same client: that is a ConflictError.
   */
  readonly origin: 'issued' | 'pinned' | 'signed' | 'seen';
  /** Of a certificate that was `seen`: the issuers that the client presented with it, DER; else empty. */
  readonly issuers: readonly Uint8Array[];
  readonly addedAt: Date;
}
/** An authority outside of kmipd whose certificates let a client in. */
export interface TrustedRoot {
  /** SHA-256 over the DER, 64 lower-case hex digits; unique for a client. */
  readonly fingerprint: string;
  /** Client id. */
  readonly client: string;
  readonly der: Uint8Array;
  /** Intermediate authorities that were given with it, DER. */
  readonly issuers: readonly Uint8Array[];
  /** As `certs/` parses it: which subjects. */
  readonly subjectPattern: string;
  /** Revocation lists, DER. */
  readonly crls: readonly Uint8Array[];
  readonly addedAt: Date;
}
/** A certificate that once let a client in. */
export interface FormerCertificate {
  readonly fingerprint: string;
  /** The client's name when it was removed. */
  readonly clientName: string;
  readonly removedAt: Date;
}
/** Who may ask the certificate manager, by the key with which they sign. */
export interface Administrator {
  /** UUID. */
  readonly id: string;
  /** Label, unique. */
  readonly name: string;
  /** SHA-256 over `publicKey`, 64 lower-case hex digits; unique. */
  readonly keyId: string;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  readonly createdAt: Date;
  /** When the present key was set. */
  readonly keySetAt: Date;
}
/** A certificate of our authority that is on its revocation list. */
export interface RevokedCertificate {
  /** Lower-case hex, as `certs/` writes serial numbers. */
  readonly serialNumber: string;
  /** SHA-256 of the authority's certificate that issued it. */
  readonly authority: string;
  readonly revokedAt: Date;
  /** When it would have expired: from then on no list needs to name it. */
  readonly notAfter: Date;
}
export type DirectoryChange =
  | { readonly kind: 'add vault'; readonly vault: Vault }
  | { readonly kind: 'add client'; readonly client: Client }
  | { readonly kind: 'set credential'; readonly client: string; readonly credential: NonNullable<Client['credential']> }
  /** With its certificates and roots; certificates become former ones at `at`. */
  | { readonly kind: 'remove client'; readonly id: string; readonly at: Date }
  | { readonly kind: 'add certificate'; readonly certificate: ClientCertificate }
  /** It becomes a former one at `at`. */
  | { readonly kind: 'remove certificate'; readonly fingerprint: string; readonly at: Date }
  | { readonly kind: 'add root'; readonly root: TrustedRoot }
  /** With the certificates of that client that were `seen`. */
  | { readonly kind: 'remove root'; readonly client: string; readonly fingerprint: string }
  | {
      readonly kind: 'set revocation lists';
      readonly client: string;
      readonly fingerprint: string;
      readonly crls: readonly Uint8Array[];
    }
  /** One that is revoked already stays as it is. */
  | { readonly kind: 'revoke certificate'; readonly certificate: RevokedCertificate }
  | { readonly kind: 'add administrator'; readonly administrator: Administrator }
  | {
      readonly kind: 'set administrator key';
      readonly id: string;
      readonly keyId: string;
      readonly publicKey: Uint8Array;
      readonly at: Date;
    }
  | { readonly kind: 'remove administrator'; readonly id: string }
  /** ConflictError when it was used before. Those whose `until` is before `now` are forgotten on the way. */
  | {
      readonly kind: 'use nonce';
      readonly keyId: string;
      readonly nonce: string;
      readonly until: Date;
      readonly now: Date;
    }
  /** That the approaching end of a certificate has been told, `days` before. */
  | { readonly kind: 'note expiry'; readonly fingerprint: string; readonly days: number };

/** Reads of vaults, clients and certificates; always the committed state. */
export interface DirectoryReader {
  vaults(): Promise<Vault[]>;
  vaultNamed(name: string): Promise<Vault | undefined>;
  vault(id: string): Promise<Vault | undefined>;
  clients(): Promise<Client[]>;
  clientNamed(name: string): Promise<Client | undefined>;
  certificates(client: string): Promise<ClientCertificate[]>;
  /** The client to whom the certificate with this SHA-256 fingerprint belongs. */
  clientByFingerprint(fingerprint: string): Promise<{ client: Client; certificate: ClientCertificate } | undefined>;
  /** Every trusted root with its client, in the order in which they were added. */
  roots(): Promise<{ client: Client; root: TrustedRoot }[]>;
  /** The newest record of a certificate with this fingerprint that was removed. */
  formerCertificate(fingerprint: string): Promise<FormerCertificate | undefined>;
  /** Those that this authority's certificate issued, by serial number. */
  revoked(authority: string): Promise<RevokedCertificate[]>;
  /** By name. */
  administrators(): Promise<Administrator[]>;
  administratorNamed(name: string): Promise<Administrator | undefined>;
  administratorByKey(keyId: string): Promise<Administrator | undefined>;
  isNonceUsed(keyId: string, nonce: string): Promise<boolean>;
  /** Fewest days before its end that were noted of this certificate. */
  notedExpiry(fingerprint: string): Promise<number | undefined>;
  /**
   * A number that changes whenever vaults, clients, certificates, roots or administrators may have changed, by this process or
   * another. Cheap enough for every request.
   */
  generation(): number;
  /** Managed objects of the vault, destroyed ones included. */
  objectCount(vault: string): Promise<number>;
  /** Values of the search term of this name among the vault's objects, most frequent first. */
  termValues(vault: string, name: string, limit: number): Promise<{ value: string; count: number }[]>;
  /** Objects for listings, newest first; keyset paging by `before` (a Unique Identifier of the page before). */
  objects(options: { vault?: string; before?: string; limit: number }): Promise<StoredObject[]>;
  object(uniqueIdentifier: string): Promise<StoredObject | undefined>;
  /** Unique Identifiers that begin so, in their order. */
  identifiersFrom(beginning: string, limit: number): Promise<string[]>;
}

/** An event as it is kept: the JSON text and what listings filter by. */
export interface KeptEvent {
  /** UUID of the event. */
  readonly id: string;
  readonly time: Date;
  readonly action: string;
  readonly outcome: string;
  readonly severity: string;
  readonly initiator: string;
  /** Resource of the target's CRN: a Unique Identifier, where it is a key. Empty for a listing. */
  readonly target: string;
  /** Name of the vault that was worked on; empty where there was none. */
  readonly vault: string;
  readonly correlationId: string;
  /** RFC 8785 form. */
  readonly json: string;
}
/** A record of the log with what listings filter by. */
export interface SequencedEvent extends KeptEvent, AuditRecord {}

/** What events must have; of a list, any one. Lists are not empty. */
export interface EventFilter {
  /** Both ends included. */
  readonly since?: Date;
  readonly until?: Date;
  readonly actions?: readonly string[];
  readonly initiators?: readonly string[];
  readonly outcomes?: readonly string[];
  readonly severities?: readonly string[];
  readonly target?: string;
  readonly vault?: string;
  readonly correlationId?: string;
  /** Words that all stand in the event's text (values, not names of members), whatever their case; each is the beginning of a word there. */
  readonly text?: string;
}
/** Newest first. */
export interface EventPage {
  readonly events: readonly SequencedEvent[];
  /** Where the next page goes on: its `before`. Undefined when there is nothing older that could match. */
  readonly next: number | undefined;
}
/** By what events are counted: `hour` is UTC, as `2026-11-23T07`. */
export type EventGroup = 'action' | 'initiator' | 'outcome' | 'severity' | 'vault' | 'hour';

export interface EventReader {
  /** Events with seq > `after`, in order, at most `limit`. */
  after(seq: number, limit: number, filter?: EventFilter): Promise<SequencedEvent[]>;
  /** The newest `limit` events that match, in order of seq. */
  latest(limit: number, filter?: EventFilter): Promise<SequencedEvent[]>;
  /**
   * The newest events with seq < `before` (the newest of all without it), at most `limit`. The work of a page is bounded, so that
   * nobody waits: it may hold fewer than `limit`, even none, and have a `next`.
   */
  page(options: { before?: number | undefined; limit: number; filter?: EventFilter }): Promise<EventPage>;
  withId(id: string): Promise<SequencedEvent | undefined>;
  withSeq(seq: number): Promise<SequencedEvent | undefined>;
  /** Most frequent first; hours in their own order. Lets others have their turns. */
  count(by: EventGroup, filter?: EventFilter): Promise<{ value: string; count: number }[]>;
  lastSeq(): Promise<number>;
  /**
   * Calls back, soon and coalesced, after commits that hold events; for those of another process within a fraction of a second.
   * Returns how to stop.
   */
  onCommitted(callback: () => void): () => void;
}

/** Roots of the complete subtrees that events 1 to n make up (RFC 6962 §2.1), the largest first; 32 bytes each. */
export type Subtrees = readonly Uint8Array[];

/** A checkpoint that was signed. */
export interface KeptCheckpoint {
  /** How many records it covers: those with seq up to this. */
  readonly size: number;
  /** The signed note (C2SP), as text. */
  readonly note: string;
  readonly time: Date;
  /** Of the `size` first records. */
  readonly subtrees: Subtrees;
}
/** A run of records that is closed: nothing is added to it any more. Segments follow each other without gaps. */
export interface Segment {
  /** 1, 2, 3 … */
  readonly number: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** `prev` of its first record and `hash` of its last, hex. */
  readonly firstPrev: string;
  readonly lastHash: string;
  /** Of the records up to `lastSeq`. */
  readonly subtrees: Subtrees;
  readonly closedAt: Date;
  /** UTF-8 bytes of its events. */
  readonly bytes: number;
  readonly exportedAt: Date | undefined;
  /** From then on its records are not part of the log any more, even while some are still there. */
  readonly removedAt: Date | undefined;
}
export type LogChange =
  | { readonly kind: 'add checkpoint'; readonly checkpoint: KeptCheckpoint }
  | { readonly kind: 'close segment'; readonly segment: Omit<Segment, 'exportedAt' | 'removedAt'> }
  | { readonly kind: 'segment exported'; readonly number: number; readonly at: Date }
  | { readonly kind: 'remove segment'; readonly number: number; readonly at: Date }
  /** A text that the server remembers from one start to the next. */
  | { readonly kind: 'remember'; readonly name: string; readonly value: string };

/** The log of record itself: what its keeper and its verifier read. */
export interface LogReader {
  /** Of the records that are kept: the first has seq `firstSeq` and `prev` `firstPrev`; `subtrees` are of those before it. */
  start(): Promise<{ readonly firstSeq: number; readonly firstPrev: string; readonly subtrees: Subtrees }>;
  /** seq and hash of the last record; 0 and `FIRST_PREV` before the first. `time`: of the event, to the millisecond. */
  head(): Promise<{ readonly seq: number; readonly hash: string; readonly time: Date | undefined }>;
  /** `hash` of the records with seq > `after`, in order, at most `limit`, 32 bytes each. */
  hashes(after: number, limit: number): Promise<Uint8Array[]>;
  /** UTF-8 bytes of the events with `firstSeq` <= seq <= `lastSeq`. */
  bytes(firstSeq: number, lastSeq: number): Promise<number>;
  /** The newest with at most this size, of any size without it. */
  checkpoint(atMost?: number): Promise<KeptCheckpoint | undefined>;
  /** The oldest that covers this record. */
  checkpointCovering(seq: number): Promise<KeptCheckpoint | undefined>;
  /** In order, also those that were removed. */
  segments(): Promise<Segment[]>;
  remembered(name: string): Promise<string | undefined>;
}
/** What is done to the log's tables beside the requests: derived or already removed, so that it needs no event. */
export interface LogUpkeep {
  /** Deletes at most `limit` records of removed segments, and checkpoints that cover no others but for the newest. How many records. */
  purge(limit: number): Promise<number>;
  /** Brings at most `limit` events into the index that `page` and `count` use. How many; 0 when all are in it. */
  index(limit: number): Promise<number>;
}

/** How far each sink has got: the seq of the last event it has taken. */
export interface CursorKeeper {
  get(sink: string): Promise<number>;
  set(sink: string, seq: number): Promise<void>;
}

/** When a client was last seen with a certificate; undefined: never. */
export interface LastSeen {
  readonly handshakeAt: Date | undefined;
  readonly requestAt: Date | undefined;
}
/** A certificate that knocked and was refused. No address. */
export interface RefusedCertificate {
  /** SHA-256 over the DER, 64 lower-case hex digits; unique. */
  readonly fingerprint: string;
  readonly der: Uint8Array;
  /** Issuers presented with it, DER. */
  readonly issuers: readonly Uint8Array[];
  /** The last time's. */
  readonly cause: string;
  readonly firstAt: Date;
  readonly lastAt: Date;
  readonly count: number;
}
export interface Sightings {
  /** By fingerprint; later times replace earlier ones. */
  readonly seen: ReadonlyMap<string, LastSeen>;
  /** `count` and times are added to what is kept. */
  readonly refused: readonly RefusedCertificate[];
}
/** Refused certificates that are kept; those seen longest ago go first, so that a flood of made-up ones fills no disk. */
export const REFUSED_MAX = 1000;

/** What is seen of certificates beside the requests: kept, but no part of the log of record, and lost in part by a crash. */
export interface SightingKeeper {
  /** Throws StoreUnavailable when they cannot be written now; nothing of them is kept then, and they may be given again. */
  note(sightings: Sightings): Promise<void>;
  lastSeen(fingerprint: string): Promise<LastSeen | undefined>;
  /** Last seen first. */
  refused(): Promise<RefusedCertificate[]>;
  forgetRefused(fingerprint: string): Promise<void>;
}

/** An object changed under the unit's feet, or a unique term was taken: retry the message. */
export class ConflictError extends Error {
  override readonly name = 'ConflictError';
}
/** The store cannot be read or written now; nothing has changed. `isFull` when there is no room. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
  readonly isFull: boolean;
  constructor(message: string, options: { cause?: unknown; isFull?: boolean } = {}) {
    super(message, { cause: options.cause });
    this.isFull = options.isFull ?? false;
  }
}
/** The stored data cannot be used by this program (newer schema, damaged file). */
export class StoreUnusable extends Error {
  override readonly name = 'StoreUnusable';
}
