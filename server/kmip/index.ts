export { Dispatcher, type Answer, type DispatcherOptions } from './dispatcher.ts';
export type { Peer } from './initiators.ts';
export { Listener, type ListenerLimits, type ListenerOptions } from './listener.ts';
export type { ServerCertificate, TlsSettings } from './tls-options.ts';
