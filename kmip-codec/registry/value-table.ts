/** One row of an enumeration or mask: [value, name, first version, last version]. Versions as in `version.ts`. */
export type ValueRow = readonly [value: number, name: string, since: number, until?: number];

/** An enumeration or bit mask of the specification. `values` is keyed by XML name; `aliases` are other spellings to accept. */
export interface ValueTable {
  readonly name: string;
  /** Tag of the item whose values these are; undefined where several tags share the table. */
  readonly tag: number | undefined;
  readonly since: number;
  readonly until: number | undefined;
  readonly values: Readonly<Record<string, ValueRow>>;
  readonly aliases: Readonly<Record<string, number>>;
}
