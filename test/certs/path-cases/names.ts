import { craft, type Craft } from '../crafted.ts';
import { extension, generalName, nameConstraints, subjectAltNames } from '../crafted-extensions.ts';
import * as der from '../der-maker.ts';
import { below, leaf, leafExtensions, root, rootExtensions, sub, THE_CERTIFICATE, underRoot } from './chains.ts';
import type { Chain, PathCase } from './path-case.ts';

/** A leaf with this subject and these names below an authority with these constraints. */
const constrained = (
  constraints: Parameters<typeof nameConstraints>[0],
  names: Parameters<typeof subjectAltNames>,
  subject: Craft['subject'] = [['O', 'VMware']],
): Chain => {
  const middle = sub('Middle', { extensions: [...rootExtensions, nameConstraints(constraints)] });
  const extensions = names.length === 0 ? leafExtensions : [...leafExtensions, subjectAltNames(...names)];
  return { certificate: leaf(middle, { subject: subject ?? '', extensions }), issuers: [middle], root };
};
const NAMES: PathCase['breaks'] = ['name constraints', THE_CERTIFICATE];
type NameRow = readonly [
  constraint: Parameters<typeof subjectAltNames>[0],
  name: Parameters<typeof subjectAltNames>[0],
  isWithin: boolean,
];

const nameRows: NameRow[] = [
  ['DNS:a.example', 'DNS:a.example', true],
  ['DNS:a.example', 'DNS:x.y.a.example', true],
  ['DNS:a.example', 'DNS:A.EXAMPLE', true],
  ['DNS:a.example', 'DNS:*.a.example', true],
  ['DNS:a.example', 'DNS:ba.example', false],
  ['DNS:a.example', 'DNS:example', false],
  ['DNS:a.example', 'DNS:a.example.evil', false],
  ['DNS:.a.example', 'DNS:x.a.example', true],
  ['DNS:.a.example', 'DNS:a.example', false],
  ['DNS:', 'DNS:anything.example', true],
  ['IP:192.0.2.0/255.255.255.0', 'IP:192.0.2.77', true],
  ['IP:192.0.2.0/255.255.255.0', 'IP:192.0.3.77', false],
  ['IP:2001:db8::/ffff:ffff::', 'IP:2001:db8::1', true],
  ['IP:2001:db8::/ffff:ffff::', 'IP:2001:db9::1', false],
  ['IP:192.0.2.0/255.255.255.0', 'IP:2001:db8::1', false],
  ['email:a.example', 'email:root@a.example', true],
  ['email:a.example', 'email:root@b.a.example', false],
  ['email:.a.example', 'email:root@b.a.example', true],
  ['email:.a.example', 'email:root@a.example', false],
  ['email:root@a.example', 'email:root@A.example', true],
  ['email:root@a.example', 'email:other@a.example', false],
  ['URI:a.example', 'URI:https://user@a.example:8443/path', true],
  ['URI:a.example', 'URI:https://b.a.example/', false],
  ['URI:.a.example', 'URI:https://b.a.example/', true],
  ['URI:a.example', 'URI:https://evil.example/@a.example', false],
  [
    [['O', 'VMware']],
    [
      ['O', 'VMware'],
      ['CN', 'x'],
    ],
    true,
  ],
  [
    [['O', 'VMware']],
    [
      ['O', 'vmWARE '],
      ['CN', 'x'],
    ],
    true,
  ],
];
/** Rows that are within or not only as something that cannot be judged. */
const unjudged: readonly (readonly [constraint: string, name: string])[] = [
  ['IP:192.0.2.0/255.0.255.0', 'IP:192.0.2.77'],
  ['DNS:*.a.example', 'DNS:x.a.example'],
  ['DNS:a.example', 'DNS:x..a.example'],
  ['DNS:a.example', 'DNS:x\0.a.example'],
  ['URI:a.example', 'URI:urn:uuid:1'],
  ['URI:a.example', 'URI:https://[2001:db8::1]/'],
  ['email:a.example', 'email:root'],
  ['other:root@a.example', 'other:root@a.example'],
];
const show = (name: NameRow[0]) => (typeof name === 'string' ? name : name.map(part => part.join('=')).join(', '));

