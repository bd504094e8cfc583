export { attributesFromBytes } from './attribute-bytes.ts';
export { stateOf, type ManagedObject, type ObjectStateName, type RandomBytes } from './managed-object.ts';
export { VaultObjects, type MaterialKey } from './vault-objects.ts';
