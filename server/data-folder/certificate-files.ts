import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Authority, CertificateError, parseCertificates } from '../../certs/index.ts';
import type { RootKey } from '../root-key/index.ts';
import { type AfterStep, readIfPresent, syncFolder, temporaryName, writeDurably } from './durable-file.ts';
import { DataFolderError } from './error.ts';
import { belongsTo, type KeyPair } from './key-pair.ts';
import { NEXT, PENDING_KEY } from './parts.ts';
import { loadFile, unwrapFor, wrapFor } from './wrapped-file.ts';

/** The server's and the authority's certificates, each with its private key, and the key that waits for its certificate. */
export interface CertificateFiles {
  /** `certificatePem`: the server's certificate and what stands above it. Throws DataFolderError. */
  server(): Promise<KeyPair>;
  /** `certificatePem`: the authority's certificate and what stands above it. Throws DataFolderError. */
  authority(): Promise<Authority & KeyPair>;
  /**
   * Takes the place of the present pair; after a crash at any moment either pair is there whole. Only for who holds the
   * lock. Throws CertificateError when the key is not that of the first certificate; nothing has changed then.
   */
  setServer(pair: KeyPair): Promise<void>;
  /**
   * As `setServer`. Nothing is kept of the earlier authority: what it issued for clients lets them in by itself, as whole
   * certificates in the store, and needs no issuer. It can put nothing on a revocation list any more.
   */
  setAuthority(pair: KeyPair): Promise<void>;
  /** Private key (PKCS#8, PEM) that waits for the certificate to a request. Throws DataFolderError. */
  pendingKey(): Promise<string | undefined>;
  /** Only for who holds the lock. */
  setPendingKey(privateKeyPem: string | undefined): Promise<void>;
}

interface CertificateFilesOptions {
  readonly path: string;
  readonly rootKey: () => Promise<RootKey>;
  /** Whether this process holds the folder's lock. Without it nothing is written. */
  readonly holdsLock: boolean;
  readonly afterStep?: AfterStep | undefined;
}

interface PairNames {
  readonly key: string;
  readonly certificate: string;
}
const SERVER: PairNames = { key: 'server.key.wrapped', certificate: 'server.crt' };
const AUTHORITY: PairNames = { key: 'authority.key.wrapped', certificate: 'authority.crt' };

const PRIVATE = 0o600;
const PUBLIC = 0o644;

export function certificateFiles(options: CertificateFilesOptions): CertificateFiles {
  const { holdsLock } = options;
  const inTurn = oneAtATime();
  const change = (write: () => Promise<void>): Promise<void> =>
    holdsLock ? inTurn(write) : Promise.reject(new Error('the data folder is changed only by who holds its lock'));
  const load = (names: PairNames) =>
    inTurn(async () => {
      if (holdsLock) await settle(names, options);
      return loadPair(names, options);
    });
  return {
    server: () => load(SERVER),
    authority: () => load(AUTHORITY),
    setServer: pair => change(() => replacePair(SERVER, pair, options)),
    setAuthority: pair => change(() => replacePair(AUTHORITY, pair, options)),
    pendingKey: () => inTurn(() => loadPendingKey(options)),
    setPendingKey: privateKeyPem => change(() => replacePendingKey(privateKeyPem, options)),
  };
}

/**
 * Two files cannot change in one step. So the new key is made durable beside the old one, under the name `.next`; then
 * the certificate changes, which decides; then the new key takes its name. Who finds a `.next` sees by the certificate
 * whether it is the key or never came to be.
 */
async function replacePair(names: PairNames, pair: KeyPair, options: CertificateFilesOptions): Promise<void> {
  if (!belongsTo(pair.privateKeyPem, pair.certificatePem)) {
    const [certificate] = parseCertificates(pair.certificatePem);
    throw new CertificateError({
      found: 'a private key of another certificate',
      expected: `that of ${certificate?.subject}`,
    });
  }
  await settle(names, options);
  const { path, afterStep } = options;
  const next = join(path, names.key + NEXT);
  const wrapped = wrapFor(names.key, pair.privateKeyPem, await options.rootKey());
  await writeDurably(next, wrapped, { mode: PRIVATE, afterStep });
  await writeDurably(join(path, names.certificate), pair.certificatePem, { mode: PUBLIC, afterStep });
  await finish(names, options);
}

