import type { RequestName } from '../protocol.ts';
import { adminCreate, adminList, adminRemove, adminRenew, adminShow } from './administrators.ts';
import { authorityImport, serverImport } from './certificate-import.ts';
import { certsCrl, certsShow } from './certs-show.ts';
import { clientAdd } from './client-add.ts';
import { clientCrl } from './client-crl.ts';
import { clientList, clientShow } from './client-list.ts';
import { clientRefused } from './client-refused.ts';
import { clientRemove } from './client-remove.ts';
import { clientTrust } from './client-trust.ts';
import type { RequestRow, RowOf } from './request.ts';
import { serverCsr, serverRenew } from './server-renew.ts';
import { status } from './status.ts';
import { vaultCreate, vaultList } from './vaults.ts';

/** Everything that the certificate manager can be asked. */
const requests: { readonly [Name in RequestName]: RowOf<Name> } = {
  'client add': clientAdd,
  'client list': clientList,
  'client show': clientShow,
  'client remove': clientRemove,
  'client refused': clientRefused,
  'client trust': clientTrust,
  'client crl': clientCrl,
  'certs show': certsShow,
  'certs server renew': serverRenew,
  'certs server csr': serverCsr,
  'certs server import': serverImport,
  'certs authority import': authorityImport,
  'certs crl': certsCrl,
  'admin create': adminCreate,
  'admin list': adminList,
  'admin show': adminShow,
  'admin renew': adminRenew,
  'admin remove': adminRemove,
  'vault create': vaultCreate,
  'vault list': vaultList,
  status,
};

/** Request `client add` is asked for at `/admin/client/add`. */
export const pathOf = (name: RequestName): string => `/admin/${name.replaceAll(' ', '/')}`;

const byPath: ReadonlyMap<string, RequestRow> = new Map(
  (Object.entries(requests) as [RequestName, RequestRow][]).map(([name, row]) => [pathOf(name), row]),
);

/** What is asked for at a path; undefined when nothing is. */
export const requestAt = (path: string): RequestRow | undefined => byPath.get(path);

export const requestNames = Object.keys(requests) as readonly RequestName[];
