import type { DirectoryReader } from '../store.ts';
import type { Connection } from './connection.ts';

/** Certificates whose client is kept in memory; more than a data centre has. */
const KNOWN_CLIENTS_MAX = 10_000;

type Known = Awaited<ReturnType<DirectoryReader['clientByFingerprint']>>;
type Roots = Awaited<ReturnType<DirectoryReader['roots']>>;

export function directoryReader(connection: Connection): DirectoryReader {
  const clientOf = remembering(connection, (fingerprint: string) =>
    connection.read<Known>(({ directory }) => directory.clientByFingerprint(fingerprint)),
  );
  const roots = remembering(connection, () => connection.read<Roots>(({ directory }) => directory.roots()));
  return {
    vaults: () => connection.read(({ directory }) => directory.vaults.all()),
    vaultNamed: name => connection.read(({ directory }) => directory.vaults.named(name)),
    vault: id => connection.read(({ directory }) => directory.vaults.withId(id)),
    clients: () => connection.read(({ directory }) => directory.clients.all()),
    clientNamed: name => connection.read(({ directory }) => directory.clients.named(name)),
    certificates: client => connection.read(({ directory }) => directory.certificates.ofClient(client)),
    // Asked for every message.
    clientByFingerprint: clientOf,
    // Asked for every certificate that no client has: a copy, so that nobody sorts what is remembered.
    roots: async () => [...(await roots(''))],
    formerCertificate: fingerprint => connection.read(({ directory }) => directory.certificates.former(fingerprint)),
    revoked: authority => connection.read(({ directory }) => directory.revocations.ofAuthority(authority)),
    administrators: () => connection.read(({ directory }) => directory.administrators.all()),
    administratorNamed: name => connection.read(({ directory }) => directory.administrators.named(name)),
    administratorByKey: keyId => connection.read(({ directory }) => directory.administrators.withKey(keyId)),
    isNonceUsed: (keyId, nonce) => connection.read(({ directory }) => directory.nonces.isUsed(keyId, nonce)),
    notedExpiry: fingerprint => connection.read(({ directory }) => directory.expiries.noted(fingerprint)),
    generation: () => connection.directoryGeneration(),
    objectCount: vault => connection.read(({ counts }) => counts.ofVault(vault)),
    termValues: (vault, name, limit) => connection.read(({ counts }) => counts.termValues(vault, name, limit)),
    objects: options => connection.read(({ objects }) => objects.list(options)),
    object: uniqueIdentifier => connection.read(({ objects }) => objects.find(uniqueIdentifier)),
    identifiersFrom: (beginning, limit) => connection.read(({ objects }) => objects.identifiersFrom(beginning, limit)),
  };
}

/** Answers as `find` does, from memory while the directory is the same. What is not there is asked for each time: anybody can ask. */
function remembering<T>(connection: Connection, find: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const known = new Map<string, T>();
  let knownIn = -1;
  return async key => {
    const generation = connection.directoryGeneration();
    if (generation !== knownIn || known.size >= KNOWN_CLIENTS_MAX) known.clear();
    knownIn = generation;
    const remembered = known.get(key);
    if (remembered !== undefined) return remembered;
    const found = await find(key);
    if (found !== undefined && knownIn === generation) known.set(key, found);
    return found;
  };
}
