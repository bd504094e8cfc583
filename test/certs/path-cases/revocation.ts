import { craft, now } from '../crafted.ts';
import { craftCrl, type CraftCrl, crlNumber, deltaIndicator, issuingDistributionPoint } from '../crafted-crl.ts';
import { authority, extension, unknown } from '../crafted-extensions.ts';
import * as der from '../der-maker.ts';
import { after, before, certSign, DAY_MS, leaf, otherRoot, root, rsa, sub, THE_CERTIFICATE } from './chains.ts';
import type { Chain, PathCase } from './path-case.ts';

const serialNumber = Buffer.of(0x11, 0x22);
const revoked = [{ serialNumber: Buffer.of(0x33) }, { serialNumber }];
const others = [{ serialNumber: Buffer.of(0x11, 0x23) }];
const certificate = leaf(root, { serialNumber });
const middle = sub('Middle', { serialNumber });
const underMiddle: Chain = { certificate: leaf(middle), issuers: [middle], root };
const listed = (...lists: Omit<CraftCrl, 'issuer'>[]): Chain => ({
  certificate,
  root,
  crls: lists.map(list => craftCrl({ issuer: root, ...list })),
});
const REVOKED: PathCase['breaks'] = ['revoked', THE_CERTIFICATE];
const STALE: PathCase['breaks'] = ['revocation list out of date', THE_CERTIFICATE];
const UNUSABLE: PathCase['breaks'] = ['revocation list not usable', THE_CERTIFICATE];
const past = { thisUpdate: before(now, 2 * DAY_MS), nextUpdate: before(now) };
const future = { thisUpdate: after(now), nextUpdate: after(now, DAY_MS) };

