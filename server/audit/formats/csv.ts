import type { DeliveredEvent } from '../delivery/index.ts';
import { said } from './said.ts';

/** Names of the columns, as the first line of a file. */
export const CSV_HEAD =
  'seq,eventTime,id,action,outcome,severity,initiatorId,initiatorName,targetId,targetName,vault,reasonCode,reasonType,message,correlationId,hash';

/** A row of fields as RFC 4180 §2 writes them: each in quotes, unless it needs none. */
export function csvLine(event: DeliveredEvent): string {
  const { id, eventTime, action, outcome, severity, initiator, target, reason, message, ...rest } = said(event);
  const { vault } = rest.requestData;
  return [
    ...[event.seq, eventTime, id, action, outcome, severity, initiator.id, initiator.name, target.id, target.name],
    ...[vault, reason.reasonCode, reason.reasonType, message, rest.correlationId, event.hash],
  ]
    .map(field)
    .join(',');
}

/** What a spreadsheet would take for a formula: it is run where the file is opened. */
const FORMULA = /^[=+\-@\t\r]/;

function field(value: unknown): string {
  const text = value === undefined || value === null ? '' : String(value);
  const harmless = typeof value === 'string' && FORMULA.test(text) ? `'${text}` : text;
  return /^[\w.:@/+-]*$/.test(harmless) ? harmless : `"${harmless.replaceAll('"', '""')}"`;
}
