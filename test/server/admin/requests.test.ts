import { randomBytes } from 'node:crypto';
import t from 'tap';
import type { RequestName } from '../../../server/admin/index.ts';
import { pathOf, requestAt, requestNames } from '../../../server/admin/requests/index.ts';
import { ConflictError, type Store, StoreUnavailable } from '../../../server/store/index.ts';
import { base64, done, failed, notingEffects, openWorld, START } from './fixture.ts';

const VAULT = 'hs-crypto.vaults.write';

/** The events page's action of each request. */
const ACTIONS: Readonly<Record<RequestName, string | undefined>> = {
  'client add': 'hs-crypto.mtlscert-cert.set',
  'client trust': 'hs-crypto.mtlscert-cert.set',
  'client crl': 'hs-crypto.mtlscert-cert.set',
  'client list': 'hs-crypto.mtlscert-cert.list',
  'client refused': 'hs-crypto.mtlscert-cert.list',
  'client show': 'hs-crypto.mtlscert-cert.read',
  'client remove': 'hs-crypto.mtlscert-cert.delete',
  'certs show': 'hs-crypto.mtlscert-cert.read',
  'certs crl': 'hs-crypto.mtlscert-cert.read',
  'certs server renew': 'hs-crypto.mtlscert-cert.set',
  'certs server csr': 'hs-crypto.mtlscert-cert.set',
  'certs server import': 'hs-crypto.mtlscert-cert.set',
  'certs authority import': 'hs-crypto.mtlscert-cert.set',
  'admin create': 'hs-crypto.mtlscert-admin-key.create',
  'admin renew': 'hs-crypto.mtlscert-admin-key.update',
  'admin list': 'hs-crypto.mtlscert-admin-key.read',
  'admin show': 'hs-crypto.mtlscert-admin-key.read',
  'admin remove': 'hs-crypto.mtlscert-admin-key.delete',
  'vault create': 'hs-crypto.vaults.write',
  'vault list': 'hs-crypto.vaults.list',
  status: undefined,
};

t.test('each request has the action that the events page gives it', async t => {
  t.same([...requestNames].sort(), Object.keys(ACTIONS).sort());
  for (const name of requestNames) t.equal(requestAt(pathOf(name))?.action, ACTIONS[name], name);
  t.equal(requestAt('/admin/client'), undefined);
});

t.test(
  'a body that is not as expected is refused before anything is done; what stood in it is told to nobody',
  async t => {
    const world = await openWorld(t);
    const secret = 'not to be seen';
    for (const name of requestNames) {
      const action = ACTIONS[name];
      const sent = world.request(name, {});
      const bodies: [string, Uint8Array, RegExp][] = [
        ['a member that is not known', Buffer.from(`{"x":"${secret}"}`), /not known|required property/],
        ['no object', Buffer.from(`["${secret}"]`), /must be object/],
        ['null', Buffer.from('null'), /must be object/],
        ['no JSON', Buffer.from(`{"name":${secret}`), /is not JSON/],
        ['no text', Buffer.from('7b22ff223a317d', 'hex'), /is not JSON/],
        ['nothing', Buffer.alloc(0), /is not JSON/],
        ['a prototype', Buffer.from('{"__proto__":{"name":"x"}}'), /not known|required property/],
      ];
      for (const [title, body, message] of bodies) {
        const asked = await world.send({ ...sent, body });
        if (action) failed(t, asked, { code: 400, action, message });
        else t.match(asked, { status: 400, events: [], error: { message } });
        t.notMatch(JSON.stringify([asked.error, asked.events]), secret, `${name}: ${title}`);
      }
      const typed = await world.send({ ...sent, headers: { 'content-type': 'text/plain' } });
      t.match(typed, { status: 400, error: { message: /content type is not application\/json/ } });
    }
  },
);