export const names: PathCase[] = [
  ...nameRows.flatMap(([constraint, name, isWithin]): PathCase[] => [
    {
      name: `${show(name)} where ${show(constraint)} is permitted`,
      chain: constrained({ permitted: [constraint] }, [name]),
      ...(!isWithin && { breaks: NAMES }),
    },
    {
      name: `${show(name)} where ${show(constraint)} is excluded`,
      chain: constrained({ excluded: [constraint] }, [name]),
      ...(isWithin && { breaks: NAMES }),
    },
  ]),
  ...unjudged.flatMap(([constraint, name]): PathCase[] =>
    (['permitted', 'excluded'] as const).map(sense => ({
      name: `${JSON.stringify(name)} where ${constraint} is ${sense} cannot be judged`,
      chain: constrained({ [sense]: [constraint] }, [name]),
      breaks: NAMES,
    })),
  ),
  {
    name: 'a host name and an address where host names are permitted',
    chain: constrained({ permitted: ['DNS:a.example'] }, ['DNS:a.example', 'IP:192.0.2.1']),
  },
  {
    name: 'two host names of which one is permitted',
    chain: constrained({ permitted: ['DNS:a.example'] }, ['DNS:a.example', 'DNS:b.example']),
    breaks: NAMES,
  },
  {
    name: 'host names of two domains that are permitted',
    chain: constrained({ permitted: ['DNS:a.example', 'DNS:b.example'] }, ['DNS:a.example', 'DNS:x.b.example']),
  },
  {
    name: 'a wildcard that could stand for what is excluded',
    chain: constrained({ excluded: ['DNS:x.a.example'] }, ['DNS:*.a.example']),
    breaks: NAMES,
  },
  {
    name: 'a wildcard wider than what is permitted',
    chain: constrained({ permitted: ['DNS:x.a.example'] }, ['DNS:*.a.example']),
    breaks: NAMES,
  },
  {
    name: 'no name of the kind that is permitted',
    chain: constrained({ permitted: ['URI:a.example'] }, ['DNS:b.example']),
  },
  {
    name: 'another name of a kind that cannot be judged',
    chain: constrained({ permitted: ['other:a'] }, ['DNS:b.example']),
  },
  {
    name: 'a subject in a subtree that is excluded',
    chain: constrained({ excluded: [[['O', 'VMware']]] }, []),
    breaks: NAMES,
  },
  {
    name: 'a subject outside of the subtree that is permitted',
    chain: constrained({ permitted: [[['O', 'Other']]] }, []),
    breaks: NAMES,
  },
  {
    name: 'a subject that has the permitted part in second place',
    chain: constrained(
      { permitted: [[['O', 'VMware']]] },
      [],
      [
        ['C', 'US'],
        ['O', 'VMware'],
      ],
    ),
    breaks: NAMES,
  },
  {
    name: 'a subject whose one part holds the permitted one as text',
    chain: constrained(
      {
        permitted: [
          [
            ['O', 'VMware'],
            ['CN', 'x'],
          ],
        ],
      },
      [],
      [['O', 'VMware, CN=x']],
    ),
    breaks: NAMES,
  },
  {
    name: 'an e-mail address in the subject',
    chain: constrained({ permitted: ['email:a.example'] }, [], [['emailAddress', 'root@b.example']]),
    breaks: NAMES,
  },
  {
    name: 'a permitted e-mail address in the subject',
    chain: constrained({ permitted: ['email:a.example'] }, [], [['emailAddress', 'root@a.example']]),
  },
  {
    name: 'a common name that is a host name, and no other',
    chain: constrained({ permitted: ['DNS:a.example'] }, [], [['CN', 'vcenter.b.example']]),
    breaks: NAMES,
  },
  {
    name: 'a common name that is a permitted host name',
    chain: constrained({ permitted: ['DNS:a.example'] }, [], [['CN', 'vcenter.a.example']]),
  },
  {
    name: 'a common name that is no host name',
    chain: constrained({ permitted: ['DNS:a.example'] }, [], [['CN', 'vpxd extension']]),
  },
  {
    name: 'a common name beside a permitted host name',
    chain: constrained({ permitted: ['DNS:a.example'] }, ['DNS:a.example'], [['CN', 'vcenter.b.example']]),
  },
  {
    name: 'constraints of the root',
    chain: underRoot([...rootExtensions, nameConstraints({ permitted: [[['O', 'Other']]] })]),
    breaks: ['name constraints', THE_CERTIFICATE],
  },
  {
    name: 'constraints of two authorities, of which the lower would permit more',
    chain: (() => {
      const upper = sub('Upper', {
        extensions: [...rootExtensions, nameConstraints({ permitted: ['DNS:a.example'] })],
      });
      const lower = sub('Lower', {
        issuer: upper,
        extensions: [...rootExtensions, nameConstraints({ permitted: ['DNS:example'] })],
      });
      return {
        certificate: leaf(lower, { extensions: [...leafExtensions, subjectAltNames('DNS:b.example')] }),
        issuers: [upper, lower],
        root,
      };
    })(),
    breaks: NAMES,
  },
  {
    name: 'an authority that issued itself, outside of what is permitted (RFC 5280 §6.1.3)',
    chain: (() => {
      const upper = sub('Upper', {
        extensions: [...rootExtensions, nameConstraints({ permitted: [[['O', 'VMware']]] })],
      });
      const rollover = craft({ subject: 'Upper', issuer: upper, extensions: rootExtensions });
      return { certificate: leaf(rollover), issuers: [upper, rollover], root };
    })(),
  },
  {
    name: 'an authority outside of what is permitted',
    chain: (() => {
      const upper = sub('Upper', {
        extensions: [...rootExtensions, nameConstraints({ permitted: [[['O', 'VMware']]] })],
      });
      const lower = sub('Lower', { issuer: upper });
      return { certificate: leaf(lower), issuers: [upper, lower], root };
    })(),
    breaks: ['name constraints', 'issuer 1'],
  },
  {
    name: 'constraints that are not critical',
    chain: below([...rootExtensions, nameConstraints({ permitted: [[['O', 'Other']]] }, false)]),
    breaks: ['name constraints', THE_CERTIFICATE],
  },
  {
    name: 'constraints without a name',
    chain: below([...rootExtensions, nameConstraints({})]),
    breaks: ['malformed certificate', 'issuer 1'],
  },
  {
    name: 'constraints with a minimum',
    chain: below([
      ...rootExtensions,
      extension(
        '2.5.29.30',
        der.sequence(der.context(0, der.sequence(generalName('DNS:a.example'), der.contextPrimitive(0, Buffer.of(1))))),
        true,
      ),
    ]),
    breaks: ['malformed certificate', 'issuer 1'],
  },
  {
    name: 'more names than can be compared',
    chain: constrained(
      { excluded: Array.from({ length: 400 }, (_, i) => `DNS:x${i}.example`) },
      Array.from({ length: 300 }, (_, i) => `DNS:y${i}.example`),
    ),
    breaks: NAMES,
  },
];
