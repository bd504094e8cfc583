import { Operation, TicketType, type TypeOf, type Ticket as TicketStructure } from '../../kmip-codec/index.ts';
import type { Correlations } from './correlations.ts';
import { operation, type Context } from './operation.ts';
import { OperationFailure } from './results.ts';

/** What the holder of a ticket may do with it; nobody but the client that it was given to. */
export interface TicketGrant {
  readonly until: Date;
  /** Undefined: any number of requests. */
  requestsLeft: number | undefined;
}

/** Tickets of one client at once, and how long one is good for at most. */
export const TICKETS = { perClientMax: 100, keptMs: 86_400_000 };
const LEASE_SECONDS = 3600;
const TICKET_BYTES = 32;

/** Login: 2.1 §6.1.30. The ticket takes the place of the client's password; its certificate is asked for as before. */
export const login = operation(Operation.Login, {
  changes: false,
  async run({ tickets, initiator, now, randomBytes }, { leaseTime = LEASE_SECONDS, requestCount, usageLimits }) {
    if (usageLimits !== undefined)
      throw new OperationFailure('Feature Not Supported', 'Usage Limits of a ticket are not counted, Request Count is');
    if (leaseTime < 1 || leaseTime * 1000 > TICKETS.keptMs)
      throw new OperationFailure(
        'Invalid Field',
        `Lease Time ${leaseTime}, must be 1 to ${TICKETS.keptMs / 1000} seconds`,
      );
    if (requestCount !== undefined && requestCount < 1)
      throw new OperationFailure('Invalid Field', `Request Count ${requestCount}, must be 1 at least`);
    const ticketValue = randomBytes(TICKET_BYTES);
    const grant = { until: new Date(now.getTime() + leaseTime * 1000), requestsLeft: requestCount };
    if (!tickets.keep(initiator.client, ticketValue, grant, now))
      throw new OperationFailure('Permission Denied', 'the client has too many tickets, log out of some first');
    return { ticket: { ticketType: TicketType.Login, ticketValue } };
  },
});

/** Logout: 2.1 §6.1.31. */
export const logout = operation(Operation.Logout, {
  changes: false,
  async run({ tickets, initiator, now, whenDone }, { ticket }) {
    if (findGrant(tickets, initiator, ticket, now) === undefined)
      throw new OperationFailure('Invalid Ticket', 'the ticket was not given to this client, or is over');
    whenDone.push(() => tickets.forget(initiator.client, ticket.ticketValue));
    return {};
  },
});

/** What a ticket is good for now; undefined when it is none of this client's or is over. */
export function findGrant(
  tickets: Correlations<TicketGrant>,
  { client }: Pick<Context['initiator'], 'client'>,
  { ticketType, ticketValue }: TypeOf<typeof TicketStructure>,
  now: Date,
): TicketGrant | undefined {
  if (ticketType !== TicketType.Login) return undefined;
  const grant = tickets.find(client, ticketValue, now);
  return grant !== undefined && now < grant.until && grant.requestsLeft !== 0 ? grant : undefined;
}
