import t, { type Test } from 'tap';
import {
  CredentialType,
  decodeResponse,
  Operation,
  ResultReason,
  ResultStatus,
  V1_1,
  type Credential,
} from '../../../kmip-codec/index.ts';
import { selfSigned } from '../../certs/material.ts';
import { runServer, type ClientIdentity, type RunningTestServer } from '../running-server.ts';
import { bytesOf, createItem, ending, endings, getItem, identifierIn, NOBODYS } from './messages.ts';

const DAY_SECONDS = 86_400;

/** A connection of this client is told Authentication Not Successful and ended. */
async function isRefused(t: Test, server: RunningTestServer, identity: ClientIdentity | undefined, cause: string) {
  const client = await server.connect(identity);
  const { message, version } = decodeResponse((await client.sendBytes(bytesOf([getItem('x')], { version: V1_1 })))!);
  t.equal(version, V1_1);
  t.match(message.batchItems, [
    {
      operation: undefined,
      resultStatus: ResultStatus.OperationFailed,
      resultReason: ResultReason.AuthenticationNotSuccessful,
      resultMessage: `authentication by certificate: ${cause}`,
    },
  ]);
  t.equal(await client.nextMessage(), undefined, 'the connection ends');
  t.equal(await client.closed, undefined, 'without a reset');
  return (await server.events()).at(-1);
}

t.test('who has no certificate, or an unknown one, is told so in the words of KMIP and cut off', async t => {
  const server = await runServer(t);
  const refusal = {
    action: 'hs-crypto.kmip-key.default',
    outcome: 'failure',
    severity: 'critical',
    reason: { reasonCode: 401 },
  };
  t.match(await isRefused(t, server, undefined, 'no certificate'), {
    ...refusal,
    initiator: { id: 'CertificateID-none' },
  });
  const stranger = await selfSigned({ commonName: 'stranger' });
  t.match(await isRefused(t, server, stranger, 'unknown certificate'), {
    ...refusal,
    initiator: { id: /^CertificateID-[0-9a-f]{64}$/ },
  });
  const known = await server.connect(await server.addClient('known'));
  t.same(endings(await known.batch([createItem()])), ['Success'], 'the listener does not suffer');
});

t.test('a stranger is a stranger first, whatever it sends', async t => {
  const server = await runServer(t);
  const stranger = await selfSigned({ commonName: 'stranger' });
  for (const bytes of [Buffer.from('<GET> / HTTP/1.1\r\n\r\n'), Buffer.from('420078010fffffff', 'hex')]) {
    const client = await server.connect(stranger);
    const { message } = decodeResponse((await client.sendBytes(bytes))!);
    t.match(message.batchItems, [{ resultReason: ResultReason.AuthenticationNotSuccessful }]);
    t.equal(await client.nextMessage(), undefined, 'the connection ends');
    t.match((await server.events()).at(-1), { severity: 'critical', reason: { reasonCode: 401 } });
  }
});

t.test('a self-signed certificate without Extended Key Usage is as good as any once it is pinned', async t => {
  const server = await runServer(t);
  for (const keyType of ['ECDSA P-256', 'RSA 2048', 'Ed25519'] as const) {
    const identity = await selfSigned({ commonName: keyType, keyType });
    await server.addClient(keyType, { identity });
    t.same(endings(await (await server.connect(identity)).batch([createItem()])), ['Success'], keyType);
  }
});

t.test('a certificate is refused before and after its dates, also on a connection that is open', async t => {
  const server = await runServer(t);
  const vcenter = await server.addClient('vcenter');
  const client = await server.connect(vcenter);
  t.same(endings(await client.batch([createItem()])), ['Success']);
  server.clock.later(-2 * DAY_SECONDS);
  t.match(await isRefused(t, server, vcenter, 'certificate not yet valid'), {
    initiator: { id: vcenter.initiatorId, name: 'vcenter' },
    reason: { reasonCode: 401 },
  });
  server.clock.later(2 * DAY_SECONDS);
  t.same(endings(await client.batch([createItem()])), ['Success']);
  server.clock.later(400 * DAY_SECONDS);
  t.same(endings(await client.batch([createItem()])), ['Authentication Not Successful']);
  t.equal(await client.nextMessage(), undefined);
  t.match(await isRefused(t, server, vcenter, 'expired certificate'), {
    initiator: { id: vcenter.initiatorId, name: 'vcenter' },
  });
});

t.test('a client that is removed is cut off and refused, and one that is added again is let in', async t => {
  const server = await runServer(t);
  const vcenter = await server.addClient('vcenter');
  const client = await server.connect(vcenter);
  t.same(endings(await client.batch([createItem()])), ['Success']);
  t.equal(await server.removeClient(vcenter), 1);
  t.equal(await client.nextMessage(), undefined);
  await isRefused(t, server, vcenter, 'unknown certificate');
  await server.addClient('vcenter again', { identity: vcenter });
  t.same(endings(await (await server.connect(vcenter)).batch([createItem()])), ['Success']);
});

