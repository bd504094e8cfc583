export { clientAdd, type ClientAddOptions } from './add.ts';
export { clientCrl, type ClientCrlOptions } from './crl.ts';
export { clientList } from './list.ts';
export { clientRefused } from './refused.ts';
export { clientRemove, type ClientRemoveOptions } from './remove.ts';
export { clientShow } from './show.ts';
export { clientTrust, type ClientTrustOptions } from './trust.ts';
