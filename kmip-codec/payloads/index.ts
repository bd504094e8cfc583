export { isKnownOperation, payloads, type KnownOperation, type RequestOf, type ResponseOf } from './payloads.ts';
export { Operation } from './operation.ts';
export * from './attributes.ts';
export * from './get.ts';
export * from './life-cycle.ts';
export * from './locate.ts';
export * from './object-creation.ts';
export * from './query.ts';
export { fromProtocolVersion, ProtocolVersion, toProtocolVersion } from './protocol-version.ts';
