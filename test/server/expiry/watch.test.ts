import t, { type Test } from 'tap';
import { randomBytes } from 'node:crypto';
import { validateEvent, type AuditEvent } from '../../../server/audit/index.ts';
import { type DataFolder, openDataFolder } from '../../../server/data-folder/index.ts';
import { type Expiry, startExpiryWatch } from '../../../server/expiry/index.ts';
import { type LogFields, silentLogger } from '../../../server/log/index.ts';
import { uuid } from '../../../server/randomness.ts';
import { StoreUnavailable } from '../../../server/store/index.ts';
import { options } from '../data-folder/fixture.ts';
import { addClient, day, makeAuthority, makeClient, sha256Of, START } from './fixture.ts';

const HOUR_MS = 3_600_000;

/** A data folder with one client, whose certificate ends after 100 days. */
async function world(t: Test) {
  const folder = await openDataFolder(t.testdir(), options);
  t.teardown(() => folder.close());
  const certificate = await makeClient(await folder.certificates.authority(), 'vcsa.example', 100);
  await addClient(folder.store, 'vcenter', [{ der: certificate.der, origin: 'issued' }]);
  return { folder, sha256: sha256Of(certificate.certificatePem), ...watching(t, folder) };
}

/** Starts watches on a folder, one after the other; what they say is kept. */
function watching(t: Test, { store, certificates, service }: DataFolder) {
  const said: { message: string; fields: LogFields | undefined }[] = [];
  const failed: unknown[] = [];
  const looks: (readonly Expiry[])[] = [];
  let now = START;
  const start = (changes: { everyMs?: number; store?: typeof store } = {}) => {
    const watch = startExpiryWatch({
      ...{ store, files: certificates, service },
      now: () => now,
      newId: () => uuid(randomBytes),
      log: {
        ...silentLogger,
        warn: (message, fields) => said.push({ message, fields }),
        error: (_, fields) => failed.push(fields?.['error']),
      },
      onLook: found => looks.push(found),
      ...changes,
    });
    t.teardown(() => watch.stop());
    return watch;
  };
  const events = async (): Promise<AuditEvent[]> => {
    const kept = await store.events.latest(1000, { actions: ['hs-crypto.mtlscert-cert.read'] });
    return kept.map(({ json }) => JSON.parse(json) as AuditEvent);
  };
  return { said, failed, looks, start, events, at: (time: Date) => (now = time) };
}

const told = (events: readonly AuditEvent[]) =>
  events.map(({ severity, responseData }) => [responseData['threshold'], responseData['daysLeft'], severity]);

t.test('each threshold is told once, in the log and by one event, hour after hour', async t => {
  const { folder, sha256, said, failed, start, events, at } = await world(t);
  const watch = start();
  for (let time = START.getTime(); time <= day(102).getTime(); time += 6 * HOUR_MS) {
    at(new Date(time));
    await watch.look();
  }
  const found = await events();
  t.same(told(found), [
    [90, 90, 'warning'],
    [30, 30, 'warning'],
    [7, 7, 'critical'],
    [1, 1, 'critical'],
    [0, -1, 'critical'],
  ]);
  for (const event of found) {
    t.equal(validateEvent(event), undefined, 'valid by the schema');
    t.match(event, {
      action: 'hs-crypto.mtlscert-cert.read',
      outcome: 'success',
      initiator: { id: 'kmipd', typeURI: 'service/security/account/serviceid' },
      target: { name: 'vcenter', typeURI: 'hs-crypto/mtlscert-cert' },
      requestData: { requestURI: '/expiry', certificateId: sha256, instanceID: folder.service.instanceId },
      responseData: { action: 'expiry warning', kind: 'client' },
      dataEvent: false,
    });
    t.notOk(event.initiator.credential, 'nobody has authenticated');
    t.notMatch(JSON.stringify(event), 'vcsa', 'no subject in an event');
  }
  t.equal(said.length, 5);
  t.match(said[0], {
    message: /^a certificate expires soon; add the client’s next one with `kmipd client add`/,
    fields: { kind: 'client', client: 'vcenter', sha256, subject: 'CN=vcsa.example', daysLeft: 90 },
  });
  t.match(said[4], { message: /^a certificate has expired; /, fields: { daysLeft: -1 } });
  t.same(failed, []);
});

t.test('each start of the server warns again, and makes no second event', async t => {
  const { said, start, events, at } = await world(t);
  at(day(95));
  for (let count = 1; count <= 3; count++) {
    const watch = start();
    await watch.look();
    await watch.look();
    await watch.stop();
    t.equal(said.length, count, 'one warning a start');
    t.same(told(await events()), [[7, 5, 'critical']], 'of thresholds passed at once only the narrowest is told');
  }
});

t.test('a certificate that serves two clients is told of once', async t => {
  const { folder, start, events, at, said } = await world(t);
  const vmca = await makeAuthority('VMCA', 50);
  for (const name of ['one', 'other']) {
    const client = await addClient(folder.store, name, []);
    const unit = folder.store.begin();
    const fingerprint = sha256Of(vmca.certificatePem);
    unit.administer({
      kind: 'add root',
      root: { fingerprint, client, der: vmca.der, issuers: [], subjectPattern: 'CN=*', crls: [], addedAt: START },
    });
    await unit.commit();
  }
  at(day(1));
  const watch = start();
  await watch.look();
  t.same(told(await events()), [[90, 49, 'warning']]);
  t.equal(said.length, 1);
});

t.test('an event that cannot be kept now is told at the next look, never twice', async t => {
  const { folder, failed, said, start, events, at } = await world(t);
  at(day(50));
  let isFull = true;
  const store = new Proxy(folder.store, {
    get(target, name) {
      if (name === 'begin' && isFull) {
        return () => {
          const unit = target.begin();
          unit.commit = () => Promise.reject(new StoreUnavailable('no room', { isFull: true }));
          return unit;
        };
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  const watch = start({ store });
  await watch.look();
  t.same(await events(), []);
  t.ok(failed.length > 0, 'the log says so');
  t.match(failed[0], { name: 'StoreUnavailable' });
  isFull = false;
  await watch.look();
  await watch.look();
  t.same(told(await events()), [[90, 50, 'warning']]);
  t.equal(said.length, 1, 'the warning was not waiting for the event');
});

t.test('the watch looks by itself until it is stopped', async t => {
  const { looks, start } = await world(t);
  const watch = start({ everyMs: 5 });
  while (looks.length < 3) await new Promise(resolve => setTimeout(resolve, 5));
  await watch.stop();
  const count = looks.length;
  await new Promise(resolve => setTimeout(resolve, 40));
  t.equal(looks.length, count);
  t.match(looks[0], [{ kind: 'client', daysLeft: 100 }, { kind: 'server' }, { kind: 'authority' }]);
});
