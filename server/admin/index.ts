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
export type * from './protocol.ts';
export { signRequest, type SignRequestOptions } from './signing.ts';
