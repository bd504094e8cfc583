import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import t from 'tap';
import type { Store } from '../../../../server/store/index.ts';
import { addObject, addVault, commit, sampleEvent } from '../samples.ts';
import { filesHolding, openRaw, openStore } from './workbench.ts';

const destroy = (store: Store, vault: string, uniqueIdentifier: string) =>
  commit(store, async unit => {
    unit.update((await unit.find(vault, uniqueIdentifier))!, { material: null, attributes: Buffer.from('destroyed') });
    unit.record(sampleEvent());
  });

/** Any part of it would be a leak: what SQLite cuts at a page is found by its pieces. */
const piecesOf = (bytes: Buffer) => {
  const pieces: Buffer[] = [];
  for (let at = 0; at + 16 <= bytes.length; at += 16) pieces.push(bytes.subarray(at, at + 16));
  return pieces;
};

t.test('forgotten material is in no file when the commit resolves', async t => {
  const folder = t.testdir();
  const store = openStore(t, { path: join(folder, 'kmipd.db') });
  const vault = await addVault(store);
  // 61 bytes: a wrapped AES key; the others reach over several pages.
  for (const length of [61, 3000, 20_000]) {
    const material = randomBytes(length);
    await addObject(store, vault);
    const uniqueIdentifier = await addObject(store, vault, { material });
    await addObject(store, vault);
    t.same(filesHolding(folder, material.subarray(0, 32)), ['kmipd.db-wal'], `${length} bytes are found before`);
    await destroy(store, vault, uniqueIdentifier);
    t.same(filesHolding(folder, ...piecesOf(material)), [], `no piece of ${length} bytes is found after`);
  }
});

t.test('material that has long been in the database is forgotten too', async t => {
  const folder = t.testdir();
  const path = join(folder, 'kmipd.db');
  const material = randomBytes(61);
  const first = openStore(t, { path });
  const vault = await addVault(first);
  const uniqueIdentifier = await addObject(first, vault, { material });
  await first.close();
  t.same(filesHolding(folder, material), ['kmipd.db']);
  const second = openStore(t, { path });
  await destroy(second, vault, uniqueIdentifier);
  t.same(filesHolding(folder, material.subarray(8, 24)), []);
});

t.test('replaced material is forgotten as well', async t => {
  const folder = t.testdir();
  const store = openStore(t, { path: join(folder, 'kmipd.db') });
  const vault = await addVault(store);
  const [before, after] = [randomBytes(61), randomBytes(93)];
  const uniqueIdentifier = await addObject(store, vault, { material: before });
  await commit(store, async unit => {
    unit.update((await unit.find(vault, uniqueIdentifier))!, { material: after });
  });
  t.same(filesHolding(folder, before.subarray(8, 24)), []);
  t.same(filesHolding(folder, after), ['kmipd.db']);
});

t.test('no copy stays behind when objects grow, move and go in any order', async t => {
  const folder = t.testdir();
  const store = openStore(t, { path: join(folder, 'kmipd.db') });
  const vault = await addVault(store);
  const marker = randomBytes(16);
  const objects: string[] = [];
  for (let index = 0; index < 300; index++) {
    const material = Buffer.concat([marker, randomBytes(45 + ((index * 37) % 400))]);
    objects.push(await addObject(store, vault, { material }));
  }
  // Rows of 40 bytes become 40 to 2000 and back, so that their pages are split, filled up and merged.
  for (const size of [2000, 40, 900]) {
    await commit(store, async unit => {
      for (const [index, uniqueIdentifier] of objects.entries()) {
        if (index % 3 === 0) continue;
        unit.update((await unit.find(vault, uniqueIdentifier))!, { attributes: randomBytes(size) });
      }
    });
  }
  t.not(filesHolding(folder, marker).length, 0);
  const order = objects.map((_, index) => objects[(index * 101) % objects.length]!);
  for (let index = 0; index < order.length; index += 30) {
    await commit(store, async unit => {
      for (const uniqueIdentifier of order.slice(index, index + 30)) {
        unit.update((await unit.find(vault, uniqueIdentifier))!, { material: null, attributes: new Uint8Array() });
      }
    });
  }
  t.same(filesHolding(folder, marker), []);
});

t.test('a reader in the way delays it only until it has gone', async t => {
  const folder = t.testdir();
  const path = join(folder, 'kmipd.db');
  const store = openStore(t, { path });
  const vault = await addVault(store);
  const material = randomBytes(61);
  const uniqueIdentifier = await addObject(store, vault, { material });
  const reader = openRaw(t, path);
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM event').get();
  await destroy(store, vault, uniqueIdentifier);
  t.not(filesHolding(folder, material).length, 0, 'the reader still reads the older pages');
  reader.exec('COMMIT');
  const deadline = Date.now() + 3000;
  while (filesHolding(folder, material).length > 0 && Date.now() < deadline) {
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  t.same(filesHolding(folder, material.subarray(8, 24)), []);
});

t.test('a start finishes what an earlier process left in the journal', async t => {
  const folder = t.testdir();
  const path = join(folder, 'kmipd.db');
  const first = openStore(t, { path });
  const vault = await addVault(first);
  const material = randomBytes(61);
  await addObject(first, vault, { material });
  const raw = openRaw(t, path);
  // As if killed between the commit and the emptying of the journal.
  raw.pragma('secure_delete = ON');
  raw.exec('UPDATE material SET wrapped = zeroblob(length(wrapped))');
  t.same(filesHolding(folder, material), ['kmipd.db-wal']);
  openStore(t, { path });
  t.same(filesHolding(dirname(path), material.subarray(8, 24)), []);
});
