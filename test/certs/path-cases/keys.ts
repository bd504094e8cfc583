import { createPublicKey } from 'node:crypto';
import { craft, type CraftedKeyType, newKeys } from '../crafted.ts';
import * as der from '../der-maker.ts';
import { leaf, root, rootExtensions, THE_CERTIFICATE, THE_ROOT } from './chains.ts';
import type { PathCase } from './path-case.ts';

const hugeExponent = (() => {
  const { n, e } = newKeys('RSA 2048').publicKey.export({ format: 'jwk' });
  const exponent = Buffer.concat([Buffer.from('0100000000', 'hex'), Buffer.from(e!, 'base64url')]).toString(
    'base64url',
  );
  return createPublicKey({ key: { kty: 'RSA', n: n!, e: exponent }, format: 'jwk' }).export({
    format: 'der',
    type: 'spki',
  });
})();
const keyOf = (subject: string, keyType: CraftedKeyType) => craft({ subject, keyType, extensions: rootExtensions });
const rsa1024 = keyOf('RSA 1024', 'RSA 1024');
const p224 = keyOf('P-224', 'ECDSA P-224');

export const keys: PathCase[] = [
  ...(['RSA 2048', 'RSA 3072', 'ECDSA P-384', 'ECDSA P-521', 'Ed25519'] as const).map(keyType => ({
    name: `a certificate for ${keyType}`,
    chain: { certificate: leaf(root, { keyType }), root },
  })),
  ...(['RSA 1024', 'ECDSA P-224', 'ECDSA secp256k1', 'Ed448'] as const).map((keyType): PathCase => ({
    name: `a certificate for ${keyType}`,
    chain: { certificate: leaf(root, { keyType }), root },
    breaks: ['weak key', THE_CERTIFICATE],
  })),
  {
    name: 'a certificate for RSA with an exponent of 49 bits',
    chain: { certificate: leaf(root, { publicKey: hugeExponent }), root },
    breaks: ['weak key', THE_CERTIFICATE],
  },
  {
    name: 'a root of RSA 1024',
    chain: { certificate: leaf(rsa1024), root: rsa1024 },
    breaks: ['weak key', THE_ROOT],
  },
  {
    name: 'a root of ECDSA P-224',
    chain: { certificate: leaf(p224), root: p224 },
    breaks: ['weak key', THE_ROOT],
  },
  {
    name: 'a key of a kind that nobody knows',
    chain: {
      certificate: leaf(root, {
        publicKey: der.sequence(der.sequence(der.oid('1.3.6.1.4.1.99999.2')), der.bitString(Buffer.of(1))),
      }),
      root,
    },
    breaks: ['weak key', THE_CERTIFICATE],
  },
];
