/** What verifying a log has shown. */
export type Verdict = Intact | Altered | Unchecked;

/** Every record is as it was written, and none is missing between the first and the last. */
export interface Intact {
  readonly status: 'intact';
  readonly records: number;
  /** `lastSeq` is `firstSeq` - 1 where there is no record. */
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** Checkpoints whose signature and tree were checked. */
  readonly checkpoints: number;
  /** Records that the newest of them covers, and when it was signed. Later records are chained, but nobody has signed for them yet. */
  readonly signedSize: number;
  readonly signedAt: Date;
  /** Checkpoints of records that are all before the first one here: they say nothing about this log. */
  readonly olderCheckpoints: number;
}
/** Somebody changed, removed, added, moved or replaced something. */
export interface Altered {
  readonly status: 'altered';
  /** The record, where one can be named. */
  readonly seq?: number;
  /** The file, and the line of it from 1, of an export. */
  readonly file?: string;
  readonly line?: number;
  /** What is wrong, as a sentence without full stop. */
  readonly problem: string;
}
/** Nothing wrong was found, but not all could be checked. */
export interface Unchecked {
  readonly status: 'unchecked';
  readonly problem: string;
}

/** Ends a verification. */
export class Finding extends Error {
  override readonly name = 'Finding';
  readonly verdict: Altered | Unchecked;

  constructor(verdict: Altered | Unchecked) {
    super(verdict.problem);
    this.verdict = verdict;
  }
}

export const altered = (problem: string, where: Omit<Altered, 'status' | 'problem'> = {}): Finding =>
  new Finding({ status: 'altered', ...where, problem });
export const unchecked = (problem: string): Finding => new Finding({ status: 'unchecked', problem });
