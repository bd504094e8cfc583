export * from './key-block.ts';
export { managedObjects, SymmetricKey, type ManagedObjectValue } from './managed-objects.ts';
