import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { Operation, ResultReason, V1_1 } from '../../../kmip-codec/index.ts';
import type { AnswerOf, ShownRefused } from '../../../server/admin/index.ts';
import { validateEvent, type AuditEvent } from '../../../server/audit/index.ts';
import { certificateRequest, selfSigned, vcenterSubject, vmca } from '../../certs/material.ts';
import { requestMessage, type ClientIdentity } from '../kmip-client.ts';
import { spawnServer, type ServerProcess } from '../server-process.ts';
import { commandFor, commandLike, type Way } from './readme.ts';
import { Vcenter } from './vcenter.ts';

t.setTimeout(180_000);

t.test('"vCenter Certificate": self-signed, no Extended Key Usage', async t => {
  const { server, vcenter, folder } = await emptyServer(t);
  const identity = await selfSigned({ commonName: 'vcenter.example', subject: vcenterSubject, keyType: 'RSA 2048' });
  writeFileSync(join(folder, 'vcenter.pem'), identity.certificatePem);
  await addedBy(t, server, 'vCenter Certificate');
  await works(t, { server, vcenter, identity, origin: 'pinned' });
});

t.test('"New Certificate Signing Request (CSR)": whatever subject vCenter wrote', async t => {
  const { server, vcenter, folder } = await emptyServer(t);
  const { csrPem, privateKeyPem } = await certificateRequest();
  writeFileSync(join(folder, 'vcenter.csr'), csrPem.replaceAll('\n', '\r\n'));
  await addedBy(t, server, 'New Certificate Signing Request (CSR)');
  const certificatePem = readFileSync(join(folder, 'out/vcenter-1.crt'), 'utf8');
  await works(t, { server, vcenter, identity: { certificatePem, privateKeyPem }, origin: 'signed' });
});

t.test('"KMS certificate and private key": a pair that kmipd makes', async t => {
  const { server, vcenter, folder } = await emptyServer(t);
  await addedBy(t, server, 'KMS certificate and private key');
  const read = (name: string) => readFileSync(join(folder, 'out', name), 'utf8');
  const identity = { certificatePem: read('vcenter-1.crt'), privateKeyPem: read('vcenter-1.key') };
  t.equal(statSync(join(folder, 'out/vcenter-1.key')).mode & 0o777, 0o600, 'the key is for its owner only');
  await works(t, { server, vcenter, identity, origin: 'issued' });
});

t.test('"vCenter Root CA Certificate": root and leaf as the VMCA makes them', async t => {
  const { server, vcenter, folder } = await emptyServer(t);
  const { root, leaf } = await vmca({ commonName: 'vcenter-1.example' });
  writeFileSync(join(folder, 'root.pem'), root.certificatePem);
  await addedBy(t, server, 'vCenter Root CA Certificate');
  await works(t, { server, vcenter, identity: leaf, origin: 'seen' });
});

t.test('a vCenter that has already tried is trusted by its fingerprint', async t => {
  const { server, vcenter } = await emptyServer(t);
  const identity = await selfSigned({ commonName: 'vcenter.example', subject: vcenterSubject, keyType: 'RSA 2048' });
  vcenter.trust(await vcenter.trustDialog());
  for (let i = 0; i < 3; i++) t.equal(await knock(vcenter, identity), ResultReason.AuthenticationNotSuccessful);

  const refused = await asked<ShownRefused[]>(t, server, ...commandLike(/^client refused/));
  t.match(refused, [{ count: 3, cause: 'unknown certificate', subject: /CN=vcenter\.example/ }]);
  t.equal(refused.length, 1);
  const trust = commandLike(/^client trust/).map(word => (word === 'FINGERPRINT' ? refused[0]!.sha1 : word));
  const { certificate } = await asked<AnswerOf<'client trust'>>(t, server, ...trust);
  t.equal(certificate.sha256, refused[0]?.sha256);
  await works(t, { server, vcenter, identity, origin: 'pinned' });
  t.same(await asked(t, server, 'client', 'refused'), []);
});

