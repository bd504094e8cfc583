export { administratorInitiatorId } from './actor.ts';
export { AdminError } from './admin-error.ts';
export {
  AdminRefusal,
  AdminUnreachable,
  askCertificateManager,
  type OverHttps,
  overHttps,
  overSocket,
  type ReceivedAnswer,
  type Send,
  type SentRequest,
  type Sign,
} from './client.ts';
export { LABEL_CHARACTERS_MAX, type Labelled, labelProblem } from './labels.ts';
export { type AdminListeners, type AdminListenersOptions, startAdminListeners } from './listeners.ts';
export { CertificateManager } from './manager.ts';
export type { Effects, ManagerOptions, Running } from './options.ts';
export type * from './protocol.ts';
export { signRequest, type SignRequestOptions } from './signing.ts';