t.test('a client that another process removes is refused with its next message already', async t => {
  const server = await runServer(t);
  const vcenter = await server.addClient('vcenter');
  const client = await server.connect(vcenter);
  t.same(endings(await client.batch([createItem()])), ['Success']);
  await server.administer({ kind: 'remove client', id: vcenter.id, at: new Date() });
  const answer = await client.sendBytes(bytesOf([createItem()]));
  // Unless it was cut in this very moment.
  if (answer !== undefined) t.same(endings(decodeResponse(answer).message), ['Authentication Not Successful']);
  t.equal(await client.nextMessage(), undefined);
  t.equal((await server.events()).filter(({ action }) => action === 'hs-crypto.kmip-key.create').length, 1);
});

t.test('who closes after the handshake leaves no event and nothing in the log', async t => {
  const server = await runServer(t);
  const vcenter = await server.addClient('vcenter');
  for (const identity of [vcenter, undefined, await selfSigned({ commonName: 'stranger' })]) {
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      await (await server.connect(identity, { maxVersion })).close();
      const client = await server.connect(identity, { maxVersion });
      client.socket.destroy();
      await client.closed;
    }
  }
  await server.stop();
  t.same(
    server.logged.filter(({ level }) => !['debug', 'trace'].includes(level)),
    [],
  );
  const again = await runServer(t, { folder: server.folder });
  t.same(await again.events(), []);
});

t.test('a client sees the objects of its vault and of no other, and only the auditor learns of them', async t => {
  const server = await runServer(t);
  const [a, b, other] = [
    await server.addClient('a', { vault: 'one' }),
    await server.addClient('b', { vault: 'one' }),
    await server.addClient('other', { vault: 'two' }),
  ];
  const { batchItems } = await (await server.connect(a)).batch([createItem()]);
  const uniqueIdentifier = identifierIn(batchItems?.[0]);
  t.equal(ending(await (await server.connect(b)).item(Operation.Get, { uniqueIdentifier })), 'Success');
  const stranger = await server.connect(other);
  const theirs = await stranger.item(Operation.Get, { uniqueIdentifier });
  const nobodys = await stranger.item(Operation.Get, { uniqueIdentifier: NOBODYS });
  t.equal(ending(theirs), 'Item Not Found');
  t.same(theirs, nobodys, 'the same answer as for what does not exist');
  t.match((await server.events()).slice(-2), [
    {
      reason: { reasonCode: 403 },
      message: /belongs to another vault \(Permission Denied\) -failure$/,
      responseData: { resultReason: 'Item Not Found' },
    },
    { reason: { reasonCode: 404 } },
  ]);
});

const withPassword = (
  username: string,
  password?: string,
): { header: { authentication: { credentials: Credential[] } } } => ({
  header: {
    authentication: {
      credentials: [{ credentialType: CredentialType.UsernameAndPassword, credentialValue: { username, password } }],
    },
  },
});

t.test('a client with a password must give it with every message, any other need not (1.4 §6.6)', async t => {
  const server = await runServer(t);
  const strict = await server.addClient('strict', { username: 'vc', password: 'correct horse' });
  const plain = await server.addClient('plain');
  const client = await server.connect(strict);
  for (let i = 0; i < 2; i++)
    t.same(endings(await client.batch([createItem()], withPassword('vc', 'correct horse'))), ['Success']);
  const device = { credentialType: CredentialType.Device, credentialValue: { deviceSerialNumber: '1' } } as const;
  const wrong = {
    'wrong password': withPassword('vc', 'wrong horse'),
    'wrong username': withPassword('cv', 'correct horse'),
    'no password': withPassword('vc'),
    'no credential': {},
    'another kind of credential': { header: { authentication: { credentials: [device] } } },
  };
  for (const [what, options] of Object.entries(wrong)) {
    const refused = await server.connect(strict);
    t.same(endings(await refused.batch([createItem()], options)), ['Authentication Not Successful'], what);
    t.equal(await refused.nextMessage(), undefined, `${what}: the connection ends`);
    const event = (await server.events()).at(-1);
    t.match(event, {
      action: 'hs-crypto.kmip-key.default',
      initiator: { id: strict.initiatorId },
      reason: { reasonCode: 401 },
    });
    t.notMatch(JSON.stringify(event), /horse/);
  }
  t.same(endings(await client.batch([createItem()], withPassword('vc', 'correct horse'))), ['Success']);
  const other = await server.connect(plain);
  t.same(endings(await other.batch([createItem()], withPassword('anybody', 'anything'))), ['Success']);
  t.notMatch(
    JSON.stringify([server.logged, await server.events()]),
    /horse|anything/,
    'and no password is written anywhere',
  );
});
