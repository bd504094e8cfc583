import { authority, extension, noAuthority, subjectAltNames, unknown } from '../crafted-extensions.ts';
import * as der from '../der-maker.ts';
import {
  below,
  certSign,
  client,
  leaf,
  leafExtensions,
  root,
  rootExtensions,
  sub,
  THE_CERTIFICATE,
  THE_ROOT,
  underRoot,
  withLeaf,
} from './chains.ts';
import type { PathCase } from './path-case.ts';

const policies = extension('2.5.29.32', der.sequence(der.sequence(der.oid('1.3.6.1.4.1.99999.3'))), true);
const requirePolicy = extension('2.5.29.36', der.sequence(der.contextPrimitive(0, Buffer.of(0))), true);
const altNames = subjectAltNames('DNS:vcenter.example');

export const forms: PathCase[] = [
  { name: 'an unknown extension', chain: withLeaf(unknown(false)) },
  {
    name: 'an unknown critical extension',
    chain: withLeaf(unknown(true)),
    breaks: ['unknown critical extension', THE_CERTIFICATE],
  },
  { name: 'an unknown extension of an authority', chain: below([...rootExtensions, unknown(false)]) },
  {
    name: 'an unknown critical extension of an authority',
    chain: below([...rootExtensions, unknown(true)]),
    breaks: ['unknown critical extension', 'issuer 1'],
  },
  {
    name: 'an unknown critical extension of the root',
    chain: underRoot([...rootExtensions, unknown(true)]),
    breaks: ['unknown critical extension', THE_ROOT],
  },
  { name: 'critical certificate policies, of which we ask for none', chain: withLeaf(policies) },
  {
    name: 'critical policy constraints, which are not judged here',
    chain: below([...rootExtensions, requirePolicy]),
    breaks: ['unknown critical extension', 'issuer 1'],
  },
  { name: 'subject alternative names', chain: withLeaf(altNames) },
  {
    name: 'subject alternative names twice',
    chain: withLeaf(altNames, altNames),
    breaks: ['malformed certificate', THE_CERTIFICATE],
  },
  {
    name: 'basic constraints twice, with and without CA',
    chain: below([authority(), noAuthority(), certSign]),
    breaks: ['malformed certificate', 'issuer 1'],
  },
  {
    name: 'extensions in version 1',
    chain: client(leafExtensions, { version: 1 }),
    breaks: ['malformed certificate', THE_CERTIFICATE],
  },
  {
    name: 'extensions in version 2',
    chain: client(leafExtensions, { version: 2 }),
    breaks: ['malformed certificate', THE_CERTIFICATE],
  },
  {
    name: 'version 4',
    chain: client([], { version: 4 }),
    breaks: ['malformed certificate', THE_CERTIFICATE],
  },
  {
    name: 'serial number 0, to be borne with (RFC 5280 §4.1.2.2)',
    chain: client(leafExtensions, { serialNumber: Buffer.of(0) }),
  },
  {
    name: 'a negative serial number, to be borne with (RFC 5280 §4.1.2.2)',
    chain: client(leafExtensions, { serialNumber: Buffer.of(0xff, 1) }),
  },
  { name: 'a serial number of 20 octets', chain: client(leafExtensions, { serialNumber: Buffer.alloc(20, 0x7f) }) },
  {
    name: 'a serial number of 21 octets',
    chain: client(leafExtensions, { serialNumber: Buffer.alloc(21, 0x7f) }),
    breaks: ['malformed certificate', THE_CERTIFICATE],
  },
  {
    name: 'an authority without a name',
    chain: (() => {
      const unnamed = sub('', { subject: [] });
      return { certificate: leaf(unnamed), issuers: [unnamed], root };
    })(),
    breaks: ['malformed certificate', THE_CERTIFICATE],
  },
];
