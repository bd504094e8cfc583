import type { PathProblem, PathRule } from './awaited-certs.ts';

/** What to do about a path to a trusted root that breaks this rule. */
const REMEDIES: Readonly<Partial<Record<PathRule, string>>> = {
  'no path to a trusted root':
    'Have the client present the authorities between its certificate and the root, or give them with the root.',
  expired: 'Renew the certificate that has expired.',
  'not yet valid': "Check the clocks, and the certificate's dates.",
};

/** What the client is told; which rule it was is for the administrator only. */
export function toldOf({ rule }: PathProblem): string {
  if (rule === 'no path to a trusted root') return 'unknown certificate';
  if (rule === 'expired') return 'expired certificate';
  return rule === 'not yet valid' ? 'certificate not yet valid' : 'certificate not accepted';
}

/** For the event: the rule, what was found, what to do. */
export const remedyFor = ({ rule, detail }: PathProblem): string =>
  `The path from this certificate to the trusted root was refused by the rule "${rule}": ${detail}. ${REMEDIES[rule] ?? ''}`;
