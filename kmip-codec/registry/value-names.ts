import { STORED, type Version } from '../version.ts';
import type { ValueTable } from './value-table.ts';

/** An enumeration or mask of the specification, ready to be looked up both ways. */
export class ValueNames {
  readonly table: ValueTable;
  readonly #names = new Map<number, string>();
  readonly #xmlNames = new Map<number, string>();
  readonly #values = new Map<string, number>();
  readonly #since = new Map<number, number>();

  constructor(table: ValueTable) {
    this.table = table;
    for (const [alias, value] of Object.entries(table.aliases)) this.#values.set(alias, value);
    for (const [xmlName, [value, name, since]] of Object.entries(table.values)) {
      this.#names.set(value, name);
      this.#xmlNames.set(value, xmlName);
      this.#values.set(xmlName, value);
      this.#since.set(value, since);
    }
  }

  /** The specification's spelling ('Symmetric Key'), or undefined for a number without a name. */
  name(value: number): string | undefined {
    return this.#names.get(value);
  }
  /** The name of the XML and JSON encodings ('SymmetricKey'), or undefined. */
  xmlName(value: number): string | undefined {
    return this.#xmlNames.get(value);
  }
  /** The number of an XML name or one of its former spellings, or undefined. */
  value(xmlName: string): number | undefined {
    return this.#values.get(xmlName);
  }
  /** Whether the value is named in this version or before. Values of removed names stay readable. */
  isKnownIn(value: number, version: Version): boolean {
    const since = this.#since.get(value);
    return since !== undefined && (since <= version || version === STORED);
  }
  /** 'Symmetric Key', or '0x80000001' for a number without a name. */
  show(value: number): string {
    return this.#names.get(value) ?? `0x${(value >>> 0).toString(16).padStart(8, '0')}`;
  }
  /** The names of the bits that are set, lowest first; bits without a name as hex. */
  showBits(mask: number): string[] {
    const bits: string[] = [];
    for (let bit = 0; bit < 32; bit++) if ((mask >>> bit) & 1) bits.push(this.show((1 << bit) >>> 0));
    return bits;
  }
}
