import type { CursorKeeper, DirectoryReader, Store, UnitOfWork } from '../store.ts';
import { StoreUnavailable } from '../store.ts';
import { Connection } from './connection.ts';
import { directoryReader } from './directory-reader.ts';
import { EventFeed } from './event-feed.ts';
import { GroupCommit, type Work } from './group-commit.ts';
import { LogFeed } from './log-feed.ts';
import { LogTruncation } from './log-truncation.ts';
import type { Migration } from './schema.ts';
import { SightingWriter } from './sighting-writer.ts';
import { SqliteUnit } from './unit.ts';

export interface SqliteStoreOptions {
  /** The database file; made with mode 0600 if there is none. Its folder must exist. */
  readonly path: string;
  /** Names the copy that is made before a migration. */
  readonly now?: () => Date;
  /** Milliseconds for which a read or commit keeps trying while another process holds a lock; 2000 if left out. */
  readonly busyMs?: number;
  /** Takes what an administrator should know: migrations and their copies. */
  readonly log?: (message: string) => void;
  /** Nothing is made, migrated or written: for who looks at a database that is not theirs to change. Commits fail. */
  readonly readOnly?: boolean;
  /** The schema's steps, for tests of migration. */
  readonly steps?: readonly Migration[];
}

const BUSY_MS = 2000;

/**
 * Opens the store in one SQLite database, which several processes may use at once. Throws StoreUnusable when the file has a newer
 * schema, is another program's or is damaged, and StoreUnavailable when it cannot be reached or written now.
 *
 * What was destroyed is overwritten in the database and its journal is emptied before the commit resolves, or soon after where
 * another process stands in the way. Blocks that the file system or the disk keeps aside (snapshots, copy-on-write, flash) are out of reach.
 */
export function openSqliteStore(options: SqliteStoreOptions): Store {
  return new SqliteStore(options);
}

export class SqliteStore implements Store {
  readonly connection: Connection;
  readonly directory: DirectoryReader;
  readonly events: EventFeed;
  readonly log: LogFeed;
  readonly cursors: CursorKeeper;
  readonly sightings: SightingWriter;
  readonly #commits: GroupCommit;
  readonly #truncation: LogTruncation;
  #isClosing = false;

  constructor({ path, now, busyMs = BUSY_MS, log = () => {}, readOnly, steps }: SqliteStoreOptions) {
    this.connection = new Connection({ path, busyMs, log, readOnly, ...(now && { now }), ...(steps && { steps }) });
    this.directory = directoryReader(this.connection);
    this.sightings = new SightingWriter(this.connection);
    this.events = new EventFeed(this.connection, log);
    this.log = new LogFeed(this.connection);
    this.#truncation = new LogTruncation(this.connection);
    this.#commits = new GroupCommit(this.connection, {
      committed: ({ forgotMaterial, hasEvents }) => {
        if (forgotMaterial) this.#truncation.request();
        if (hasEvents) this.events.committed();
      },
      // The journal may hold pages of what failed; a power cut must not bring them back.
      failed: () => this.#truncation.request(),
    });
    this.cursors = {
      get: sink => this.connection.read(({ cursors }) => cursors.get(sink)),
      set: (sink, seq) =>
        this.#commit({
          write({ cursors }) {
            cursors.set(sink, seq);
            return { forgotMaterial: false, hasEvents: false, changedTrust: false };
          },
        }),
    };
    // A process that was killed between a Destroy and this leaves it to the next.
    this.#truncation.request();
  }

  begin(): UnitOfWork {
    return new SqliteUnit(this.connection, work => this.#commit(work));
  }

  generation(): number {
    return this.connection.generation();
  }

  async close(): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    await Promise.all([this.#commits.idle(), this.sightings.stop(), this.log.stop()]);
    this.events.stop();
    this.#truncation.stop();
    this.connection.close();
  }

  async #commit(work: Work): Promise<void> {
    if (this.#isClosing) throw new StoreUnavailable(`database ${this.connection.path} is closed`);
    await this.#commits.commit(work);
  }
}
