import { craft, type Craft, now } from '../crafted.ts';
import { after, before, leaf, root, rootExtensions, sub, THE_CERTIFICATE, THE_ROOT } from './chains.ts';
import type { Chain, PathCase } from './path-case.ts';

const dated = (position: 'leaf' | 'intermediate' | 'root', dates: Pick<Craft, 'notBefore' | 'notAfter'>): Chain => {
  const top = position === 'root' ? craft({ subject: 'Root', extensions: rootExtensions, ...dates }) : root;
  const middle = sub('Middle', { issuer: top, ...(position === 'intermediate' && dates) });
  return { certificate: leaf(middle, position === 'leaf' ? dates : {}), issuers: [middle], root: top };
};
const positions = [
  ['leaf', THE_CERTIFICATE],
  ['intermediate', 'issuer 1'],
  ['root', THE_ROOT],
] as const;

export const dates: PathCase[] = [
  ...positions.flatMap(([position, where]): PathCase[] => [
    { name: `${position} in its last second`, chain: dated(position, { notAfter: now }) },
    {
      name: `${position} expired a second ago`,
      chain: dated(position, { notAfter: before(now) }),
      breaks: ['expired', where],
    },
    { name: `${position} in its first second`, chain: dated(position, { notBefore: now }) },
    {
      name: `${position} a second too early`,
      chain: dated(position, { notBefore: after(now) }),
      breaks: ['not yet valid', where],
    },
  ]),
  {
    name: 'a validity that ends in the year 9999',
    chain: dated('leaf', { notAfter: new Date('9999-12-31T23:59:59Z') }),
  },
  {
    name: 'a validity that ends before it begins',
    chain: dated('leaf', { notBefore: after(now), notAfter: before(now) }),
    breaks: ['not yet valid', THE_CERTIFICATE],
  },
];
