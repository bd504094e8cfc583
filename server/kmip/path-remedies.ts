import type { PathProblem, PathRule } from '../../certs/index.ts';

const ISSUE_AGAIN =
  'Have it issued again as a client certificate by RFC 5280, or pin it with: kmipd client add --cert.';
const STRONGER = 'Have it issued again with a key and a signature of today, or pin it with: kmipd client add --cert.';
const AUTHORITY = 'An authority of the path may not issue this certificate: have another one issue it.';
const NEW_LIST = 'Give the present revocation list of that authority with: kmipd client crl.';

/** What to do about a path to a trusted root that breaks this rule. */
const REMEDIES: Readonly<Record<PathRule, string>> = {
  'no path to a trusted root':
    'Have the client present the authorities between its certificate and the root, or give them with the root.',
  'malformed certificate': ISSUE_AGAIN,
  'bad signature': 'Whoever made this certificate is not the authority that it names.',
  'weak signature algorithm': STRONGER,
  'unknown signature algorithm': STRONGER,
  'weak key': 'Have it issued again with a key of today: RSA of 2048 bits or more, ECDSA or Ed25519.',
  expired: 'Renew the certificate that has expired.',
  'not yet valid': "Check the clocks, and the certificate's dates.",
  'no authority': AUTHORITY,
  'path length': AUTHORITY,
  'key usage': ISSUE_AGAIN,
  'extended key usage': ISSUE_AGAIN,
  'name constraints': AUTHORITY,
  'unknown critical extension': ISSUE_AGAIN,
  revoked: 'Its authority has revoked it: the client needs another certificate.',
  'revocation list out of date': NEW_LIST,
  'revocation list not usable': NEW_LIST,
};

/** What the client is told; which rule it was is for the administrator only. */
export function toldOf({ rule }: PathProblem): string {
  if (rule === 'no path to a trusted root') return 'unknown certificate';
  if (rule === 'expired') return 'expired certificate';
  return rule === 'not yet valid' ? 'certificate not yet valid' : 'certificate not accepted';
}

/** For the event: the rule, what was found, what to do. */
export const remedyFor = ({ rule, detail }: PathProblem): string =>
  `The path to the trusted root breaks the rule "${rule}": ${detail}. ${REMEDIES[rule]}`;
