import { recordLine } from '../../chain/index.ts';
import type { DeliveredEvent } from '../delivery/index.ts';
import type { ServiceIdentity } from '../identity.ts';
import { cefLine } from './cef.ts';
import { csvLine } from './csv.ts';
import { ocsfLine } from './ocsf.ts';

export { CSV_HEAD } from './csv.ts';

/** What an event can look like: its own JSON, the whole record, a row of a table, CEF, OCSF (API Activity). */
export const eventFormats = ['event', 'record', 'csv', 'cef', 'ocsf'] as const;
export type EventFormat = (typeof eventFormats)[number];
export type Formatter = (event: DeliveredEvent) => string;

/** Writes an event as one line of text, without newline. No format has anything that the event itself has not. */
export function formatterOf(format: EventFormat, service: ServiceIdentity): Formatter {
  switch (format) {
    case 'event':
      return ({ json }) => json;
    case 'record':
      return recordLine;
    case 'csv':
      return csvLine;
    case 'cef':
      return cefLine;
    case 'ocsf':
      return event => ocsfLine(event, service);
  }
}
