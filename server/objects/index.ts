export { attributesFromBytes } from './attribute-bytes.ts';
export { findAttributeRule, isAttributeOf, isServerCustomName, type AttributeRule } from './attribute-rules.ts';
export {
  activated,
  advance,
  destroyed,
  revoked,
  stateAfter,
  transitions,
  triggerOf,
  type Trigger,
} from './life-cycle.ts';
export { stateOf, type ManagedObject, type ObjectStateName, type RandomBytes } from './managed-object.ts';
export { newUniqueIdentifier } from './unique-identifier.ts';
export { VaultObjects, type MaterialKey } from './vault-objects.ts';
