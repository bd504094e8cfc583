export { changes, type Done, type RequestRow, Telling, type Told } from './request.ts';
export { pathOf, requestAt, requestNames } from './requests.ts';
