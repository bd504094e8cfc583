export * from './codec.ts';
export * from './headers.ts';
export * from './messages.ts';
