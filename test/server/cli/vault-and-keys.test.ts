import t from 'tap';
import { dataFolder, parsed } from './fixture.ts';

t.test('vault create makes a vault with a key of its own, once', async t => {
  const { kmipd, open } = await dataFolder(t);
  t.match(await kmipd(['vault', 'create', 'lab']), { code: 0, out: /^vault lab made; add a client with/ });
  t.match(await kmipd(['vault', 'create', 'lab']), {
    code: 4,
    err: 'kmipd: there is a vault lab already; `kmipd vault list` shows all\n',
  });
  t.match(await kmipd(['vault', 'create', 'a/b']), { code: 2 });
  const folder = await open();
  const vault = await folder.store.directory.vaultNamed('lab');
  const rootKey = await folder.rootKey();
  const key = rootKey.openVault(vault?.id ?? '', vault?.wrappedKey ?? Buffer.alloc(0));
  t.same(key.unwrap('id', key.wrap('id', Buffer.from('material'))), Buffer.from('material'));
  const events = await folder.store.events.latest(10, { actions: ['hs-crypto.vaults.write'] });
  t.same(
    events.map(({ outcome }) => outcome),
    ['success', 'success', 'failure'],
    'default, lab, lab again',
  );
});

t.test('vault list shows who uses which', async t => {
  const { kmipd, parent, open } = await dataFolder(t);
  await kmipd(['vault', 'create', 'lab']);
  await kmipd(['client', 'add', 'a', '--issue', '--out', parent, '--vault', 'lab']);
  t.match(parsed(await kmipd(['vault', 'list', '--json'])), [
    { name: 'default', clients: [] },
    { name: 'lab', clients: ['a'] },
  ]);
  t.match((await kmipd(['vault', 'list'])).out, /^NAME +CLIENTS +MADE +ID\ndefault +- .*\nlab +a /);
  const { store } = await open();
  t.equal((await store.events.latest(10, { actions: ['hs-crypto.vaults.list'] })).length, 2);
});

t.test('keys list pages through the vaults’ objects, keys show says there is none', async t => {
  const { kmipd, open } = await dataFolder(t);
  t.match(await kmipd(['keys', 'list']), { code: 0, out: 'no keys\n' });
  const { store } = await open();
  const vault = (await store.directory.vaultNamed('default'))?.id ?? '';
  const unit = store.begin();
  for (const uniqueIdentifier of ['id-1', 'id-2', 'id-3']) {
    unit.insert({
      vault,
      uniqueIdentifier,
      objectType: 2,
      state: 1,
      attributes: new Uint8Array(),
      material: Buffer.from('wrapped'),
      terms: [],
      isArchived: false,
      createdAt: new Date('2026-11-22T07:00:00Z'),
      nextTransitionAt: undefined,
    });
  }
  await unit.commit();
  const list = await kmipd(['keys', 'list', '--limit', '2', '--json']);
  t.match(parsed(list), [
    { uniqueIdentifier: 'id-3', vault: 'default', objectType: 'Symmetric Key', state: 'Pre-Active', hasMaterial: true },
    { uniqueIdentifier: 'id-2' },
  ]);
  t.notMatch(list.out, /wrapped|d3JhcHBlZA/);
  const rest = await kmipd(['keys', 'list', '--limit', '2', '--before', 'id-2', '--vault', 'default']);
  t.match(rest, {
    code: 0,
    out: /^UNIQUE IDENTIFIER .*\nid-1 +default +Symmetric Key +Pre-Active +2026-11-22 07:00:00Z\n$/,
  });
  t.match((await kmipd(['keys', 'list', '--limit', '2'])).err, 'there may be more: --before id-2');
  t.match(await kmipd(['keys', 'list', '--vault', 'none']), { code: 3, err: /there is no vault none/ });
  t.match(await kmipd(['keys', 'list', '--limit', 'many']), { code: 2, err: /whole number from 1 to/ });
  t.match(await kmipd(['keys', 'show', 'none']), {
    code: 3,
    err: /there is no object none; `kmipd keys list` shows all/,
  });
  t.match((await store.events.latest(1))[0], { action: 'hs-crypto.managed-keys.read', outcome: 'failure' });
});
