export { adminCreate, type AdminCreateOptions, adminRenew } from './create.ts';
export { adminList, adminShow } from './list.ts';
export { adminRemove, type AdminRemoveOptions } from './remove.ts';
