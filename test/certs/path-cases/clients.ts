import { authority, extendedKeyUsage, keyUsage, noAuthority } from '../crafted-extensions.ts';
import { below, client, rootExtensions, THE_CERTIFICATE, THE_ROOT, underRoot, withLeaf } from './chains.ts';
import type { PathCase } from './path-case.ts';

export const clients: PathCase[] = [
  { name: 'no extension at all', chain: client([]) },
  { name: 'version 1', chain: client([], { version: 1 }) },
  { name: 'without key usage', chain: client([noAuthority()]) },
  { name: 'key usage digital signature alone', chain: client([keyUsage('digitalSignature')]) },
  {
    name: 'key usage without digital signature',
    chain: client([keyUsage('keyEncipherment')]),
    breaks: ['key usage', THE_CERTIFICATE],
  },
  {
    name: "an authority's key usage",
    chain: client([authority(), keyUsage('keyCertSign', 'cRLSign')]),
    breaks: ['key usage', THE_CERTIFICATE],
  },
  { name: 'extended key usage client authentication', chain: withLeaf(extendedKeyUsage(['clientAuth'])) },
  {
    name: 'extended key usage server and client authentication, critical',
    chain: withLeaf(extendedKeyUsage(['serverAuth', 'clientAuth'], true)),
  },
  {
    name: 'extended key usage any',
    chain: withLeaf(extendedKeyUsage(['any'])),
  },
  {
    name: 'extended key usage server authentication',
    chain: withLeaf(extendedKeyUsage(['serverAuth'])),
    breaks: ['extended key usage', THE_CERTIFICATE],
  },
  {
    name: 'extended key usage code signing',
    chain: withLeaf(extendedKeyUsage(['codeSigning'])),
    breaks: ['extended key usage', THE_CERTIFICATE],
  },
  {
    name: 'extended key usage of nothing',
    chain: withLeaf(extendedKeyUsage([])),
    breaks: ['extended key usage', THE_CERTIFICATE],
  },
  {
    name: 'an authority for clients',
    chain: below([...rootExtensions, extendedKeyUsage(['serverAuth', 'clientAuth'])]),
  },
  {
    name: 'an authority for servers only',
    chain: below([...rootExtensions, extendedKeyUsage(['serverAuth'])]),
    breaks: ['extended key usage', 'issuer 1'],
  },
  {
    name: 'a root for servers only',
    chain: underRoot([...rootExtensions, extendedKeyUsage(['serverAuth'])]),
    breaks: ['extended key usage', THE_ROOT],
  },
];
