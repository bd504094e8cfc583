import { randomBytes } from 'node:crypto';
import t, { type Test } from 'tap';
import { signRequest } from '../../../server/admin/index.ts';
import { type Asked, newAdministrator, openWorld, OWNER, type SentRequest } from './fixture.ts';

/** Refused as nobody: 401, and one critical event of what was asked for, which names none but the key that was claimed. */
function refused(t: Test, asked: Asked<unknown>, rule: RegExp, action: string, claimedKeyId?: string): void {
  t.equal(asked.status, 401);
  t.match(asked.error?.message, rule);
  t.equal(asked.error?.reason, 'not authenticated');
  t.equal(asked.events.length, 1, 'one event');
  const [event] = asked.events;
  t.match(event, {
    action,
    outcome: 'failure',
    severity: 'critical',
    reason: { reasonCode: 401, reasonType: 'Unauthorized' },
    initiator: { id: 'unauthenticated', typeURI: 'service/security/account/user' },
    requestData: { accountId: 'unauthenticated' },
  });
  t.equal(event?.initiator.name, undefined);
  t.equal(event?.requestData['claimedKeyId'], claimedKeyId);
}

const LIST = 'hs-crypto.mtlscert-cert.list';

t.test(
  'as long as there is no administrator, the owner of the data folder acts over the socket, and only there',
  async t => {
    const world = await openWorld(t);
    const { status, events } = await world.ask('client list', {});
    t.equal(status, 200);
    t.match(events, [
      {
        action: LIST,
        outcome: 'success',
        severity: 'normal',
        initiator: { id: OWNER, typeURI: 'service/security/account/user', credential: { type: 'user' } },
        requestData: { requestURI: '/admin/client/list', accountId: OWNER },
        responseData: { action: 'list' },
      },
    ]);
    refused(t, await world.ask('client list', {}, { isLocal: false }), /an administrator must sign/, LIST);
  },
);

t.test('once there is an administrator every request must be signed, over the socket too', async t => {
  const world = await openWorld(t);
  const alice = await world.addAdministrator('alice');
  refused(t, await world.ask('vault create', { name: 'v' }), /must sign this; give --admin/, 'hs-crypto.vaults.write');
  for (const isLocal of [true, false]) {
    const { status, events } = await world.ask('client list', {}, { as: alice, isLocal });
    t.equal(status, 200);
    const { id } = (await world.folder.store.directory.administratorNamed('alice'))!;
    t.match(events, [
      {
        outcome: 'success',
        initiator: {
          id: `AdminKeyID-${alice.keyId}`,
          name: 'alice',
          typeURI: 'service/security/account/user',
          credential: { type: 'user' },
        },
        requestData: { accountId: id },
      },
    ]);
  }
  t.same(await world.folder.store.directory.vaultNamed('v'), undefined);
});

t.test('keys on the curve P-256 sign as well', async t => {
  const world = await openWorld(t);
  const alice = await world.addAdministrator('alice', undefined, 'P-256');
  t.equal((await world.ask('vault create', { name: 'v' }, { as: alice })).status, 200);
});

t.test('status needs no signature over the socket, and leaves no event; over the port it does', async t => {
  const world = await openWorld(t);
  const alice = await world.addAdministrator('alice');
  t.match(await world.ask('status', {}), { status: 200, events: [] });
  const request = world.request('status', {}, alice);
  t.match(await world.send(request, { isLocal: false }), { status: 200, events: [] });
  refused(t, await world.send(request, { isLocal: false }), /used before/, 'hs-crypto.mtlscert-cert.read', alice.keyId);
  refused(t, await world.ask('status', {}, { isLocal: false }), /must sign/, 'hs-crypto.mtlscert-cert.read');
});

