import t from 'tap';
import { X509Certificate } from 'node:crypto';
import { parseCertificates, validatePath } from '../../certs/index.ts';
import { vmca } from './material.ts';

t.test('makes root and leaf as the VMware Certificate Authority does', async t => {
  for (const keyType of ['RSA 2048', 'ECDSA P-256'] as const) {
    const { root, leaf } = await vmca({ commonName: 'vcenter-1.example', keyType });
    const now = new Date();
    t.match(parseCertificates(root.der)[0], {
      subject: 'OU=VMware Engineering,O=vcenter-1.example,ST=California,C=US,DC=local,DC=vsphere,CN=CA',
      publicKey: keyType,
      isSelfSigned: true,
      isCa: true,
      keyUsage: new Set(['keyCertSign', 'cRLSign']),
    });
    t.match(parseCertificates(leaf.der)[0], {
      subject: 'C=US,CN=vcenter-1.example',
      subjectAltNames: ['DNS:vcenter-1.example'],
      isCa: false,
      keyUsage: new Set(['digitalSignature', 'keyEncipherment']),
      extendedKeyUsage: undefined,
    });
    t.ok(new X509Certificate(leaf.der).checkIssued(new X509Certificate(root.der)), 'OpenSSL finds the same issuer');
    const found = validatePath({
      certificate: leaf.der,
      issuers: [],
      root: root.der,
      crls: [],
      staleCrl: 'refuse',
      now,
    });
    t.equal(found.ok, true);
  }
});
