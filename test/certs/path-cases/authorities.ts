import { craft } from '../crafted.ts';
import { authority, extension, keyUsage, noAuthority } from '../crafted-extensions.ts';
import * as der from '../der-maker.ts';
import {
  below,
  certSign,
  leaf,
  leafExtensions,
  one,
  otherRoot,
  root,
  rootExtensions,
  sub,
  THE_CERTIFICATE,
  THE_ROOT,
  underRoot,
} from './chains.ts';
import type { Chain, PathCase } from './path-case.ts';

export const authorities: PathCase[] = [
  { name: 'an end certificate that issues', chain: below(leafExtensions), breaks: ['no authority', 'issuer 1'] },
  {
    name: 'basic constraints that say no authority',
    chain: below([noAuthority(), certSign]),
    breaks: ['no authority', 'issuer 1'],
  },
  { name: 'no basic constraints', chain: below([certSign]), breaks: ['no authority', 'issuer 1'] },
  { name: 'basic constraints that are not critical', chain: below([authority(undefined, false), certSign]) },
  { name: 'no extension but basic constraints', chain: below([authority()]) },
  {
    name: 'key usage without certificate signing',
    chain: below([authority(), keyUsage('cRLSign')]),
    breaks: ['key usage', 'issuer 1'],
  },
  { name: 'key usage of nothing', chain: below([authority(), keyUsage()]), breaks: ['key usage', 'issuer 1'] },
  { name: 'an intermediate of version 1', chain: below([], { version: 1 }), breaks: ['no authority', 'issuer 1'] },
  {
    name: 'a root that says it is no authority',
    chain: underRoot([noAuthority()]),
    breaks: ['no authority', THE_ROOT],
  },
  {
    name: 'a root without extensions',
    chain: underRoot([]),
    breaks: ['no authority', THE_ROOT],
  },
  {
    name: 'a root without certificate signing',
    chain: underRoot([authority(), keyUsage('digitalSignature')]),
    breaks: ['key usage', THE_ROOT],
  },
  { name: 'a root of version 1', chain: underRoot([], { version: 1 }) },
  {
    name: 'a certificate of version 1 of another issuer, given as root',
    chain: underRoot([], { version: 1, issuer: otherRoot }),
    breaks: ['no authority', THE_ROOT],
  },
  {
    name: 'an authority of version 1 that issued itself, below the root',
    chain: (() => {
      const rollover = craft({ subject: 'Root', issuer: root, version: 1 });
      return { certificate: leaf(rollover), issuers: [rollover], root };
    })(),
    breaks: ['no authority', 'issuer 1'],
  },
  { name: 'an intermediate, given as root', chain: { certificate: leaf(one), issuers: [root], root: one } },
];

const limited = (pathLength: number, authoritiesBelow: number): Chain => {
  const path = [craft({ subject: 'Limited', extensions: [authority(pathLength), certSign] })];
  for (let i = 0; i < authoritiesBelow; i++) path.push(sub(`Below ${i}`, { issuer: path.at(-1)! }));
  return { certificate: leaf(path.at(-1)), issuers: path.slice(1), root: path[0]! };
};
const selfIssued = (() => {
  const top = craft({ subject: 'Top', extensions: [authority(0), certSign] });
  const rollover = craft({ subject: 'Top', issuer: top, extensions: rootExtensions });
  return { certificate: leaf(rollover), issuers: [rollover], root: top };
})();

export const pathLength: PathCase[] = [
  { name: 'path length 0, no authority below', chain: limited(0, 0) },
  { name: 'path length 0, one below', chain: limited(0, 1), breaks: ['path length', 'issuer 1'] },
  { name: 'path length 1, one below', chain: limited(1, 1) },
  { name: 'path length 1, two below', chain: limited(1, 2), breaks: ['path length', 'issuer 1'] },
  { name: 'path length 0, one below that issued itself (RFC 5280 §6.1.4)', chain: selfIssued },
  {
    name: 'path length 0 of an intermediate, one below',
    chain: (() => {
      const limit = sub('Limit', { extensions: [authority(0), certSign] });
      const low = sub('Low', { issuer: limit });
      return { certificate: leaf(low), issuers: [limit, low], root };
    })(),
    breaks: ['path length', 'issuer 1'],
  },
  {
    name: 'a longer path length below a shorter one, which it does not lift',
    chain: (() => {
      const top = craft({ subject: 'Top', extensions: [authority(1), certSign] });
      const limit = sub('Limit', { issuer: top, extensions: [authority(5), certSign] });
      const low = sub('Low', { issuer: limit });
      return { certificate: leaf(low), issuers: [limit, low], root: top };
    })(),
    breaks: ['path length', 'issuer 1'],
  },
  {
    name: 'a path length beyond all numbers',
    chain: below([extension('2.5.29.19', der.sequence(der.boolean(true), der.integer(2n ** 70n)), true)]),
  },
  {
    name: 'a negative path length',
    chain: below([extension('2.5.29.19', der.sequence(der.boolean(true), der.element(2, Buffer.of(0xff))), true)]),
    breaks: ['no path to a trusted root', THE_CERTIFICATE],
  },
];
