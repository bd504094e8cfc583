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

t.test('the chain goes as far as it was given', async t => {
  const pem = (...of: (typeof server)[]) => of.map(({ certificatePem }) => certificatePem).join('');
  t.same(subjects(orderChain(pem(server), server.privateKeyPem).chainPem), []);
  t.same(subjects(orderChain(pem(server, lower, root), server.privateKeyPem).chainPem), ['CN=lower'], 'a gap ends it');
  t.same(
    subjects(orderChain(pem(server, impostor, upper), server.privateKeyPem).chainPem),
    [],
    'another key of that name',
  );
  t.same(subjects(orderChain(pem(root, upper), root.privateKeyPem).chainPem), [], 'nothing is above a root');
});

t.test('a key without its certificate is refused, naming what is there', async t => {
  const given = other.certificatePem + lower.certificatePem;
  t.throws(() => orderChain(given, server.privateKeyPem), CertificateError);
  t.throws(() => orderChain(given, server.privateKeyPem), { message: /another certificate than CN=other and 1 more/ });
  t.throws(() => orderChain(given, 'no key'), CertificateError);
  t.throws(() => orderChain('no certificate', server.privateKeyPem), CertificateError);
});
