import type { DeliveredEvent, ServiceIdentity } from '../audit/index.ts';

type Attribute = readonly [name: string, value: string | number];

/**
 * Severities as the Log Data Model maps those of syslog (Appendix B, SeverityNumber): informational is INFO, warning is WARN,
 * critical is ERROR2.
 */
const SEVERITY_NUMBERS: ReadonlyMap<string, number> = new Map([
  ['normal', 9],
  ['warning', 13],
  ['critical', 18],
]);

/** Members of an event that attributes repeat, so that receivers can search by them. */
interface Searched {
  readonly eventTime: string;
  readonly action: string;
  readonly outcome: string;
  readonly severity: string;
  readonly initiator: { readonly id: string };
  readonly correlationId: string;
}

export interface RecordsOptions {
  readonly service: ServiceIdentity;
  readonly format: (event: DeliveredEvent) => string;
  /** Now. */
  readonly observedAt: Date;
}

/**
 * ExportLogsServiceRequest in the JSON encoding (OTLP 1.x, opentelemetry-proto logs v1): 64-bit numbers are decimal strings,
 * enumerations are numbers. The resource names the service, nothing of the machine. The record's own text is the body.
 */
export function exportRequest(events: readonly DeliveredEvent[], options: RecordsOptions): object {
  const { serviceName, instanceId } = options.service;
  const resource: Attribute[] = [
    ['service.name', serviceName],
    ['service.instance.id', instanceId],
  ];
  const scopeLogs = [{ scope: { name: 'kmipd.audit' }, logRecords: events.map(event => logRecord(event, options)) }];
  return { resourceLogs: [{ resource: { attributes: resource.map(keyValue) }, scopeLogs }] };
}

function logRecord(event: DeliveredEvent, { format, observedAt }: RecordsOptions): object {
  const said = JSON.parse(event.json) as Searched;
  const attributes: Attribute[] = [
    // By the semantic conventions, records with the same one are duplicates.
    ['log.record.uid', event.id],
    ['event.id', event.id],
    ['event.action', said.action],
    ['event.outcome', said.outcome],
    ['initiator.id', said.initiator.id],
    ['correlation.id', said.correlationId],
    ['audit.record.seq', event.seq],
    ['audit.record.v', event.v],
    ['audit.record.prev', event.prev],
    ['audit.record.hash', event.hash],
  ];
  return {
    timeUnixNano: nanoseconds(timeOf(said.eventTime)),
    observedTimeUnixNano: nanoseconds(observedAt),
    severityNumber: SEVERITY_NUMBERS.get(said.severity) ?? 0,
    severityText: said.severity,
    eventName: said.action,
    body: { stringValue: format(event) },
    attributes: attributes.map(keyValue),
  };
}

const keyValue = ([key, value]: Attribute) => ({
  key,
  value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
});

/** `2026-11-23T04:40:16.12+0000`, as events write it. */
const timeOf = (eventTime: string) => new Date(eventTime.replace(/\+0000$/, 'Z'));

const nanoseconds = (time: Date) => String(BigInt(time.getTime()) * 1_000_000n);
