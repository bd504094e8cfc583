import type { DeliveredEvent } from '../delivery/index.ts';
import type { AuditEvent } from '../event.ts';

/** The event that a record holds. It was valid by its schema when it was kept. */
export const said = ({ json }: DeliveredEvent): AuditEvent => JSON.parse(json) as AuditEvent;

/** Of `eventTime`, which has hundredths of a second. */
export const timeOf = ({ eventTime }: AuditEvent): Date => new Date(eventTime.replace(/\+0000$/, 'Z'));
