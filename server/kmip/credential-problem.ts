import { CredentialType, type Credential, type UsernameAndPassword } from '../../kmip-codec/index.ts';
import type { PasswordChecker } from '../credentials/index.ts';
import type { Client } from '../store/index.ts';

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
