import type { Database, Statement } from 'better-sqlite3';
import { setTimeout as wait } from 'node:timers/promises';
import { StoreUnavailable } from '../store.ts';
import { CursorTable } from './cursor-table.ts';
import { openDatabase, type DatabaseOptions } from './database.ts';
import { DirectoryTables } from './directory-tables.ts';
import { isBusy, spoilsConnection, translated } from './errors.ts';
import { EventIndex } from './event-index.ts';
import { EventSearch } from './event-search.ts';
import { EventTable } from './event-table.ts';
import { LogTables } from './log-tables.ts';
import { Numbers } from './numbers.ts';
import { ObjectCounts } from './object-counts.ts';
import { ObjectSearch } from './object-search.ts';
import { ObjectTable } from './object-table.ts';
import { SightingTables } from './sighting-tables.ts';

/** Milliseconds between attempts while another process holds a lock. */
export const RETRY_MS = 5;

/** One open database with every statement prepared. */
export class Tables {
  readonly database: Database;
  readonly numbers: Numbers;
  readonly objects: ObjectTable;
  readonly search: ObjectSearch;
  readonly counts: ObjectCounts;
  readonly events: EventTable;
  readonly eventIndex: EventIndex;
  readonly eventSearch: EventSearch;
  readonly log: LogTables;
  readonly directory: DirectoryTables;
  readonly cursors: CursorTable;
  readonly sightings: SightingTables;
  readonly dataVersion: Statement<[], number>;
  readonly transaction;

  constructor(database: Database) {
    this.database = database;
    this.numbers = new Numbers(database);
    this.objects = new ObjectTable(database, this.numbers);
    this.search = new ObjectSearch(database, this.numbers, this.objects);
    this.counts = new ObjectCounts(database, this.numbers);
    this.log = new LogTables(database);
    this.events = new EventTable(database, this.log.segments);
    this.eventIndex = new EventIndex(database);
    this.eventSearch = new EventSearch(database, this.eventIndex, this.events);
    this.directory = new DirectoryTables(database);
    this.cursors = new CursorTable(database);
    this.sightings = new SightingTables(database);
    this.dataVersion = database.prepare<[], number>('PRAGMA data_version').pluck();
    this.transaction = {
      begin: database.prepare('BEGIN IMMEDIATE'),
      commit: database.prepare('COMMIT'),
      rollback: database.prepare('ROLLBACK'),
      savepoint: database.prepare('SAVEPOINT unit'),
      release: database.prepare('RELEASE unit'),
      rollbackToSavepoint: database.prepare('ROLLBACK TO unit'),
    };
  }
}

/** The one connection of this store: opened again, with its statements, after an error that may have spoilt it. */
export class Connection {
  readonly path: string;
  readonly busyMs: number;
  readonly #options: DatabaseOptions;
  #tables: Tables | undefined;
  #isClosed = false;
  #generation = 0;
  #directoryGeneration = 0;
  #dataVersion = 0;
  #hasLooked = false;

  /** Opens the database; throws as `openDatabase` does. */
  constructor(options: DatabaseOptions) {
    this.path = options.path;
    this.busyMs = options.busyMs;
    this.#options = options;
    this.#tables = new Tables(openDatabase(options));
  }

  /** Runs at once, with SQLite's own errors. */
  use<T>(run: (tables: Tables) => T): T {
    try {
      return run(this.#open());
    } catch (error) {
      if (spoilsConnection(error)) this.#drop();
      throw error;
    }
  }

  /** A read, or a small transaction of its own: at once if it can be done, tried again for `busyMs` while another process holds a lock. */
  async read<T>(run: (tables: Tables) => T | Promise<T>): Promise<T> {
    const deadline = performance.now() + this.busyMs;
    for (;;) {
      try {
        return await this.use(run);
      } catch (error) {
        if (spoilsConnection(error)) this.#drop();
        if (!isBusy(error) || performance.now() > deadline) throw translated(error, this.path);
      }
      await wait(RETRY_MS);
    }
  }

  /** As `Store.generation`. When it cannot be asked, something may have changed. */
  generation(): number {
    this.#lookAround();
    return this.#generation;
  }

  /** As `DirectoryReader.generation`: changes with our own changes of who is trusted, and with any commit of others. */
  directoryGeneration(): number {
    if (!this.#hasLooked) {
      // Once in a turn of the event loop: whatever others commit within it could as well have come a moment later.
      this.#hasLooked = true;
      setImmediate(() => (this.#hasLooked = false));
      this.#lookAround();
    }
    return this.#directoryGeneration;
  }

  /** SQLite's data version counts the commits of others only. */
  countOwnCommit(changedTrust: boolean): void {
    this.#generation++;
    if (changedTrust) this.#directoryGeneration++;
  }

  close(): void {
    this.#isClosed = true;
    this.#drop();
  }

  #open(): Tables {
    if (this.#isClosed) throw new StoreUnavailable(`database ${this.path} is closed`);
    this.#tables ??= new Tables(openDatabase({ ...this.#options, busyMs: 0, mustExist: true }));
    return this.#tables;
  }

  #lookAround(): void {
    try {
      const dataVersion = this.use(tables => tables.dataVersion.get() ?? 0);
      if (dataVersion === this.#dataVersion) return;
      this.#dataVersion = dataVersion;
    } catch {
      // Nobody knows what has happened meanwhile.
    }
    this.#generation++;
    this.#directoryGeneration++;
  }

  #drop(): void {
    const tables = this.#tables;
    this.#tables = undefined;
    this.#generation++;
    this.#directoryGeneration++;
    try {
      tables?.database.close();
    } catch {
      // What could not be closed is not used again.
    }
  }
}
