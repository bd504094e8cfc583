import { algorithmFor, craft } from '../crafted.ts';
import { leaf, root, rootExtensions, rsa, sub, THE_CERTIFICATE } from './chains.ts';
import type { PathCase } from './path-case.ts';

export const signatures: PathCase[] = [
  {
    name: 'a changed signature',
    chain: { certificate: leaf(root, { isForged: true }), root },
    breaks: ['bad signature', THE_CERTIFICATE],
  },
  {
    name: 'a changed signature of an intermediate',
    chain: (() => {
      const forged = sub('Forged', { isForged: true });
      return { certificate: leaf(forged), issuers: [forged], root };
    })(),
    breaks: ['bad signature', 'issuer 1'],
  },
  {
    name: 'the root with a signature that is not its own',
    chain: (() => {
      const cut = craft({ subject: 'Root', keys: root.keys, extensions: rootExtensions, isForged: true });
      return { certificate: leaf(cut), root: cut };
    })(),
  },
  { name: 'RSA with SHA-256', chain: { certificate: leaf(rsa), root: rsa } },
  { name: 'RSA with SHA-512', chain: { certificate: leaf(rsa, { hash: 'sha512' }), root: rsa } },
  {
    name: 'RSA with SHA-1',
    chain: { certificate: leaf(rsa, { hash: 'sha1' }), root: rsa },
    breaks: ['weak signature algorithm', THE_CERTIFICATE],
  },
  {
    name: 'RSA with MD5',
    chain: { certificate: leaf(rsa, { hash: 'md5' }), root: rsa },
    breaks: ['weak signature algorithm', THE_CERTIFICATE],
  },
  { name: 'ECDSA with SHA-256', chain: { certificate: leaf(root, { hash: 'sha256' }), root } },
  {
    name: 'ECDSA with SHA-1',
    chain: { certificate: leaf(root, { hash: 'sha1' }), root },
    breaks: ['weak signature algorithm', THE_CERTIFICATE],
  },
  {
    name: 'an intermediate signed with SHA-1',
    chain: (() => {
      const weak = sub('Weak', { hash: 'sha1' });
      return { certificate: leaf(weak), issuers: [weak], root };
    })(),
    breaks: ['weak signature algorithm', 'issuer 1'],
  },
  {
    name: 'a root that signed itself with SHA-1, which is not judged',
    chain: (() => {
      const old = craft({ subject: 'Old', hash: 'sha1', extensions: rootExtensions });
      return { certificate: leaf(old), root: old };
    })(),
  },
  { name: 'RSA-PSS with SHA-256', chain: { certificate: leaf(rsa, { pssSalt: 32 }), root: rsa } },
  {
    name: 'RSA-PSS with SHA-384 and an unusual salt',
    chain: { certificate: leaf(rsa, { pssSalt: 20, hash: 'sha384' }), root: rsa },
  },
  {
    name: 'RSA-PSS with SHA-1',
    chain: { certificate: leaf(rsa, { pssSalt: 20, hash: 'sha1' }), root: rsa },
    breaks: ['weak signature algorithm', THE_CERTIFICATE],
  },
  {
    name: 'RSA-PSS with another salt than it says',
    chain: {
      certificate: leaf(rsa, { pssSalt: 32, algorithm: algorithmFor(rsa.keys.privateKey, 'sha256', 20) }),
      root: rsa,
    },
    breaks: ['bad signature', THE_CERTIFICATE],
  },
  {
    name: 'signed by Ed25519',
    chain: (() => {
      const edwards = craft({ subject: 'Edwards', keyType: 'Ed25519', extensions: rootExtensions });
      return { certificate: leaf(edwards), root: edwards };
    })(),
  },
  {
    name: 'signed by Ed448',
    chain: (() => {
      const edwards = craft({ subject: 'Edwards', keyType: 'Ed448', extensions: rootExtensions });
      return { certificate: leaf(edwards), root: edwards };
    })(),
    breaks: ['unknown signature algorithm', THE_CERTIFICATE],
  },
  {
    name: 'an algorithm of another kind of key than the issuer has',
    chain: { certificate: leaf(root, { algorithm: algorithmFor(rsa.keys.privateKey, 'sha256') }), root },
    breaks: ['bad signature', THE_CERTIFICATE],
  },
  {
    name: 'another algorithm inside of the signed part than outside',
    chain: { certificate: leaf(root, { innerAlgorithm: algorithmFor(root.keys.privateKey, 'sha384') }), root },
    breaks: ['malformed certificate', THE_CERTIFICATE],
  },
];
