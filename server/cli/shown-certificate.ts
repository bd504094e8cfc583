import { colons } from '../../certs/index.ts';
import { visible } from '../audit/index.ts';
import type { ShownCertificate } from '../admin/index.ts';
import { type Colour, counted, type Fact, shownTime } from './output.ts';
import type { Output } from './world.ts';

/** What a person compares and looks after. */
export const certificateFacts = (certificate: ShownCertificate): Fact[] => [
  ['subject', certificate.subject || '(none)'],
  ...factsBesideSubject(certificate),
];

export const factsBesideSubject = ({
  issuer,
  notBefore,
  notAfter,
  daysLeft,
  sha256,
  sha1,
}: ShownCertificate): Fact[] => [
  ['issuer', issuer || '(none)'],
  ['valid', `${shownTime(notBefore)} until ${shownTime(notAfter)}, ${daysText(daysLeft)}`, daysColour(daysLeft)],
  ['SHA-256', colons(sha256)],
  ['SHA-1', colons(sha1)],
];

/** As vCenter's dialog that asks for trust shows a certificate, and what else its owner wants to know. */
export const factsInFull = (certificate: ShownCertificate): Fact[] => [
  ['subject', certificate.subject || '(none)'],
  ['issuer', certificate.issuer || '(none)'],
  ['valid from', shownTime(certificate.notBefore)],
  [
    'valid until',
    `${shownTime(certificate.notAfter)}, ${daysText(certificate.daysLeft)}`,
    daysColour(certificate.daysLeft),
  ],
  ['serial number', colons(certificate.serialNumber)],
  ['SHA-1', colons(certificate.sha1)],
  ['SHA-256', colons(certificate.sha256)],
  ['names', certificate.subjectAltNames.length > 0 ? certificate.subjectAltNames : '(none)'],
  ['key', certificate.publicKey],
  ['signature', certificate.signatureAlgorithm],
];

/** Whole days until an end. */
export function daysText(daysLeft: number): string {
  if (daysLeft < 0) return 'expired';
  return daysLeft === 0 ? 'less than a day left' : `${counted(daysLeft, 'day')} left`;
}

/** How soon a person should see to it. */
export function daysColour(daysLeft: number): Colour | undefined {
  if (daysLeft < 7) return 'red';
  return daysLeft < 90 ? 'yellow' : undefined;
}

export const timeOrNever = (time: string | null): string => (time === null ? 'never' : shownTime(time));

/** What the server wants the person to know, a line each. */
export function printWarnings(out: Output, warnings: readonly string[]): void {
  for (const warning of warnings) out.write(`Note: ${visible(warning)}\n`);
}
