export type { AsynchronousRequests } from './asynchronous.ts';
export { Correlations, type Keeping } from './correlations.ts';
export type { Stream, TakenParts } from './streams.ts';
export { findGrant, TICKETS, type TicketGrant } from './login.ts';
export { OperationFailure, reasonFor, type FailureOptions, type ResultReasonName } from './results.ts';
export {
  operation,
  type Context,
  type Initiator,
  type Needs,
  type ObjectContext,
  type OperationDefinition,
  type ServerFacts,
} from './operation.ts';
export { operations } from './operations.ts';
export { checkStorage } from './protection-storage.ts';
