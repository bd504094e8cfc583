import { craft, newKeys, notAfter, now } from '../crafted.ts';
import { authorityKeyIdentifier } from '../crafted-extensions.ts';
import {
  after,
  before,
  DAY_MS,
  leaf,
  leafExtensions,
  one,
  otherRoot,
  plain,
  root,
  rootExtensions,
  sub,
  THE_CERTIFICATE,
  three,
  two,
} from './chains.ts';
import type { PathCase } from './path-case.ts';

/** Another authority with the name of the root. */
const namesake = craft({ subject: 'Root', extensions: rootExtensions });

export const building: PathCase[] = [
  { name: 'straight from the root', chain: { certificate: plain, root } },
  { name: 'through one intermediate', chain: { certificate: leaf(one), issuers: [one], root } },
  {
    name: 'through three, given in the wrong order',
    chain: { certificate: leaf(three), issuers: [one, three, two], root },
  },
  {
    name: 'through three, one of them missing',
    chain: { certificate: leaf(three), issuers: [one, three], root },
    breaks: ['no path to a trusted root', 'issuer 1'],
  },
  {
    name: 'of another root',
    chain: { certificate: leaf(otherRoot), issuers: [otherRoot], root },
    breaks: ['no path to a trusted root', 'issuer 1'],
  },
  {
    name: 'self-signed',
    chain: { certificate: craft({ subject: 'vcenter', extensions: leafExtensions }), root },
    breaks: ['no path to a trusted root', THE_CERTIFICATE],
  },
  {
    name: 'the root itself',
    chain: { certificate: root, issuers: [root], root },
    breaks: ['no path to a trusted root', THE_CERTIFICATE],
  },
  {
    name: "of an authority with the root's name and another key, as a vCenter that was installed anew has",
    chain: {
      certificate: leaf(namesake, { extensions: [...leafExtensions, authorityKeyIdentifier(namesake.keys.publicKey)] }),
      root,
    },
    breaks: ['no path to a trusted root', THE_CERTIFICATE],
  },
  {
    name: 'the root presented too, junk and other certificates between',
    chain: {
      certificate: leaf(one),
      issuers: [{ der: Buffer.from('junk') }, { der: Buffer.alloc(0) }, otherRoot, plain, root, one, one],
      root,
    },
  },
  {
    name: 'several authorities of one name, the right one last, no key identifiers',
    chain: {
      certificate: leaf(one),
      issuers: [...Array.from({ length: 8 }, () => sub('One')), one],
      root,
    },
  },
  (() => {
    // Two roots have signed each other and an authority; only one way leads to the trusted one.
    const cross = sub('Cross');
    const byOther = craft({ subject: 'Cross', keys: cross.keys, issuer: otherRoot, extensions: rootExtensions });
    return {
      name: 'cross-signed by another root',
      chain: { certificate: leaf(cross), issuers: [otherRoot, byOther, cross], root },
    };
  })(),
  (() => {
    const renewed = craft({
      subject: 'Root',
      keys: root.keys,
      extensions: rootExtensions,
      notAfter: after(notAfter, DAY_MS),
    });
    return {
      name: 'the root in a later edition with the same key',
      chain: { certificate: leaf(one), issuers: [one, renewed], root },
    };
  })(),
  (() => {
    const a = newKeys('ECDSA P-256');
    const b = newKeys('ECDSA P-256');
    const signer = (subject: string, keys: typeof a) => craft({ subject, keys, extensions: rootExtensions });
    const loop = [
      craft({ subject: 'A', keys: a, issuer: signer('B', b), extensions: rootExtensions }),
      craft({ subject: 'B', keys: b, issuer: signer('A', a), extensions: rootExtensions }),
    ];
    return {
      name: 'authorities that signed each other',
      chain: { certificate: leaf(loop[0]), issuers: loop, root },
      breaks: ['no path to a trusted root', 'issuer 2'],
    };
  })(),
  (() => {
    const expired = craft({
      subject: 'One',
      keys: one.keys,
      issuer: root,
      extensions: rootExtensions,
      notAfter: before(now),
    });
    return {
      name: 'an expired edition of an authority before a valid one',
      chain: { certificate: leaf(one), issuers: [expired, one], root },
    };
  })(),
  {
    name: 'names that differ in case and blanks only (RFC 5280 §7.1)',
    chain: { certificate: leaf(one, { issuerName: [['CN', '  oNE ']] }), issuers: [one], root },
  },
  (() => {
    const authorities = [root];
    for (let i = 0; i < 12; i++) authorities.push(sub(`Number ${i}`, { issuer: authorities.at(-1)! }));
    return {
      name: 'fourteen certificates',
      chain: { certificate: leaf(authorities.at(-1)), issuers: authorities.slice(1), root },
      breaks: ['no path to a trusted root', 'issuer 9'],
    };
  })(),
];
