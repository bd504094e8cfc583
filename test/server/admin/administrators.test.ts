import { generateKeyPairSync } from 'node:crypto';
import t from 'tap';
import { done, failed, newAdministrator, openWorld, OWNER, START } from './fixture.ts';

const CREATE = 'hs-crypto.mtlscert-admin-key.create';
const UPDATE = 'hs-crypto.mtlscert-admin-key.update';
const READ = 'hs-crypto.mtlscert-admin-key.read';
const DELETE = 'hs-crypto.mtlscert-admin-key.delete';

t.test('create: the first one by the owner; the answer has what the key file keeps of the server', async t => {
  const world = await openWorld(t);
  const alice = newAdministrator('alice');
  const { publicKeyPem, keyId } = alice;
  const asked = await world.ask('admin create', { name: 'alice', publicKeyPem });
  const set = done(t, asked, CREATE, {
    severity: 'critical',
    target: { name: 'alice' },
    requestData: { keyId },
    responseData: { action: 'create' },
  });
  t.match(set, {
    ...{ name: 'alice', keyId, keyType: 'Ed25519', createdAt: START.toISOString(), keySetAt: START.toISOString() },
    instanceId: world.folder.service.instanceId,
    authorityPem: String((await world.folder.certificates.authority()).certificatePem),
  });
  t.match(asked.events[0]?.target.id, new RegExp(`:${set.id}$`));
  const bob = await world.addAdministrator('bob', alice, 'P-256');
  const { answer } = await world.ask('admin list', {}, { as: bob });
  t.match(answer.administrators, [
    { name: 'alice', keyType: 'Ed25519' },
    { name: 'bob', keyType: 'ECDSA P-256', keyId: bob.keyId },
  ]);
});

t.test('create: other keys, names that are taken and keys that are are refused', async t => {
  const world = await openWorld(t);
  const pem = (key: { export(options: object): string | Buffer }) =>
    key.export({ format: 'pem', type: 'spki' }).toString();
  const rsa = pem(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey);
  const p384 = pem(generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey);
  const alice = newAdministrator('alice');
  for (const [title, name, publicKeyPem, message] of [
    ['RSA', 'a', rsa, /RSA 2048/],
    ['P-384', 'a', p384, /ECDSA P-384/],
    ['a private key', 'a', alice.privateKeyPem, /expected -----BEGIN PUBLIC KEY/],
    ['no key', 'a', 'key', /expected/],
    ['a name that is none', 'a/b', alice.publicKeyPem, /name/],
  ] as const) {
    await t.test(title, async t => {
      const asked = await world.ask('admin create', { name, publicKeyPem });
      failed(t, asked, { code: 400, action: CREATE, message });
      t.notMatch(JSON.stringify(asked.events), /PRIVATE/);
    });
  }
  const first = await world.addAdministrator('alice');
  const again = await world.ask('admin create', { name: 'alice', publicKeyPem: alice.publicKeyPem }, { as: first });
  t.match(again, {
    status: 409,
    error: { message: /there is an administrator alice already/ },
    events: [{ action: CREATE }],
  });
  const twice = await world.ask('admin create', { name: 'bob', publicKeyPem: first.publicKeyPem }, { as: first });
  t.match(twice, {
    status: 409,
    error: { message: /that of administrator alice already/ },
    events: [{ action: CREATE }],
  });
});

t.test('list and show are reads of the key; who is not there is not found', async t => {
  const world = await openWorld(t);
  t.same(done(t, await world.ask('admin list', {}), READ, { severity: 'normal' }).administrators, []);
  failed(t, await world.ask('admin show', { name: 'alice' }), {
    code: 404,
    action: READ,
    message: /no administrator alice/,
  });
  const alice = await world.addAdministrator('alice');
  const shown = await world.ask('admin show', { name: 'alice' }, { as: alice });
  t.match(shown, {
    status: 200,
    answer: { name: 'alice', keyId: alice.keyId },
    events: [{ action: READ, target: { name: 'alice' }, responseData: { action: 'read' } }],
  });
});

t.test('renew: by oneself or by another; the former key ends at once', async t => {
  const world = await openWorld(t);
  const alice = await world.addAdministrator('alice');
  const bob = await world.addAdministrator('bob', alice);
  world.later(60);
  const [next, nextBob] = [newAdministrator('alice'), newAdministrator('bob')];
  const renewed = await world.ask('admin renew', { name: 'alice', publicKeyPem: next.publicKeyPem }, { as: alice });
  t.match(renewed, {
    status: 200,
    answer: { keyId: next.keyId, createdAt: START.toISOString(), keySetAt: world.now.toISOString() },
    events: [
      {
        action: UPDATE,
        severity: 'critical',
        initiator: { id: `AdminKeyID-${alice.keyId}` },
        requestData: { keyId: next.keyId, formerKeyId: alice.keyId },
        responseData: { action: 'update' },
      },
    ],
  });
  t.equal((await world.ask('admin list', {}, { as: alice })).status, 401);
  const byAnother = await world.ask('admin renew', { name: 'bob', publicKeyPem: nextBob.publicKeyPem }, { as: next });
  t.equal(byAnother.status, 200);
  t.equal((await world.ask('admin list', {}, { as: bob })).status, 401);
  const same = await world.ask('admin renew', { name: 'bob', publicKeyPem: nextBob.publicKeyPem }, { as: nextBob });
  t.match(same, { status: 409, error: { message: /that of administrator bob already/ } });
  const none = await world.ask('admin renew', { name: 'carol', publicKeyPem: bob.publicKeyPem }, { as: nextBob });
  t.match(none, { status: 404, events: [{ action: UPDATE, outcome: 'failure' }] });
});

t.test('remove: the last one ends it by itself; then the owner may act again', async t => {
  const world = await openWorld(t);
  const alice = await world.addAdministrator('alice');
  const bob = await world.addAdministrator('bob', alice);
  const removed = await world.ask('admin remove', { name: 'alice' }, { as: bob });
  t.match(removed, {
    status: 200,
    answer: { name: 'alice', left: 1 },
    events: [{ action: DELETE, severity: 'critical', responseData: { action: 'delete', administratorsLeft: 1 } }],
  });
  const { answer, status } = await world.ask('admin remove', { name: 'bob' }, { as: bob });
  t.equal(status, 200);
  t.same(answer, { name: 'bob', left: 0 });
  const { events } = await world.ask('client list', {});
  t.match(events, [{ outcome: 'success', initiator: { id: OWNER } }]);
  failed(t, await world.ask('admin remove', { name: 'bob' }), {
    code: 404,
    action: DELETE,
    message: /no administrator bob/,
  });
});
