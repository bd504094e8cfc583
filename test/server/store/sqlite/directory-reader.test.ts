import t, { type Test } from 'tap';
import type { SqliteStore } from '../../../../server/store/sqlite/sqlite-store.ts';
import { addClient, addObject, administer, newCertificate, newRefused, newRoot } from '../samples.ts';
import { openStore } from './workbench.ts';

/** Counts how often the database is asked. */
function counting(t: Test, { connection }: SqliteStore): () => number {
  let count = 0;
  const { read } = connection;
  t.capture(connection, 'read', function (...args: Parameters<typeof read>) {
    count++;
    return read.apply(connection, args);
  });
  return () => count;
}

t.test('clients and roots are read once, until trust changes', async t => {
  const store = openStore(t);
  const client = await addClient(store, 'vc');
  const certificate = newCertificate(client.id);
  const { fingerprint } = certificate;
  await administer(store, { kind: 'add certificate', certificate }, { kind: 'add root', root: newRoot(client.id) });
  const use = (nonce: string) =>
    ({ kind: 'use nonce', keyId: 'k', nonce, until: new Date(9), now: new Date(1) }) as const;
  const seen = new Map([[fingerprint, { handshakeAt: new Date(5), requestAt: undefined }]]);
  const ask = async () => [await store.directory.clientByFingerprint(fingerprint), await store.directory.roots()];
  const asked = counting(t, store);
  const first = await ask();
  t.equal(asked(), 2);

  await addObject(store, client.vault);
  await administer(store, use('a'), { kind: 'note expiry', fingerprint, days: 7 });
  await store.sightings.note({ seen, refused: [newRefused()] });
  const before = asked();
  t.same(await ask(), first);
  t.equal(asked(), before, 'nothing of that changes trust');

  await administer(store, use('b'), { kind: 'add root', root: newRoot(client.id) });
  t.equal((await store.directory.roots()).length, 2);
  await ask();
  t.equal(asked(), before + 2);
});

t.test(
  'that there is no root is remembered; that a certificate is unknown is not, as anybody can ask for any',
  async t => {
    const store = openStore(t);
    const asked = counting(t, store);
    for (let count = 0; count < 3; count++) t.same(await store.directory.roots(), []);
    t.equal(asked(), 1);
    for (let count = 0; count < 3; count++) t.equal(await store.directory.clientByFingerprint('00'), undefined);
    t.equal(asked(), 4);
  },
);
