import {
  attributeNamed,
  decodeItem,
  decodeItemAs,
  encodeItem,
  encodeItemAs,
  Operation,
  STORED,
  type Attribute,
  type TtlvItem,
} from '../../kmip-codec/index.ts';
import { isModifiable } from '../objects/index.ts';
import { adjusted, zeros } from './adjustment.ts';
import { checkMoment, findRuleFor, keepChange } from './changed-attribute.ts';
import { checkInstances, valueGiven } from './given-attribute.ts';
import { onObject } from './operation.ts';
import { OperationFailure } from './results.ts';

/** Adjust Attribute: 2.1 §6.1.3. The only value of an attribute that counts, or is true or false; without one it starts at zero. */
export const adjustAttribute = onObject(Operation.AdjustAttribute, {
  changes: true,
  needs: { missing: 'Item Not Found' },
  async run(context, { attributeReference: attributeName, adjustmentType, adjustmentValue }) {
    const { object, now, version } = context;
    const rule = findRuleFor(context, attributeName);
    if (rule === undefined)
      throw new OperationFailure('Unsupported Attribute', `${attributeName} is no attribute of this object`);
    if (!isModifiable(rule, attributeName))
      throw new OperationFailure('Read Only Attribute', `${attributeName} may not be adjusted by clients`);
    const attribute = attributeNamed(attributeName, version);
    const [only, another] = object.attributes.all(attribute);
    if (another !== undefined)
      throw new OperationFailure('Multi Valued Attribute', `the object has several values of ${attributeName}`);
    checkMoment(object, attribute, now, 'Read Only Attribute');

    const before = only === undefined ? zeroOf(attribute, adjustmentValue) : treeOf(attribute, only.value);
    const value = valueIn(attribute, adjusted(before, adjustmentType, adjustmentValue));
    const set = object.attributes.clone().set(attribute, valueGiven({ attribute, value }), only?.index);
    if (only === undefined) checkInstances(set, attribute, context);
    await keepChange(context, set, attribute);
    return { uniqueIdentifier: object.uniqueIdentifier };
  },
});

/** The value as an item that tells its type, and back. */
const treeOf = (attribute: Attribute<unknown>, value: unknown): TtlvItem =>
  decodeItem(encodeItemAs(attribute, value, STORED));
const valueIn = (attribute: Attribute<unknown>, tree: TtlvItem): unknown =>
  decodeItemAs(attribute, encodeItem(tree), STORED);

/** What an attribute without a value counts from; the type of a vendor's is that of the Adjustment Value. */
function zeroOf(attribute: Attribute<unknown>, by: TtlvItem | undefined): TtlvItem {
  const isOfVendor = attributeNamed(attribute.attributeName, STORED) !== attribute;
  const zero = zeros(attribute.tag).find(one => (isOfVendor ? one.type === by?.type : takes(attribute, one)));
  if (zero !== undefined) return zero;
  throw new OperationFailure('Invalid Data Type', `${attribute.attributeName} has no value that could be adjusted`);
}

function takes(attribute: Attribute<unknown>, tree: TtlvItem): boolean {
  try {
    valueIn(attribute, tree);
    return true;
  } catch {
    return false;
  }
}