t.test('events say who, what, when, and by which request, each with an id of its own', async t => {
  const world = await openWorld(t);
  done(t, await world.ask('vault create', { name: 'v' }), VAULT);
  failed(t, await world.ask('vault create', { name: 'v' }), { code: 409, action: VAULT, message: /a vault v already/ });
  const events = (await world.events()).slice(-2);
  for (const event of events) {
    t.match(event, {
      eventTime: '2026-11-22T07:30:00.25+0000',
      requestData: { requestURI: '/admin/vault/create', instanceID: world.folder.service.instanceId, vault: 'v' },
      target: { name: 'v', typeURI: 'hs-crypto/vaults' },
      responseData: { action: 'create' },
    });
  }
  t.match(events[1], {
    severity: 'warning',
    reason: { reasonForFailure: /a vault v already; `kmipd vault list` shows all/ },
  });
  const ids = events.flatMap(({ id, correlationId }) => [id, correlationId]);
  t.equal(new Set(ids).size, 4);
});

t.test('vaults: made with a key of their own, listed with their clients', async t => {
  const world = await openWorld(t);
  const made = done(t, await world.ask('vault create', { name: 'second' }), VAULT, { severity: 'normal' });
  t.match(made, { name: 'second', createdAt: START.toISOString(), clients: [] });
  const add = await world.ask('client add', { name: 'vc', vault: 'second', way: { kind: 'issue' } });
  t.equal(add.answer.vault, 'second');
  const { vaults } = done(t, await world.ask('vault list', {}), 'hs-crypto.vaults.list', {
    responseData: { count: 2 },
  });
  t.match(vaults, [
    { name: 'default', clients: [] },
    { name: 'second', id: made.id, clients: ['vc'] },
  ]);
  const kept = (await world.folder.store.directory.vaultNamed('second'))!;
  t.ok((await world.folder.rootKey()).openVault(kept.id, kept.wrappedKey));
  failed(t, await world.ask('vault create', { name: 'a/b' }), { code: 400, action: VAULT, message: /vault name/ });
});

t.test('status: of a running server, and of none; sinks with what they have not taken yet; what ends', async t => {
  const settings = { 'audit.sinks': [{ type: 'file', path: 'events.jsonl' }] };
  const world = await openWorld(t, { effects: notingEffects(), settings });
  done(t, await world.ask('client list', {}), 'hs-crypto.mtlscert-cert.list');
  const { answer, events } = await world.ask('status', {});
  t.same(events, []);
  t.match(answer, {
    ...{ isRunning: true, version: '1.2.3', startedAt: START.toISOString(), listen: '127.0.0.1:5696' },
    ...{ connections: 7, clients: 0, refused: 0 },
    sinks: [],
    expiries: [{ kind: 'server' }, { kind: 'authority' }],
  });

  const resting = await openWorld(t, { settings });
  const { store } = resting.folder;
  const name = 'file:events.jsonl';
  done(t, await resting.ask('client list', {}), 'hs-crypto.mtlscert-cert.list');
  const lag = await store.events.lastSeq();
  t.match((await resting.ask('status', {})).answer.sinks, [{ sink: name, lag, cursor: 0 }], 'as the database knows it');
  await store.cursors.set(name, lag - 1);
  const idle = (await resting.ask('status', {})).answer;
  t.match(idle, { isRunning: false, startedAt: null, listen: null, connections: 0 });
  t.match(idle.sinks, [{ lag: 1, cursor: lag - 1 }]);
});

t.test('a request that another one got in the way of is done again; not for ever', async t => {
  const state = { conflicts: 0 };
  const store = committing(() => {
    if (state.conflicts === 0) return undefined;
    state.conflicts--;
    return new ConflictError('in the way');
  });
  const world = await openWorld(t, { store });
  state.conflicts = 4;
  done(t, await world.ask('vault create', { name: 'v' }), VAULT);
  state.conflicts = 5;
  const asked = await world.ask('vault create', { name: 'w' });
  failed(t, asked, { code: 409, action: VAULT, message: /somebody else changed the same/ });
});

