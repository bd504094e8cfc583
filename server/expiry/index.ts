export { expiries, type OwnCertificates } from './expiries.ts';
export type { Expiry, Threshold } from './expiry.ts';
export { type ExpiryWatch, type ExpiryWatchOptions, startExpiryWatch } from './watch.ts';
