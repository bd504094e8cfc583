import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isSystemError, readIfPresent, syncFolder } from '../data-folder/index.ts';
import { CommandError } from './exit-codes.ts';

/** A file that a command is going to write for the person who typed it. */
export interface WantedFile {
  readonly path: string;
  readonly mode: number;
}

/** A file that has its place already, name and room, and waits for its content. */
export interface ReservedFile {
  readonly path: string;
  /** What was there before. */
  readonly present: Buffer | undefined;
  /** Writes the content, durably; whoever looks sees all of it or, before, nothing of it. */
  write(content: string | Uint8Array): Promise<void>;
}

export interface ReserveOptions {
  /** Overwrite what is there. */
  readonly force?: boolean | undefined;
  /** What to do about a file that is there. */
  readonly remedy?: string;
}

/**
 * Reserves files, runs what makes their content, and removes those that it has left unwritten, all of them if it fails. For
 * commands that cannot be taken back: that a file is there, or a disk full, is found out before. Throws CommandError for a
 * file that is there already, unless `force`.
 */
export async function withReservedFiles<T>(
  wanted: readonly WantedFile[],
  options: ReserveOptions,
  use: (files: readonly ReservedFile[]) => Promise<T>,
): Promise<T> {
  const reservations: Reservation[] = [];
  let isDone = false;
  try {
    for (const file of wanted) reservations.push(await Reservation.make(file, options));
    const result = await use(reservations);
    isDone = true;
    return result;
  } finally {
    for (const reservation of reservations) await reservation.release({ keepWritten: isDone });
  }
}

/** Room that is reserved on the disk: a key, certificate or short chain. */
const RESERVED_BYTES = 16 * 1024;

class Reservation implements ReservedFile {
  readonly path: string;
  readonly present: Buffer | undefined;
  readonly #temporary: string;
  readonly #file: FileHandle;
  /** Whether the name was free, and is ours. */
  readonly #isClaimed: boolean;
  #isWritten = false;

  static async make({ path, mode }: WantedFile, { force = false, remedy }: ReserveOptions): Promise<Reservation> {
    await mkdir(dirname(path), { recursive: true });
    const isClaimed = await claim(path, mode);
    try {
      if (!isClaimed && !force) {
        const what = remedy ?? 'name another folder with --out, or add --force';
        throw new CommandError('refused', `${path} exists already; ${what}`);
      }
      const present = isClaimed ? undefined : await readIfPresent(path);
      const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
      await rm(temporary, { force: true });
      const file = await open(temporary, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, mode);
      const reservation = new Reservation(path, present, temporary, file, isClaimed);
      try {
        await file.chmod(mode); // the umask may have taken something away
        await file.write(Buffer.alloc(RESERVED_BYTES));
        await file.datasync();
      } catch (error) {
        await reservation.release({ keepWritten: false });
        throw error;
      }
      return reservation;
    } catch (error) {
      if (isClaimed) await rm(path, { force: true });
      throw error;
    }
  }

  private constructor(
    path: string,
    present: Buffer | undefined,
    temporary: string,
    file: FileHandle,
    isClaimed: boolean,
  ) {
    this.path = path;
    this.present = present;
    this.#temporary = temporary;
    this.#file = file;
    this.#isClaimed = isClaimed;
  }

  async write(content: string | Uint8Array): Promise<void> {
    const bytes = Buffer.from(content);
    // Over what was reserved, so that no more room is needed.
    for (let at = 0; at < bytes.length;) at += (await this.#file.write(bytes, at, bytes.length - at, at)).bytesWritten;
    await this.#file.truncate(bytes.length);
    await this.#file.sync();
    await rename(this.#temporary, this.path);
    this.#isWritten = true;
    await syncFolder(dirname(this.path));
  }

  async release({ keepWritten }: { keepWritten: boolean }): Promise<void> {
    await this.#file.close();
    if (!this.#isWritten) await rm(this.#temporary, { force: true });
    if (this.#isClaimed && !(this.#isWritten && keepWritten)) await rm(this.path, { force: true });
  }
}

/** Makes the file, empty, if there is none of this name. */
async function claim(path: string, mode: number): Promise<boolean> {
  try {
    await (await open(path, 'wx', mode)).close();
    return true;
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return false;
    throw error;
  }
}
