import { ItemType } from '../encodings/index.ts';
import * as registry from '../registry/index.ts';
import { Tag, ValueNames } from '../registry/index.ts';
import { byteString, cached, secret, type Item } from '../schema/index.ts';
import { V2_0 } from '../version.ts';

/** Data that an earlier item of the batch has answered: 2.1 §7.9, §11.13. */
export class DataReference {
  /** `origin`: a value of the Data Enumeration; `index`: of the data in the response, negative counts back from this item. */
  readonly kind: 'origin' | 'index';
  readonly value: number;
  constructor(kind: 'origin' | 'index', value: number) {
    this.kind = kind;
    this.value = value;
  }
}

export const dataNames = new ValueNames(registry.Data);

/**
 * Data to be worked on: bytes, in 2.x also an enumeration or an integer. Those are a DataReference, which the type does not say:
 * whoever receives a request puts the bytes in its place before an operation sees it. They are the client's alone: no event shows them.
 */
export const Data: Item<Uint8Array> = secret({
  ...byteString(Tag.Data),
  codec: cached(version => {
    const bytes = byteString(Tag.Data).codec(version);
    if (version < V2_0) return bytes;
    return {
      write(w, t, given) {
        const value = given as Uint8Array | DataReference;
        if (!(value instanceof DataReference)) w.byteString(t, value);
        else if (value.kind === 'index') w.integer(t, value.value);
        else w.enumeration(t, value.value, dataNames);
      },
      read(r, t) {
        if (r.peek() !== t) return bytes.read(r, t);
        const type = r.peekType();
        if (type === ItemType.Enumeration)
          return new DataReference('origin', r.enumeration(t, dataNames)) as unknown as Uint8Array;
        if (type === ItemType.Integer) return new DataReference('index', r.integer(t)) as unknown as Uint8Array;
        return bytes.read(r, t);
      },
    };
  }),
});
