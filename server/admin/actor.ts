import type { AdministrativeOccurrence } from '../audit/index.ts';
import type { Administrator } from '../store/index.ts';

/** Who asks, once it is proved. */
export type Actor =
  | { readonly kind: 'administrator'; readonly administrator: Administrator }
  /** The operating system's user who owns the data folder. */
  | { readonly kind: 'owner'; readonly id: string };

/** How events name who asks; undefined: somebody who has not proved to be anyone. */
export function initiatorOf(actor: Actor | undefined): AdministrativeOccurrence['initiator'] {
  if (actor === undefined) return { id: UNAUTHENTICATED };
  if (actor.kind === 'owner') return { id: actor.id };
  const { keyId, name } = actor.administrator;
  return { id: administratorInitiatorId(keyId), name };
}

/** An administrator, as events name them by the SHA-256 of their signature key. */
export const administratorInitiatorId = (keyId: string): string => `AdminKeyID-${keyId}`;

/** `requestData.accountId` of the events page: the id of who acts. */
export function accountIdOf(actor: Actor | undefined): string {
  if (actor === undefined) return UNAUTHENTICATED;
  return actor.kind === 'owner' ? actor.id : actor.administrator.id;
}

const UNAUTHENTICATED = 'unauthenticated';
