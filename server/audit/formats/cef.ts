import type { DeliveredEvent } from '../delivery/index.ts';
import type { AuditEvent } from '../event.ts';
import { said, timeOf } from './said.ts';

/** Of the form of the extension, not of the program: whoever parses it needs to know that. */
const DEVICE_VERSION = '1';
/** CEF counts from 0 to 10; 7 to 8 is high, 9 to 10 very high. */
const SEVERITIES: Readonly<Record<AuditEvent['severity'], number>> = { normal: 3, warning: 6, critical: 9 };

/**
 * An event in the Common Event Format, version 0: header, then name=value. Nothing names a source's or a device's address or host
 * (src, shost, dvc, dhost are not there): the initiator is a user.
 */
export function cefLine(event: DeliveredEvent): string {
  const { action, message, severity, ...rest } = said(event);
  const header = ['CEF:0', 'kmipd', 'kmipd', DEVICE_VERSION, headerText(action), headerText(message)];
  const { initiator, target, reason, requestData, responseData } = rest;
  const extension: readonly (readonly [name: string, value: string | number | undefined])[] = [
    ['rt', timeOf(rest as AuditEvent).getTime()],
    ['externalId', rest.id],
    ['act', action],
    ['outcome', rest.outcome],
    ['reason', reason.reasonForFailure ?? reason.reasonType],
    ['suid', initiator.id],
    ['suser', initiator.name],
    ['msg', message],
    ...custom('cs1', 'correlationId', rest.correlationId),
    ...custom('cs2', 'targetId', target.id),
    ...custom('cs3', 'recordHash', event.hash),
    ...custom('cs4', 'previousRecordHash', event.prev),
    ...custom('cs5', 'requestData', JSON.stringify(requestData)),
    ...custom('cs6', 'responseData', JSON.stringify(responseData)),
    ...custom('cn1', 'seq', event.seq),
    ...custom('cn2', 'reasonCode', reason.reasonCode),
  ];
  const pairs = extension.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${extensionText(value)}`]));
  return `${header.join('|')}|${SEVERITIES[severity]}|${pairs.join(' ')}`;
}

const custom = (key: string, label: string, value: string | number) =>
  [
    [key, value],
    [`${key}Label`, label],
  ] as const;

/** Events have no character that does not show, so a line stays one. */
const headerText = (text: string) => text.replaceAll(/[\\|]/g, '\\$&');
const extensionText = (value: string | number) => String(value).replaceAll(/[\\=]/g, '\\$&');
