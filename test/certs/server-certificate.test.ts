import t from 'tap';
import { CertificateError, checkServerCertificate } from '../../certs/index.ts';
import { craft, type Craft, now } from './crafted.ts';
import { authority, keyUsage } from './crafted-extensions.ts';

const past = new Date('2026-02-01T00:00:00Z');
const future = new Date('2026-08-01T00:00:00Z');
const root = craft({ subject: 'root', extensions: [authority()] });
const middle = craft({ subject: 'middle', issuer: root, extensions: [authority(0)] });
const oldRoot = craft({ subject: 'old root', extensions: [authority()], hash: 'sha1' });

const accepted: [what: string, made: Craft, above: readonly string[]][] = [
  ['self-signed', {}, []],
  ['self-signed by way of SHA-1', { hash: 'sha1' }, []],
  ['without its chain', { issuer: middle }, []],
  ['with its chain', { issuer: middle }, [middle.certificatePem]],
  ['with its root', { issuer: middle }, [middle.certificatePem, root.certificatePem]],
  ['below a root signed by way of SHA-1', { issuer: oldRoot }, [oldRoot.certificatePem]],
  ['for signing handshakes', { extensions: [keyUsage('digitalSignature', 'keyEncipherment')] }, []],
  ['not valid yet', { notBefore: future }, []],
];
for (const [what, made, above] of accepted) {
  t.test(`takes a server certificate: ${what}`, async t => {
    const own = craft({ subject: 'kms', ...made });
    const read = checkServerCertificate(own.certificatePem + above.join(''), now);
    t.match(read, { subject: 'CN=kms' });
  });
}

const refused: [what: string, made: Craft, above: readonly string[], found: RegExp][] = [
  ['expired', { notAfter: past }, [], /expired at 2026-02-01/],
  ['signed by way of SHA-1', { issuer: root, hash: 'sha1' }, [], /CN=kms signed with ECDSA SHA-1/],
  ['RSA 1024', { keyType: 'RSA 1024' }, [], /RSA 1024/],
  ['not for signing handshakes', { extensions: [keyUsage('keyEncipherment')] }, [], /may not sign handshakes/],
  ['a chain of others', { issuer: middle }, [root.certificatePem], /CN=root above CN=kms, which it has not signed/],
  [
    'a chain upside down',
    { issuer: middle },
    [root.certificatePem, middle.certificatePem],
    /CN=root above CN=kms, which it has not signed/,
  ],
];
for (const [what, made, above, found] of refused) {
  t.test(`refuses a server certificate: ${what}`, async t => {
    const own = craft({ subject: 'kms', ...made });
    const check = () => checkServerCertificate(own.certificatePem + above.join(''), now);
    t.throws(check, CertificateError);
    t.throws(check, { message: found });
  });
}

for (const [what, made, found] of [
  ['expired', { notAfter: past }, /an authority that is expired: CN=above/],
  ['not valid yet', { notBefore: future }, /an authority that is not yet valid: CN=above/],
  ['no authority', { extensions: [] }, /no authority: CN=above/],
  ['signed by way of SHA-1', { issuer: root, hash: 'sha1' }, /CN=above signed with ECDSA SHA-1/],
  ['RSA 1024', { keyType: 'RSA 1024' }, /RSA 1024/],
] as [string, Craft, RegExp][]) {
  t.test(`refuses a server certificate for what is above it: ${what}`, async t => {
    const above = craft({ subject: 'above', extensions: [authority()], ...made });
    const own = craft({ subject: 'kms', issuer: above });
    t.throws(() => checkServerCertificate(own.certificatePem + above.certificatePem, now), {
      name: 'CertificateError',
      message: found,
    });
  });
}