t.test('what cannot be recorded is not done, and said', async t => {
  const state: { error: Error | undefined } = { error: undefined };
  const world = await openWorld(t, { store: committing(() => state.error) });
  for (const [error, status, reason] of [
    [new StoreUnavailable('away'), 503, 'unavailable'],
    [new StoreUnavailable('full', { isFull: true }), 507, 'full'],
    [new Error('a bug'), 500, 'server error'],
  ] as const) {
    state.error = error;
    const asked = await world.ask('vault create', { name: 'v' });
    t.match(asked, { status, events: [], error: { reason } });
    t.notMatch(asked.error?.message, /a bug/);
  }
  t.ok(world.logged.some(({ level, fields }) => level === 'error' && fields['error'] === state.error));
  state.error = undefined;
  t.equal(await world.folder.store.directory.vaultNamed('v'), undefined);
});

t.test(
  'an error that nobody foresaw: 500 with a correlation id, which stands in event and log; its text is in the log only',
  async t => {
    const store = (real: Store): Store => {
      const directory = new Proxy(real.directory, {
        get: (target, name) => {
          if (name === 'vaultNamed') return () => Promise.reject(new TypeError('host.corp.example broke'));
          const value = Reflect.get(target, name) as unknown;
          return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        },
      });
      return proxied(real, 'directory', directory);
    };
    const world = await openWorld(t, { store });
    const asked = await world.ask('vault create', { name: 'v' });
    failed(t, asked, { code: 500, action: VAULT, message: /its log says more under correlation id [0-9a-f-]{36}$/ });
    const [event] = asked.events;
    t.match(asked.error?.message, event?.correlationId ?? 'none');
    t.match(event?.severity, 'critical');
    t.notMatch(JSON.stringify(asked.events), /corp\.example/);
    t.ok(world.logged.some(({ fields }) => fields['correlationId'] === event?.correlationId));
  },
);

t.test('a hundred changes at once are done one after the other, each with its event', async t => {
  const world = await openWorld(t);
  const alice = await world.addAdministrator('alice');
  const before = (await world.events()).length;
  const requests = Array.from({ length: 100 }, (_, index) =>
    index % 2 === 0
      ? world.request('vault create', { name: `v${index % 20}` }, alice)
      : world.request('client list', {}, alice),
  );
  const answers = await Promise.all(requests.map(request => world.manager.handle({ ...request, isLocal: false })));
  const count = (status: number) => answers.filter(answer => answer.status === status).length;
  t.equal(count(200), 60, 'ten vaults and fifty listings');
  t.equal(count(409), 40, 'and each vault four times again');
  t.equal((await world.events()).length - before, 100);
});

t.test('a file that is too long for certs/ is refused; the longest is read', async t => {
  const world = await openWorld(t);
  const way = (bytes: number) => ({ kind: 'pin' as const, file: base64(randomBytes(bytes)) });
  const SET = 'hs-crypto.mtlscert-cert.set';
  const tooLong = await world.ask('client add', { name: 'vc', way: way(1024 * 1024 + 1) });
  failed(t, tooLong, { code: 400, action: SET, message: /at most 1048576 bytes/ });
  const junk = await world.ask('client add', { name: 'vc', way: way(1024 * 1024) });
  failed(t, junk, { code: 400, action: SET, message: /expected/ });
});

function committing(problem: () => Error | undefined): (real: Store) => Store {
  return real =>
    proxied(real, 'begin', () => {
      const unit = real.begin();
      const commit = unit.commit.bind(unit);
      unit.commit = () => {
        const error = problem();
        return error ? Promise.reject(error) : commit();
      };
      return unit;
    });
}

function proxied(real: Store, member: keyof Store, value: unknown): Store {
  return new Proxy(real, {
    get(target, name) {
      if (name === member) return value;
      const found = Reflect.get(target, name) as unknown;
      return typeof found === 'function' ? (found.bind(target) as unknown) : found;
    },
  });
}
