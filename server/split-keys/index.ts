export { joinSecret, SharingError, splitSecret, type Part, type Sharing, type SharingMethod } from './methods.ts';
