import { ItemType } from '../encodings/index.ts';
import * as registry from '../registry/index.ts';
import { ValueNames } from '../registry/index.ts';
import { cached, textString, type Item } from '../schema/index.ts';
import { V2_0 } from '../version.ts';

/** A Unique Identifier that says where the object comes from in this batch: 2.1 §4.58, §11.58. */
export class IdentifierReference {
  /** `origin`: a value of the Unique Identifier Enumeration; `index`: of a batch item, negative counts back from this one. */
  readonly kind: 'origin' | 'index';
  readonly value: number;
  constructor(kind: 'origin' | 'index', value: number) {
    this.kind = kind;
    this.value = value;
  }
}

export const uniqueIdentifierNames = new ValueNames(registry.UniqueIdentifier);

/**
 * A Unique Identifier: text, in 2.x also an enumeration or an integer. Those are an IdentifierReference, which the type does not say:
 * whoever receives a request puts the text in its place before an operation sees it (`resolved`).
 */
export const identifier = (tag: number): Item<string> => ({
  ...textString(tag),
  describe: value => (typeof value === 'string' ? value : undefined),
  codec: cached(version => {
    const text = textString(tag).codec(version);
    if (version < V2_0) return text;
    return {
      write(w, t, given) {
        const value = given as string | IdentifierReference;
        if (typeof value === 'string') w.textString(t, value);
        else if (value.kind === 'index') w.integer(t, value.value);
        else w.enumeration(t, value.value, uniqueIdentifierNames);
      },
      read(r, t) {
        if (r.peek() !== t) return text.read(r, t);
        const type = r.peekType();
        if (type === ItemType.Enumeration)
          return new IdentifierReference('origin', r.enumeration(t, uniqueIdentifierNames)) as unknown as string;
        if (type === ItemType.Integer) return new IdentifierReference('index', r.integer(t)) as unknown as string;
        return text.read(r, t);
      },
    };
  }),
});
