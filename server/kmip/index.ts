export { type Answer, Dispatcher, type DispatcherOptions } from './dispatcher.ts';
export { Initiators, type InitiatorsOptions } from './initiators.ts';
export { type Addresses, Listeners, type ListenersOptions } from './listeners.ts';
export type { Peer } from './peer.ts';
export { type Room, unwatchedRoom } from './room.ts';
export { Sightings } from './sightings.ts';
export type { ServerCertificate, TlsSettings } from './tls-options.ts';
export { TrustWatch } from './trust-watch.ts';
export { type Visit, Visits } from './visits.ts';
