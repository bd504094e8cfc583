import { identify, type ReadPeer } from '../../certs/index.ts';
import { CredentialType, type Credential, type UsernameAndPassword } from '../../kmip-codec/index.ts';
import type { PasswordChecker } from '../credentials/index.ts';
import type { Initiator } from '../operations/index.ts';
import type { Client, DirectoryReader } from '../store/index.ts';

/**
 * What is known of the other end of a connection: the certificate that it proved to own, undefined when it gave none. No
 * address: nothing behind this point can name one.
 */
export type Peer = ReadPeer | undefined;

export type Identity = { readonly ok: true; readonly initiator: Initiator; readonly record: Client } | Refusal;
export interface Refusal {
  readonly ok: false;
  /** `CertificateID-<fingerprint>` or `CertificateID-none`. */
  readonly initiatorId: string;
  /** The administrator's label, if the certificate has one. */
  readonly name?: string;
  readonly cause: string;
  readonly remedy: string;
}

const REMEDIES = {
  'no certificate': 'The client must present the certificate that it was registered with.',
  'unknown certificate': 'Register this certificate with: kmipd client add.',
  'expired certificate': 'Renew the certificate and register the new one.',
  'certificate not yet valid': "Check the clocks, and the certificate's dates.",
} as const;

/** Who the peer is, as the directory says at this moment: asked again for every message, so removal works at once. */
export async function identifyPeer(peer: Peer, directory: DirectoryReader, now: Date): Promise<Identity> {
  const known = peer && (await directory.clientByFingerprint(peer.fingerprint));
  const identified = identify(peer, () => known, now);
  if (!identified.ok) {
    return {
      ok: false,
      initiatorId: peer?.initiatorId ?? 'CertificateID-none',
      ...(known && { name: known.client.name }),
      cause: identified.cause,
      remedy: REMEDIES[identified.cause],
    };
  }
  const { client } = identified.pin;
  return {
    ok: true,
    initiator: { id: identified.initiatorId, name: client.name, vault: client.vault, client: client.id },
    record: client,
  };
}

/**
 * Whether the credentials of a message are right: a client with a password set must give it; for any other client
 * credentials say nothing that the certificate has not said (1.4 §6.6). Returns what is wrong, or undefined.
 */
export async function credentialProblem(
  client: Client,
  credentials: readonly Credential[],
  passwords: PasswordChecker,
): Promise<string | undefined> {
  const expected = client.credential;
  if (expected === undefined) return undefined;
  const given = credentials.find(one => one.credentialType === CredentialType.UsernameAndPassword);
  if (given === undefined) return 'a Credential of type Username and Password is required of this client';
  const { username, password } = given.credentialValue as UsernameAndPassword;
  const isRight = (await passwords.isRight(password ?? '', expected.passwordHash)) && username === expected.username;
  return isRight ? undefined : 'username or password is wrong';
}
