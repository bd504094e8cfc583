import { LeaseTime, UsageLimits } from '../attributes/index.ts';
import { Tag } from '../registry/index.ts';
import { integer, optional, repeated, required, structure } from '../schema/index.ts';
import { V2_0, V2_1 } from '../version.ts';
import { Ticket } from './credentials.ts';
import { ObjectGroups, Objects, Operations } from './lists.ts';

const since2 = { since: V2_0 };
/** How long, for how many requests and how much use a ticket lets its holder in. */
const bounds = {
  leaseTime: optional(LeaseTime),
  requestCount: optional(integer(Tag.RequestCount)),
  usageLimits: optional(UsageLimits),
};
/** Right: 2.1 §7.34. */
export const Right = structure(
  Tag.Right,
  {
    usageLimits: optional(UsageLimits),
    operations: optional(Operations),
    objects: optional(Objects),
    objectGroups: optional(ObjectGroups, { since: V2_1 }),
  },
  since2,
);
/** Rights: 2.1 §7.35. */
export const Rights = structure(Tag.Rights, { rights: repeated(Right) }, since2);

/** Login request payload: 2.1 §6.1.30. */
export const LoginRequest = structure(Tag.RequestPayload, bounds, since2);
/** Delegated Login request payload: 2.1 §6.1.12. */
export const DelegatedLoginRequest = structure(Tag.RequestPayload, { ...bounds, rights: required(Rights) }, since2);
/** Login and Delegated Login, response: 2.1 §6.1.30, §6.1.12. */
export const LoginResponse = structure(Tag.ResponsePayload, { ticket: required(Ticket) }, since2);
/** Logout request payload: 2.1 §6.1.31. */
export const LogoutRequest = structure(Tag.RequestPayload, { ticket: required(Ticket) }, since2);
