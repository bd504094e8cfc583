import {
  CredentialType,
  type Credential,
  type Ticket,
  type TypeOf,
  type UsernameAndPassword,
} from '../../kmip-codec/index.ts';
import type { PasswordChecker } from '../credentials/index.ts';
import { findGrant, type Correlations, type Initiator, type TicketGrant } from '../operations/index.ts';
import type { Client } from '../store/index.ts';
import { failed, type ItemFailure } from './item-result.ts';

export interface CredentialChecks {
  readonly passwords: PasswordChecker;
  readonly tickets: Correlations<TicketGrant>;
  readonly initiator: Initiator;
  readonly now: Date;
}

/**
 * Whether the credentials of a message are right (2.1 §9.11, 1.4 §6.6): a client with a password set must give it, or a ticket that
 * it was given for it. For any other client names, passwords and devices say nothing that the certificate has not said. What cannot
 * be true of anybody is refused whoever gives it: a ticket that is over, an attestation of a nonce that we never gave. Returns what
 * is wrong, or undefined; a ticket then has one request less.
 */
export async function credentialProblem(
  client: Client,
  credentials: readonly Credential[],
  { passwords, tickets, initiator, now }: CredentialChecks,
): Promise<ItemFailure | undefined> {
  if (credentials.some(isOf(CredentialType.Attestation)))
    return failed('Attestation Failed', 'no attestation is asked for here: the Nonce is not one of this server');
  const grants: TicketGrant[] = [];
  for (const { credentialValue } of credentials.filter(isOf(CredentialType.Ticket))) {
    const grant = findGrant(tickets, initiator, (credentialValue as { ticket: TypeOf<typeof Ticket> }).ticket, now);
    if (grant === undefined) return failed('Invalid Ticket', 'the ticket was not given to this client, or is over');
    grants.push(grant);
  }
  const wrong = grants.length > 0 ? undefined : await passwordProblem(client, credentials, passwords);
  if (wrong !== undefined) return failed('Authentication Not Successful', wrong);
  for (const grant of grants) if (grant.requestsLeft !== undefined) grant.requestsLeft--;
  return undefined;
}

async function passwordProblem(
  { credential: expected }: Client,
  credentials: readonly Credential[],
  passwords: PasswordChecker,
): Promise<string | undefined> {
  if (expected === undefined) return undefined;
  const given = credentials.find(isOf(CredentialType.UsernameAndPassword));
  if (given === undefined) {
    const [other] = credentials;
    const instead = other ? `, not of type ${CredentialType.names.show(other.credentialType)}` : '';
    return `a Credential of type Username and Password is required of this client${instead}`;
  }
  const { username, password } = given.credentialValue as UsernameAndPassword;
  const isRight = (await passwords.isRight(password ?? '', expected.passwordHash)) && username === expected.username;
  return isRight ? undefined : 'username or password is wrong';
}

const isOf =
  (type: number) =>
  ({ credentialType }: Credential): boolean =>
    credentialType === type;
