import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import t from 'tap';
import { createServerRequest, parseCsr, toPem } from '../../../certs/index.ts';
import {
  CertificateRequestType,
  CryptographicUsageMask,
  KeyFormatType,
  ObjectType,
  Operation,
  ResultReason,
} from '../../../kmip-codec/index.ts';
import { keyBlockOf } from '../operations/object-samples.ts';
import { template } from '../operations/world.ts';
import { runServer, type KmipClient } from '../running-server.ts';
import { getItem } from './messages.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const privateKeyPem = privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
const { csrPem } = await createServerRequest({ names: ['intruder.example'], privateKeyPem });

/** A Public Key and its certificate, both by their Unique Identifiers. */
async function certified(client: KmipClient) {
  const key = await client.request(Operation.Register, {
    objectType: ObjectType.PublicKey,
    attributes: template([CryptographicUsageMask, CryptographicUsageMask.Verify]),
    object: { keyBlock: keyBlockOf(KeyFormatType.X_509, publicKey.export({ format: 'der', type: 'spki' })) },
  });
  const { uniqueIdentifier } = await client.request(Operation.Certify, {
    ...key,
    certificateRequestType: CertificateRequestType.PKCS_10,
    certificateRequestValue: Buffer.from(parseCsr(csrPem).der),
  });
  return { publicKey: key.uniqueIdentifier, certificate: uniqueIdentifier };
}

const pemOf = async (client: KmipClient, uniqueIdentifier: string) => {
  const { object } = await client.request(Operation.Get, { uniqueIdentifier });
  return toPem('CERTIFICATE', (object as { certificateValue: Uint8Array }).certificateValue);
};

t.test('a certificate that Certify has issued lets nobody in, alone or with its authority', async t => {
  const server = await runServer(t);
  const client = await server.connect(await server.addClient('a'));
  const { certificate } = await certified(client);
  const certificatePem = await pemOf(client, certificate);
  const { uniqueIdentifiers = [] } = await client.request(Operation.Locate, {
    attributes: [{ attribute: ObjectType, value: ObjectType.Certificate }],
  });
  const authority = uniqueIdentifiers.find(one => one !== certificate)!;
  t.equal(uniqueIdentifiers.length, 2);
  for (const pem of [certificatePem, certificatePem + (await pemOf(client, authority))]) {
    const intruder = await server.connect({ certificatePem: pem, privateKeyPem });
    const { batchItems } = await intruder.batch([getItem(certificate)]);
    t.equal(batchItems?.[0]?.resultReason, ResultReason.AuthenticationNotSuccessful);
    t.match((await server.events()).at(-1), { outcome: 'failure', severity: 'critical' });
  }
});

t.test('the events of Certify name the key, the certificate and, at first, the authority, and no subject', async t => {
  const server = await runServer(t);
  const client = await server.connect(await server.addClient('a'));
  const first = await certified(client);
  const created = (await server.events()).filter(({ action }) => action === 'hs-crypto.kmip-key.create');
  t.equal(created.length, 3, 'Register, Certify, and Certify of the authority');
  t.match(created[1], { responseData: { uniqueIdentifier: first.certificate } });
  const again = await certified(client);
  const { uniqueIdentifier } = await client.request(Operation.ReCertify, { uniqueIdentifier: again.certificate });
  const later = (await server.events()).filter(({ action }) => action === 'hs-crypto.kmip-key.create').slice(3);
  t.equal(later.length, 3, 'Register, Certify, Re-certify');
  t.match(later[2], { responseData: { uniqueIdentifier } });
  t.notMatch(JSON.stringify(await server.events()), /intruder/);
});

t.test('each vault has an authority of its own, which another start finds again', async t => {
  const server = await runServer(t);
  const a = await server.addClient('a', { vault: 'one' });
  const client = await server.connect(a);
  const other = await server.connect(await server.addClient('b', { vault: 'two' }));
  const issuerOf = async (one: KmipClient, { certificate }: { certificate: string }) =>
    new X509Certificate(await pemOf(one, certificate)).issuer;
  const issuer = await issuerOf(client, await certified(client));
  t.not(await issuerOf(other, await certified(other)), issuer);
  await server.stop();
  const restarted = await runServer(t, { folder: server.folder });
  const again = await restarted.connect(a);
  t.equal(await issuerOf(again, await certified(again)), issuer);
});