/** Brings a replacement that was interrupted to its end, or away. What fits nothing is left for its owner to see. */
async function settle(names: PairNames, options: CertificateFilesOptions): Promise<void> {
  const { path } = options;
  const next = join(path, names.key + NEXT);
  for (const each of [next, join(path, names.certificate)]) await rm(temporaryName(each), { force: true });
  const waiting = await readIfPresent(next);
  if (waiting === undefined) return;
  const certificatePem = (await loadFile(path, names.certificate)).toString();
  const rootKey = await options.rootKey();
  const isKey = (wrapped: Uint8Array | undefined) => {
    const privateKeyPem = wrapped && unwrapFor(names.key, wrapped, rootKey);
    return privateKeyPem !== undefined && belongsTo(privateKeyPem, certificatePem);
  };
  if (isKey(waiting)) await finish(names, options);
  else if (isKey(await readIfPresent(join(path, names.key)))) await remove(next);
}

async function finish(names: PairNames, { path, afterStep = () => {} }: CertificateFilesOptions): Promise<void> {
  await rename(join(path, names.key + NEXT), join(path, names.key));
  await syncFolder(path);
  afterStep(`${names.key} in place`);
}

/** How often a pair is looked at that somebody else is just replacing: each replacement can spoil one look. */
const LOOKS = 5;

/** The pair as it is, also while another process replaces it: a certificate is only ever given with its own key. */
async function loadPair(names: PairNames, options: CertificateFilesOptions): Promise<KeyPair> {
  const { path } = options;
  const rootKey = await options.rootKey();
  let isDamaged = false;
  for (let look = 0; look < LOOKS; look++) {
    const certificatePem = (await loadFile(path, names.certificate)).toString();
    const privateKeyPem = unwrapFor(names.key, await loadFile(path, names.key), rootKey);
    if (privateKeyPem !== undefined && belongsTo(privateKeyPem, certificatePem))
      return { certificatePem, privateKeyPem };
    isDamaged = privateKeyPem === undefined;
    const waiting = await readIfPresent(join(path, names.key + NEXT));
    const nextPem = waiting && unwrapFor(names.key, waiting, rootKey);
    if (nextPem !== undefined && belongsTo(nextPem, certificatePem)) return { certificatePem, privateKeyPem: nextPem };
  }
  throw new DataFolderError(
    'refused',
    isDamaged
      ? `${join(path, names.key)} was not wrapped by this root.key, or is damaged; restore both from the same backup`
      : `${join(path, names.key)} is not the key of ${names.certificate}; restore both from the same backup`,
  );
}

async function loadPendingKey({ path, rootKey }: CertificateFilesOptions): Promise<string | undefined> {
  const wrapped = await readIfPresent(join(path, PENDING_KEY));
  if (wrapped === undefined) return undefined;
  const privateKeyPem = unwrapFor(PENDING_KEY, wrapped, await rootKey());
  if (privateKeyPem !== undefined) return privateKeyPem;
  throw new DataFolderError(
    'refused',
    `${join(path, PENDING_KEY)} was not wrapped by this root.key, or is damaged; restore it from a backup, or remove it and make the request anew`,
  );
}

async function replacePendingKey(privateKeyPem: string | undefined, options: CertificateFilesOptions): Promise<void> {
  const { path, afterStep } = options;
  const file = join(path, PENDING_KEY);
  if (privateKeyPem === undefined) return remove(file);
  const wrapped = wrapFor(PENDING_KEY, privateKeyPem, await options.rootKey());
  await writeDurably(file, wrapped, { mode: PRIVATE, afterStep });
}

async function remove(file: string): Promise<void> {
  await rm(file, { force: true });
  await syncFolder(dirname(file));
}

/** Runs what it is given one after the other, in the order in which it came. */
function oneAtATime(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return work => {
    const mine = last.then(work, work);
    last = mine;
    return mine;
  };
}
