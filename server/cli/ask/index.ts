export { type AskOptions, withAdministrator } from './options.ts';
export { type Ask, type AskHow, withCertificateManager } from './ask.ts';
export { administratorKeyFile, newPassphrase } from './administrator-key.ts';
