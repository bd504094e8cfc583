import t from 'tap';
import { X509Certificate } from 'node:crypto';
import { colons, initiatorId, sha1Fingerprint, sha256Fingerprint } from '../../certs/index.ts';
import { selfSigned } from './material.ts';

t.test('gives raw lower-case hex over the DER, and the form that vCenter shows', async t => {
  const { der } = await selfSigned({ commonName: 'client' });
  const x509 = new X509Certificate(der);
  t.match(sha256Fingerprint(der), /^[0-9a-f]{64}$/);
  t.match(sha1Fingerprint(der), /^[0-9a-f]{40}$/);
  t.equal(colons(sha256Fingerprint(der)), x509.fingerprint256);
  t.equal(colons(sha1Fingerprint(der)), x509.fingerprint);
});

t.test('names the initiator by its fingerprint', async t => {
  t.equal(
    initiatorId(Buffer.from('abc')),
    'CertificateID-ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
});