t.test('a forged request is refused, whatever was changed about it', async t => {
  const world = await openWorld(t);
  const alice = await world.addAdministrator('alice');
  const stranger = { ...newAdministrator('alice'), keyId: alice.keyId };
  const instanceId = world.folder.service.instanceId;
  const spoilt: [string, RegExp, (request: SentRequest) => SentRequest][] = [
    ['another body', /body is not the one that was signed/, r => ({ ...r, body: Buffer.from('{"name":"w"}') })],
    [
      'another body with its own digest',
      /not valid for this server/,
      r => {
        const body = Buffer.from('{"name":"w"}');
        const { 'content-digest': digest } = signRequest({
          ...{ path: r.path, body, instanceId, ...stranger },
          ...{ now: world.now, nonce: randomBytes(18).toString('base64url') },
        });
        return { ...r, body, headers: { ...r.headers, 'content-digest': digest ?? '' } };
      },
    ],
    ['no signature', /header Signature is missing/, r => without(r, 'signature')],
    ['no parameters', /header Signature-Input is missing/, r => without(r, 'signature-input')],
    ['no digest', /header Content-Digest is missing/, r => without(r, 'content-digest')],
    ['another signature', /not valid/, r => changed(r, 'signature', /:../, ':AA')],
    ['another time', /not valid/, r => changed(r, 'signature-input', /created=\d+/, 'created=1795332601')],
    ['another nonce', /not valid/, r => changed(r, 'signature-input', /nonce="../, 'nonce="__')],
    ['another server', /for another server/, r => changed(r, 'signature-input', /tag="kmipd-/, 'tag="kmipd-x')],
    ['another algorithm', /not valid/, r => changed(r, 'signature-input', /"ed25519"/, '"ecdsa-p256-sha256"')],
    ['somebody else’s key', /not valid/, () => world.request('vault create', { name: 'v' }, stranger)],
  ];
  for (const [title, rule, spoil] of spoilt) {
    await t.test(title, async t => {
      const request = spoil(world.request('vault create', { name: 'v' }, alice));
      const claimed = request.headers['signature-input'] === undefined ? undefined : alice.keyId;
      refused(t, await world.send(request, { isLocal: false }), rule, 'hs-crypto.vaults.write', claimed);
    });
  }
  await t.test('another path', async t => {
    const request = world.request('vault create', { name: 'v' }, alice);
    const sent = { ...request, path: '/admin/admin/remove' };
    refused(t, await world.send(sent), /not valid/, 'hs-crypto.mtlscert-admin-key.delete', alice.keyId);
  });
  t.same((await world.folder.store.directory.vaults()).length, 1, 'nothing was done');
  t.equal((await world.ask('vault create', { name: 'v' }, { as: alice })).status, 200, 'unspoilt it is');
});

t.test('a key that no administrator has, or no longer, is refused; its claim stands in the event', async t => {
  const world = await openWorld(t);
  const alice = await world.addAdministrator('alice');
  const bob = await world.addAdministrator('bob', alice);
  const mallory = newAdministrator('mallory');
  refused(t, await world.ask('client list', {}, { as: mallory }), /not valid/, LIST, mallory.keyId);
  const renewed = newAdministrator('bob');
  const { publicKeyPem } = renewed;
  t.equal((await world.ask('admin renew', { name: 'bob', publicKeyPem }, { as: bob })).status, 200);
  refused(t, await world.ask('client list', {}, { as: bob }), /not valid/, LIST, bob.keyId);
  t.equal((await world.ask('client list', {}, { as: renewed })).status, 200);
  t.equal((await world.ask('admin remove', { name: 'bob' }, { as: alice })).status, 200);
  refused(t, await world.ask('client list', {}, { as: renewed }), /not valid/, LIST, renewed.keyId);
});

t.test('a stale request and one of the future are refused, to the millisecond of the window', async t => {
  const world = await openWorld(t, { settings: { 'admin.timeWindowSeconds': 60 } });
  const alice = await world.addAdministrator('alice');
  const signedAt = (seconds: number): SentRequest => {
    const { now } = world;
    world.later(seconds);
    const request = world.request('client list', {}, alice);
    world.now = now;
    return request;
  };
  world.now = new Date('2026-11-22T08:00:00.000Z');
  for (const seconds of [-60, 60]) t.equal((await world.send(signedAt(seconds))).status, 200, `${seconds} s`);
  for (const seconds of [-61, 61, -86_400, 86_400]) {
    refused(t, await world.send(signedAt(seconds)), /differs from the server's by more than 60 s/, LIST, alice.keyId);
  }
  world.now = new Date('2026-11-22T08:00:00.001Z');
  refused(t, await world.send(signedAt(-60.001)), /more than 60 s/, LIST, alice.keyId);
});

t.test('a replayed request is refused, also by the server’s next start, for as long as its time would do', async t => {
  const world = await openWorld(t, { settings: { 'admin.timeWindowSeconds': 60 } });
  const alice = await world.addAdministrator('alice');
  const request = world.request('vault create', { name: 'v' }, alice);
  const failing = world.request('vault create', { name: 'default' }, alice);
  t.equal((await world.send(request)).status, 200);
  t.equal((await world.send(failing)).status, 409);
  const VAULT = 'hs-crypto.vaults.write';
  refused(t, await world.send(request), /used before/, VAULT, alice.keyId);
  refused(t, await world.send(failing), /used before/, VAULT, alice.keyId);
  await world.close();

  const folder = world.folder.path;
  // A wider window must not let in what was used under the narrower one.
  const next = await openWorld(t, { folder, settings: { 'admin.timeWindowSeconds': 3600 } });
  next.now = new Date(world.now.getTime() + 3_500_000);
  t.equal((await next.ask('client list', {}, { as: alice })).status, 200, 'nonces that are done with are forgotten');
  refused(t, await next.send(request), /used before/, VAULT, alice.keyId);
  next.later(200);
  refused(t, await next.send(request), /by more than 3600 s/, VAULT, alice.keyId);
});

t.test('of fifty times the same request at once one is done, and 49 are refused', async t => {
  for (const [name, body] of [
    ['vault create', { name: 'v' }],
    ['client list', {}],
  ] as const) {
    const world = await openWorld(t);
    const alice = await world.addAdministrator('alice');
    const request = world.request(name, body, alice);
    const before = (await world.events()).length;
    const { manager } = world;
    const all = await Promise.all(Array.from({ length: 50 }, () => manager.handle({ ...request, isLocal: true })));
    t.same(
      all.map(({ status }) => status).sort((a, b) => a - b),
      [200, ...Array<number>(49).fill(401)],
    );
    const events = (await world.events()).slice(before);
    t.equal(events.length, 50);
    const failures = events.filter(({ outcome }) => outcome === 'failure');
    t.equal(failures.length, 49);
    t.ok(failures.every(({ initiator, severity }) => initiator.id === 'unauthenticated' && severity === 'critical'));
  }
});

t.test('a request for another server is refused by this one', async t => {
  const [one, other] = [await openWorld(t), await openWorld(t, { settings: { 'audit.instanceId': 'other' } })];
  const alice = await one.addAdministrator('alice');
  const { publicKeyPem } = alice;
  t.equal((await other.ask('admin create', { name: 'alice', publicKeyPem })).status, 200);
  const request = one.request('client list', {}, alice);
  refused(t, await other.send(request), /for another server/, LIST, alice.keyId);
  t.equal((await one.send(request)).status, 200);
});

t.test('who waits in line while the administrator is removed is nobody by then', async t => {
  const world = await openWorld(t);
  const alice = await world.addAdministrator('alice');
  const bob = await world.addAdministrator('bob', alice);
  const { manager } = world;
  const requests = [
    world.request('admin remove', { name: 'bob' }, alice),
    world.request('vault create', { name: 'v' }, bob),
  ];
  const answers = await Promise.all(requests.map(request => manager.handle({ ...request, isLocal: true })));
  t.same(
    answers.map(({ status }) => status),
    [200, 401],
  );
  t.equal(await world.folder.store.directory.vaultNamed('v'), undefined);
});

t.test('of the owner’s requests that come together with the first administrator those behind are refused', async t => {
  const world = await openWorld(t);
  const alice = newAdministrator('alice');
  const { publicKeyPem } = alice;
  const requests = [
    world.request('admin create', { name: 'alice', publicKeyPem }),
    world.request('vault create', { name: 'v' }),
  ];
  const answers = await Promise.all(requests.map(request => world.manager.handle({ ...request, isLocal: true })));
  t.same(
    answers.map(({ status }) => status),
    [200, 401],
  );
});

t.test('to recover, the owner may remove an administrator without a signature, and nothing else', async t => {
  const world = await openWorld(t);
  await world.addAdministrator('alice');
  const folder = world.folder.path;
  await world.close();
  const recovering = await openWorld(t, { folder, recover: true });
  refused(t, await recovering.ask('client list', {}), /must sign/, LIST);
  refused(
    t,
    await recovering.ask('admin remove', { name: 'alice' }, { isLocal: false }),
    /must sign/,
    'hs-crypto.mtlscert-admin-key.delete',
  );
  const { status, answer, events } = await recovering.ask('admin remove', { name: 'alice' });
  t.equal(status, 200);
  t.same(answer, { name: 'alice', left: 0 });
  t.match(events, [{ initiator: { id: OWNER }, responseData: { action: 'delete', recovered: true } }]);
  t.equal((await recovering.ask('client list', {})).status, 200, 'the owner may act again');
});

t.test('a path that nobody knows is no secret kept from nobody: first who asks, then what', async t => {
  const world = await openWorld(t);
  const alice = await world.addAdministrator('alice');
  const request = { ...world.request('client list', {}), path: '/admin/client/at/192.0.2.7' };
  refused(t, await world.send(request), /must sign/, 'hs-crypto.mtlscert-admin-key.read');
  const instanceId = world.folder.service.instanceId;
  const { path, body } = request;
  const signature = signRequest({ path, body, instanceId, ...alice, now: world.now, nonce: 'A'.repeat(24) });
  const asked = await world.send({ ...request, headers: { ...request.headers, ...signature } });
  t.equal(asked.status, 404);
  t.match(asked.events, [
    {
      action: 'hs-crypto.mtlscert-admin-key.read',
      outcome: 'failure',
      reason: { reasonCode: 404 },
      requestData: { requestURI: '/admin' },
      initiator: { name: 'alice' },
    },
  ]);
  t.notMatch(JSON.stringify(asked.events), /192\.0\.2/);
});

function without(request: SentRequest, header: string): SentRequest {
  const { [header]: _, ...headers } = request.headers;
  return { ...request, headers };
}

const changed = (request: SentRequest, header: string, what: RegExp, by: string): SentRequest => ({
  ...request,
  headers: { ...request.headers, [header]: request.headers[header]?.replace(what, by) ?? '' },
});