export const revocation: PathCase[] = [
  { name: 'an empty list', chain: listed({}) },
  { name: 'a list of others', chain: listed({ revoked: others }) },
  { name: 'on the list', chain: listed({ revoked }), breaks: REVOKED },
  { name: 'on the list of version 1', chain: listed({ revoked, version: 1 }), breaks: REVOKED },
  {
    name: 'on the list of another authority',
    chain: { ...listed(), crls: [craftCrl({ issuer: otherRoot, revoked })] },
  },
  { name: 'on a list with a changed signature', chain: listed({ revoked, isForged: true }) },
  {
    name: "on a list in the issuer's name that another authority signed",
    chain: { ...listed(), crls: [craftCrl({ issuer: otherRoot, issuerName: [['CN', 'Root']], revoked })] },
  },
  { name: 'on a list signed with SHA-1', chain: listed({ revoked, hash: 'sha1' }) },
  {
    name: 'on the list of an issuer that may not sign lists',
    chain: (() => {
      const noLists = craft({ subject: 'No lists', extensions: [authority(), certSign] });
      return {
        certificate: leaf(noLists, { serialNumber }),
        root: noLists,
        crls: [craftCrl({ issuer: noLists, revoked })],
      };
    })(),
  },
  {
    name: 'on a list signed by RSA-PSS',
    chain: {
      certificate: leaf(rsa, { serialNumber }),
      root: rsa,
      crls: [craftCrl({ issuer: rsa, revoked, pssSalt: 32 })],
    },
    breaks: REVOKED,
  },
  {
    name: 'an intermediate on the list',
    chain: { ...underMiddle, crls: [craftCrl({ issuer: root, revoked })] },
    breaks: ['revoked', 'issuer 1'],
  },
  {
    name: 'under an intermediate, the number on the list of the root',
    chain: {
      ...underMiddle,
      certificate: leaf(middle, { serialNumber: Buffer.of(0x33) }),
      crls: [craftCrl({ issuer: root, revoked: others })],
    },
  },
  {
    name: 'on the list of an intermediate',
    chain: {
      ...underMiddle,
      certificate: leaf(middle, { serialNumber: Buffer.of(0x33) }),
      crls: [craftCrl({ issuer: middle, revoked })],
    },
    breaks: REVOKED,
  },

  { name: 'a list past its next update', chain: listed(past), breaks: STALE },
  { name: 'a list past its next update, which is accepted', chain: { ...listed(past), staleCrl: 'accept' } },
  {
    name: 'revoked on a list past its next update, which is accepted',
    chain: { ...listed({ ...past, revoked }), staleCrl: 'accept' },
    breaks: REVOKED,
  },
  { name: 'a list in its last second', chain: listed({ nextUpdate: now }) },
  { name: 'a list of the future', chain: listed(future), breaks: STALE },
  { name: 'a list of the future, which is accepted', chain: { ...listed(future), staleCrl: 'accept' } },
  { name: 'a list in its first second', chain: listed({ thisUpdate: now }) },
  { name: 'a list without a next update', chain: listed({ nextUpdate: null }) },
  { name: 'an old list and its successor', chain: listed(past, {}) },
  { name: 'a list of today and one of the future', chain: listed({}, future) },
  {
    name: 'revoked on the list of today, not on one of the future',
    chain: listed({ revoked }, future),
    breaks: REVOKED,
  },
  { name: 'no longer on hold in the later list', chain: listed({ revoked, thisUpdate: before(now, 3 * DAY_MS) }, {}) },
  { name: 'on the later list', chain: listed({ thisUpdate: before(now, 3 * DAY_MS) }, { revoked }), breaks: REVOKED },
  {
    name: 'of two lists of one second the one with the higher number counts',
    chain: listed({ revoked, extensions: [crlNumber(300)] }, { extensions: [crlNumber(7)] }),
    breaks: REVOKED,
  },
  {
    name: 'of two lists of one second the one with the lower number does not',
    chain: listed({ revoked, extensions: [crlNumber(7)] }, { extensions: [crlNumber(300)] }),
  },

  {
    name: 'a list with an unknown extension',
    chain: listed({ revoked, extensions: [unknown(false)] }),
    breaks: REVOKED,
  },
  {
    name: 'a list with an unknown critical extension',
    chain: listed({ extensions: [unknown(true)] }),
    breaks: UNUSABLE,
  },
  {
    name: 'a list with an unknown critical extension of an entry',
    chain: listed({ revoked: [{ serialNumber: Buffer.of(1), extensions: [unknown(true)] }] }),
    breaks: UNUSABLE,
  },
  {
    name: 'a list with the reason of an entry',
    chain: listed({
      revoked: [{ serialNumber, extensions: [extension('2.5.29.21', der.element(0x0a, Buffer.of(1)))] }],
    }),
    breaks: REVOKED,
  },
  {
    name: 'a list with another algorithm inside than outside',
    chain: listed({ innerAlgorithm: der.sequence(der.oid('1.2.840.10045.4.3.3')) }),
    breaks: UNUSABLE,
  },
  {
    name: 'extensions in a list of version 1',
    chain: listed({ version: 1, extensions: [crlNumber(1)] }),
    breaks: UNUSABLE,
  },
  { name: 'an indirect list', chain: listed({ extensions: [issuingDistributionPoint(4)] }), breaks: UNUSABLE },
  {
    name: 'a list for some reasons only',
    chain: listed({ extensions: [issuingDistributionPoint(3)] }),
    breaks: UNUSABLE,
  },
  {
    name: 'a list of attribute certificates',
    chain: listed({ extensions: [issuingDistributionPoint(5)] }),
    breaks: UNUSABLE,
  },
  { name: 'a list of changes alone', chain: listed({ extensions: [deltaIndicator()] }), breaks: UNUSABLE },
  { name: 'a list of changes beside a whole one', chain: listed({ extensions: [deltaIndicator()] }, {}) },
  {
    name: 'revoked on the list for end certificates',
    chain: listed({ revoked, extensions: [issuingDistributionPoint(0, 1)] }),
    breaks: REVOKED,
  },
  {
    name: 'the number on the list for authorities',
    chain: listed({ revoked, extensions: [issuingDistributionPoint(2)] }),
  },
  {
    name: 'an intermediate on the list for authorities',
    chain: { ...underMiddle, crls: [craftCrl({ issuer: root, revoked, extensions: [issuingDistributionPoint(2)] })] },
    breaks: ['revoked', 'issuer 1'],
  },
  {
    name: 'on one of two lists with a part each',
    chain: listed(
      { revoked, extensions: [issuingDistributionPoint(0)] },
      { extensions: [issuingDistributionPoint(1)] },
    ),
    breaks: REVOKED,
  },
  {
    name: 'a list that cannot be read',
    chain: { ...listed(), crls: [Buffer.from('junk')] },
    breaks: ['revocation list not usable', 'a revocation list'],
  },
];
