import type { AttributeSet } from '../../kmip-codec/index.ts';
import type { Term } from '../store/index.ts';

/** What an object can be found by. */
export function termsOf(attributes: AttributeSet): Term[] {
  void attributes;
  return [];
}