/** A server on a folder that does not exist yet, commands in a folder of their own, and a vCenter that knows neither. */
async function emptyServer(t: Test) {
  const folder = mkdtempSync(join(tmpdir(), 'kmipd-trust-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const server = await spawnServer(t, { cwd: folder, args: ['--key-type', 'RSA 2048', '--name', 'kms.example'] });
  return { server, vcenter: new Vcenter(server), folder };
}

/** Step 3 of the README, by the command that stands there. */
async function addedBy(t: Test, server: ServerProcess, way: Way): Promise<void> {
  const { code, out, err } = await server.kmipd(...commandFor(way));
  t.equal(code, 0, `${way}: ${err}`);
  t.match(out, 'vcenter-1', 'says who was added');
}

/** What a command answers as JSON. */
async function asked<Answer>(t: Test, server: ServerProcess, ...args: string[]): Promise<Answer> {
  const { code, out, err } = await server.kmipd(...args, '--json');
  t.equal(code, 0, `kmipd ${args.slice(0, 2).join(' ')} ${err}`);
  return JSON.parse(out) as Answer;
}

async function knock(vcenter: Vcenter, identity: ClientIdentity): Promise<number | undefined> {
  const client = await vcenter.connect(identity);
  const request = requestMessage([{ operation: Operation.DiscoverVersions, requestPayload: {} }], { version: V1_1 });
  const { batchItems } = await client.send(request);
  await client.close();
  return batchItems?.[0]?.resultReason;
}

interface Works {
  readonly server: ServerProcess;
  readonly vcenter: Vcenter;
  readonly identity: ClientIdentity;
  readonly origin: string;
}

/** Trust the other way, then one machine is encrypted; what both sides can see of it. */
async function works(t: Test, { server, vcenter, identity, origin }: Works): Promise<void> {
  const shown = await vcenter.trustDialog();
  const { server: own } = await asked<AnswerOf<'certs show'>>(t, server, 'certs', 'show');
  t.match(own, { sha1: shown.sha1, sha256: shown.sha256 }, 'certs show and the trust dialog show the same certificate');
  vcenter.trust(shown);

  const uniqueIdentifier = await vcenter.encryptMachine(t, identity);
  const keys = await asked<{ uniqueIdentifier: string; state: string }[]>(t, server, 'keys', 'list');
  t.match(keys, [{ uniqueIdentifier, state: 'Active' }]);
  t.equal(keys.length, 1);

  const client = await asked<AnswerOf<'client show'>>(t, server, 'client', 'show', 'vcenter-1');
  t.match(client, {
    name: 'vcenter-1',
    vault: 'default',
    keys: 1,
    products: [{ value: 'Example Center', keys: 1 }, {}],
  });
  t.match(client.certificates, [{ origin, lastHandshakeAt: /^20/, lastRequestAt: /^20/ }]);
  const status = await asked<AnswerOf<'status'>>(t, server, 'status');
  t.match(status, { isRunning: true, clients: 1 });

  const events = (await server.kmipd('events', '--json', '--limit', '1000')).out
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as AuditEvent);
  for (const event of events) t.equal(validateEvent(event), undefined, event.message);
  const times = (action: string, outcome = 'success') =>
    events.filter(event => event.action === action && event.outcome === outcome).length;
  // Under a root the certificate itself is set at its first sight.
  t.equal(times('hs-crypto.mtlscert-cert.set'), origin === 'seen' ? 2 : 1, 'one event for the trust');
  for (const action of ['create', 'activate']) t.equal(times(`hs-crypto.kmip-key.${action}`), 1, action);
  t.equal(times('hs-crypto.kmip-key.read'), 2);
  const ofKeys = events.filter(
    ({ action, outcome }) => action.startsWith('hs-crypto.kmip-key') && outcome === 'success',
  );
  t.ok(ofKeys.every(({ initiator }) => initiator.name === 'vcenter-1'));
  t.notMatch(server.err(), /ERROR/);
}
