export { attributesFromBytes } from './attribute-bytes.ts';
export {
  findAttributeRule,
  hasAttribute,
  isAddable,
  isAttributeOf,
  isDeletable,
  isGivenAtOrigin,
  isModifiable,
  momentOf,
  type AttributeRule,
  type Origin,
} from './attribute-rules.ts';
export { certificateAttributes, curveBits } from './certificate-attributes.ts';
export { digestOf } from './digest.ts';
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
export { searchCriteria, type SearchCriteria, type Wanted } from './search-criteria.ts';
export { namedConditions } from './search-terms.ts';
export type { ManagedObject, ObjectStateName } from './managed-object.ts';
export { isAsSafeAsDemanded } from './quantum-safe.ts';
export {
  findSymmetricAlgorithm,
  lengthOfMaterial,
  materialBytes,
  setOddParity,
  type SymmetricAlgorithm,
} from './symmetric-algorithms.ts';
export {
  canProtect,
  PROTECTING,
  protectsNow,
  remainingUnits,
  unitsOf,
  withoutUnits,
  type Amount,
} from './usage-limits.ts';
export { VaultObjects, type MaterialKey } from './vault-objects.ts';
