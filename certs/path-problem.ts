/** What can be wrong with a path to a trusted root: rules of RFC 5280 §6, and ours for algorithms and keys. */
export const pathRules = [
  'no path to a trusted root',
  'malformed certificate',
  'bad signature',
  'weak signature algorithm',
  'unknown signature algorithm',
  'weak key',
  'expired',
  'not yet valid',
  'no authority',
  'path length',
  'key usage',
  'extended key usage',
  'name constraints',
  'unknown critical extension',
  'revoked',
  'revocation list out of date',
  'revocation list not usable',
] as const;
export type PathRule = (typeof pathRules)[number];

export interface PathProblem {
  rule: PathRule;
  /** Of the certificate that breaks it, as RFC 4514 writes it: a name, so nothing for an event. */
  subject: string;
  /** Which certificate of the path, what was found, what was expected. Holds no name, so it may stand in an event. */
  detail: string;
}
