export * from './key-block.ts';
export * from './key-wrapping.ts';
export * from './managed-objects.ts';
export * from './transparent-keys.ts';
