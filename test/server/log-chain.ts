import type { Database } from 'better-sqlite3';
import { FIRST_PREV, recordHash } from '../../server/chain/index.ts';

interface ChainRow {
  seq: number;
  v: number;
  prev: Buffer;
  hash: Buffer;
  json: string;
}

/** Recomputes the chain of an event table, from where the last check ended; the log may grow meanwhile. */
export class ChainCheck {
  #seq = 0;
  #hash = FIRST_PREV;

  /** Records that do not follow from those before them, in words. */
  problems(database: Database): string[] {
    const rows = database
      .prepare<[number], ChainRow>('SELECT seq, v, prev, hash, json FROM event WHERE seq > ? ORDER BY seq')
      .iterate(this.#seq);
    const problems: string[] = [];
    for (const { seq, v, prev, hash, json } of rows) {
      const [prevHex, hashHex] = [prev.toString('hex'), hash.toString('hex')];
      if (seq !== this.#seq + 1) problems.push(`record ${seq} stands after record ${this.#seq}`);
      if (prevHex !== this.#hash) problems.push(`record ${seq} does not follow record ${this.#seq}: its prev differs`);
      if (recordHash({ v, seq, prev: prevHex, json }) !== hashHex) problems.push(`record ${seq} has another hash`);
      this.#seq = seq;
      this.#hash = hashHex;
    }
    return problems;
  }

  /** seq of the last record that was checked. */
  get seq(): number {
    return this.#seq;
  }
}
