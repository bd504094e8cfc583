export { certsCrl, type CertsCrlOptions } from './crl.ts';
export { authorityImport, type ImportOptions, serverImport } from './import.ts';
export { serverCsr, type ServerCsrOptions } from './request.ts';
export { serverRenew, type ServerRenewOptions } from './renew.ts';
export { certsShow, type CertsShowOptions } from './show.ts';
