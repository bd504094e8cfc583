import t from 'tap';
import { CertificateError, orderChain, parseCertificates } from '../../certs/index.ts';
import { craft } from './crafted.ts';
import { authority } from './crafted-extensions.ts';

const root = craft({ subject: 'root', extensions: [authority()] });
const upper = craft({ subject: 'upper', issuer: root, extensions: [authority()] });
const lower = craft({ subject: 'lower', issuer: upper, extensions: [authority()] });
const server = craft({ subject: 'server', issuer: lower });
const other = craft({ subject: 'other', issuer: lower });
/** Of the same name as `lower`, with another key. */
const impostor = craft({ subject: 'lower', issuer: upper, extensions: [authority()] });

const subjects = (pem: string) => (pem === '' ? [] : parseCertificates(pem).map(({ subject }) => subject));

for (const [what, given] of [
  ['in order', [server, lower, upper, root]],
  ['upside down', [root, upper, lower, server]],
  ['with others among them', [other, root, impostor, lower, server, upper]],
  ['each twice', [root, server, root, lower, upper, upper, lower, server]],
] as const) {
  t.test(`finds the certificate of a key and its issuers: ${what}`, async t => {
    const pair = orderChain(given.map(({ certificatePem }) => certificatePem).join(''), server.privateKeyPem);
    t.equal(pair.certificatePem, server.certificatePem);
    t.equal(pair.chainPem, lower.certificatePem + upper.certificatePem + root.certificatePem);
    t.equal(pair.privateKeyPem, server.privateKeyPem);
  });
}

const pem = (...of: (typeof server)[]) => of.map(({ certificatePem }) => certificatePem).join('');

t.test('the chain goes as far as it was given', async t => {
  t.same(subjects(orderChain(pem(server), server.privateKeyPem).chainPem), []);
  t.same(subjects(orderChain(pem(server, upper, lower), server.privateKeyPem).chainPem), ['CN=lower', 'CN=upper']);
  t.same(subjects(orderChain(pem(root, upper), root.privateKeyPem).chainPem), [], 'nothing is above a root');
  t.same(
    subjects(orderChain(server.der, server.privateKeyPem, pem(upper, lower)).chainPem),
    ['CN=lower', 'CN=upper'],
    'with the chain in a file of its own',
  );
});

t.test('a gap names what is missing', async t => {
  t.throws(() => orderChain(pem(server, lower, root), server.privateKeyPem), {
    name: 'CertificateError',
    found: 'no certificate of CN=upper among the 3 given',
    expected: 'the issuer of CN=lower, which comes between it and CN=root',
  });
  t.throws(() => orderChain(pem(server, impostor, upper), server.privateKeyPem), {
    message: /no certificate of CN=lower with the key that signed among the 3 given/,
  });
});

t.test('of two certificates of one key the newer one is meant', async t => {
  const notBefore = new Date('2026-03-01T00:00:00Z');
  const renewed = craft({ subject: 'server', issuer: lower, keys: server.keys, notBefore });
  for (const given of [pem(server, renewed, lower), pem(lower, renewed, server)]) {
    t.equal(orderChain(given, server.privateKeyPem).certificatePem, renewed.certificatePem);
  }
});

t.test('authorities that have issued each other make no endless chain', async t => {
  const crossed = craft({ subject: 'upper', issuer: lower, keys: upper.keys, extensions: [authority()] });
  t.same(subjects(orderChain(pem(server, lower, crossed), server.privateKeyPem).chainPem), ['CN=lower', 'CN=upper']);
  t.same(subjects(orderChain(pem(server, lower, crossed, upper), server.privateKeyPem).chainPem), [
    'CN=lower',
    'CN=upper',
  ]);
  t.equal(
    orderChain(pem(server, lower, crossed, upper, root), server.privateKeyPem).chainPem,
    pem(lower, upper, root),
    'the way that ends with a root is meant',
  );
});

t.test('a key without its certificate is refused, naming what is there', async t => {
  const given = other.certificatePem + lower.certificatePem;
  t.throws(() => orderChain(given, server.privateKeyPem), CertificateError);
  t.throws(() => orderChain(given, server.privateKeyPem), { message: /another certificate than CN=other and 1 more/ });
  t.throws(() => orderChain(given, 'no key'), CertificateError);
  t.throws(() => orderChain('no certificate', server.privateKeyPem), CertificateError);
});
