import { randomBytes, randomUUID } from 'node:crypto';
import type { Test } from 'tap';
import { ConflictError, StoreUnavailable, type Term } from '../../../../server/store/index.ts';
import {
  addClient,
  addObject,
  addVault,
  administer,
  commit,
  newAdministrator,
  newCertificate,
  newRoot,
  sampleEvent,
  sampleObject,
} from '../samples.ts';
import { type Open } from './opened.ts';
import { all } from './queries.ts';

export function unitOfWork(t: Test, open: Open): void {
  t.test('nothing reaches the store before commit, all of it after', async t => {
    const { store, openAgain } = await open(t);
    const vault = await addVault(store);
    const others = await openAgain();
    const object = sampleObject(vault);
    const unit = store.begin();
    unit.insert(object);
    unit.record(sampleEvent());
    for (const reader of [store, others]) {
      t.equal(await reader.begin().find(vault, object.uniqueIdentifier), undefined);
      t.equal(await reader.events.lastSeq(), 0);
    }
    await unit.commit();
    for (const reader of [store, others]) {
      t.ok(await reader.begin().find(vault, object.uniqueIdentifier));
      t.equal(await reader.events.lastSeq(), 1);
    }
  });

  t.test('a unit sees its own changes', async t => {
    const { store } = await open(t);
    const vault = await addVault(store);
    const stored = await addObject(store, vault);
    const unit = store.begin();
    const fresh = sampleObject(vault);
    unit.insert(fresh);
    t.match(await unit.find(vault, fresh.uniqueIdentifier), { state: 1, revision: 1 });
    unit.update((await unit.find(vault, fresh.uniqueIdentifier))!, { state: 2 });
    t.match(await unit.find(vault, fresh.uniqueIdentifier), { state: 2, revision: 1 });
    unit.update((await unit.find(vault, stored))!, { state: 3 });
    t.match(await unit.find(vault, stored), { state: 3, revision: 2 });
    t.match(await store.begin().find(vault, stored), { state: 1, revision: 1 }, 'others do not');
    await unit.commit();
    t.match(await store.begin().find(vault, fresh.uniqueIdentifier), { state: 2, revision: 1 });
    t.match(await store.begin().find(vault, stored), { state: 3, revision: 2 });
  });

  t.test('two changes made from the same reading keep both', async t => {
    const { store } = await open(t);
    const vault = await addVault(store);
    const uniqueIdentifier = await addObject(store, vault);
    await commit(store, async unit => {
      const read = (await unit.find(vault, uniqueIdentifier))!;
      unit.update(read, { state: 4 });
      unit.update(read, { isArchived: true });
    });
    t.match(await store.begin().find(vault, uniqueIdentifier), { state: 4, isArchived: true, revision: 2 });
  });

  t.test('rollback drops object and directory changes since the mark and keeps events', async t => {
    const { store } = await open(t);
    const vault = await addVault(store);
    const stored = await addObject(store, vault, { state: 1 });
    const [kept, dropped] = [sampleObject(vault), sampleObject(vault)];
    const unit = store.begin();
    unit.insert(kept);
    unit.update((await unit.find(vault, stored))!, { state: 2 });
    const mark = unit.mark();
    unit.insert(dropped);
    unit.update((await unit.find(vault, stored))!, { state: 3 });
    unit.update((await unit.find(vault, kept.uniqueIdentifier))!, { state: 3 });
    unit.administer({
      kind: 'add vault',
      vault: { id: randomUUID(), name: 'dropped', createdAt: new Date(0), wrappedKey: randomBytes(4) },
    });
    unit.record(sampleEvent({ outcome: 'failure' }));
    unit.rollback(mark);
    t.equal(await unit.find(vault, dropped.uniqueIdentifier), undefined);
    t.match(await unit.find(vault, stored), { state: 2 });
    t.match(await unit.find(vault, kept.uniqueIdentifier), { state: 1 });
    await unit.commit();
    const after = store.begin();
    t.equal(await after.find(vault, dropped.uniqueIdentifier), undefined);
    t.match(await after.find(vault, stored), { state: 2, revision: 2 });
    t.match(await after.find(vault, kept.uniqueIdentifier), { state: 1 });
    t.equal(await store.directory.vaultNamed('dropped'), undefined);
    t.match(await store.events.after(0, 10), [{ outcome: 'failure' }]);
  });

  t.test('rollback drops every kind of directory change since the mark, and no other', async t => {
    const { store } = await open(t);
    const client = await addClient(store, 'vc');
    const [before, after] = [newCertificate(client.id), newCertificate(client.id)];
    const root = newRoot(client.id);
    const nonce = (nonce: string) =>
      ({ kind: 'use nonce', keyId: 'k', nonce, until: new Date(9), now: new Date(1) }) as const;
    const revoked = { serialNumber: '0a', authority: 'a', revokedAt: new Date(1), notAfter: new Date(2) };
    const unit = store.begin();
    unit.administer({ kind: 'add certificate', certificate: before });
    unit.administer(nonce('before'));
    const mark = unit.mark();
    unit.administer({ kind: 'add root', root });
    unit.administer(nonce('after'));
    unit.administer({ kind: 'add administrator', administrator: newAdministrator('ada') });
    unit.administer({ kind: 'revoke certificate', certificate: revoked });
    unit.administer({ kind: 'note expiry', fingerprint: before.fingerprint, days: 7 });
    unit.administer({ kind: 'remove client', id: client.id, at: new Date(9) });
    unit.record(sampleEvent({ outcome: 'failure' }));
    unit.rollback(mark);
    unit.administer({ kind: 'add certificate', certificate: after });
    await unit.commit();
    const { directory } = store;
    t.strictSame(
      new Set((await directory.certificates(client.id)).map(({ fingerprint }) => fingerprint)),
      new Set([before.fingerprint, after.fingerprint]),
    );
    t.equal(await directory.isNonceUsed('k', 'before'), true, 'a request that failed cannot be played again');
    t.equal(await directory.isNonceUsed('k', 'after'), false);
    t.same(await directory.roots(), []);
    t.same(await directory.administrators(), []);
    t.same(await directory.revoked('a'), []);
    t.equal(await directory.notedExpiry(before.fingerprint), undefined);
    t.equal(await directory.formerCertificate(before.fingerprint), undefined);
    t.match(await store.events.after(0, 10), [{ outcome: 'failure' }]);
  });

  t.test('directory changes and events of a unit are kept or dropped together, whoever commits beside it', async t => {
    const { store } = await open(t);
    const { id, name } = await addClient(store, 'vc');
    const [taken, ...others] = Array.from({ length: 4 }, () => newCertificate(id));
    await administer(store, { kind: 'add certificate', certificate: taken! });
    // Units that share a group: each second one fails in its last change, after others of its own were written.
    const units = others.map((certificate, index) => {
      const unit = store.begin();
      unit.record(sampleEvent({ id: `event-${index}` }));
      unit.administer({ kind: 'use nonce', keyId: 'k', nonce: `${index}`, until: new Date(9), now: new Date(1) });
      unit.administer({ kind: 'add certificate', certificate });
      if (index === 0)
        unit.administer({ kind: 'remove certificate', fingerprint: taken!.fingerprint, at: new Date(9) });
      else unit.administer({ kind: 'add root', root: newRoot(index === 1 ? 'nobody' : id) });
      return unit.commit();
    });
    const results = await Promise.allSettled(units);
    t.match(results, [{ status: 'fulfilled' }, { reason: { name: 'ConflictError' } }, { status: 'fulfilled' }]);
    const { directory, events } = store;
    const [first, second, third] = others;
    t.ok(await directory.clientByFingerprint(first!.fingerprint));
    t.equal(await directory.clientByFingerprint(second!.fingerprint), undefined);
    t.ok(await directory.clientByFingerprint(third!.fingerprint));
    t.same(await Promise.all(['0', '1', '2'].map(nonce => directory.isNonceUsed('k', nonce))), [true, false, true]);
    t.match(await directory.formerCertificate(taken!.fingerprint), { clientName: name });
    t.equal((await directory.roots()).length, 1);
    t.match(await events.after(0, 10), [
      { seq: 1, id: 'event-0' },
      { seq: 2, id: 'event-2' },
    ]);
  });

  t.test('marks nest, and one can be gone back to twice', async t => {
    const { store } = await open(t);
    const vault = await addVault(store);
    const [first, second] = [sampleObject(vault), sampleObject(vault)];
    const unit = store.begin();
    const outer = unit.mark();
    unit.insert(first);
    const inner = unit.mark();
    unit.insert(second);
    unit.rollback(inner);
    unit.insert(second);
    unit.rollback(inner);
    t.ok(await unit.find(vault, first.uniqueIdentifier));
    t.equal(await unit.find(vault, second.uniqueIdentifier), undefined);
    unit.rollback(outer);
    t.equal(await unit.find(vault, first.uniqueIdentifier), undefined);
  });

  t.test('a unit that was rolled back whole and has no event writes nothing', async t => {
    const { store } = await open(t);
    const vault = await addVault(store);
    const before = store.generation();
    const unit = store.begin();
    const mark = unit.mark();
    unit.insert(sampleObject(vault));
    unit.rollback(mark);
    await unit.commit();
    t.equal(store.generation(), before);
  });

  t.test('a unit is committed once', async t => {
    const { store } = await open(t);
    const unit = store.begin();
    unit.record(sampleEvent());
    await unit.commit();
    await t.rejects(unit.commit(), /committed before/);
    t.equal(await store.events.lastSeq(), 1);
  });

  t.test('an object changed meanwhile is a conflict that leaves no trace', async t => {
    const { store } = await open(t);
    const vault = await addVault(store);
    const uniqueIdentifier = await addObject(store, vault, { state: 1 });
    const late = store.begin();
    late.update((await late.find(vault, uniqueIdentifier))!, { state: 9 });
    late.insert(sampleObject(vault, { uniqueIdentifier: 'late' }));
    late.record(sampleEvent({ id: 'late' }));
    await commit(store, async unit => {
      unit.update((await unit.find(vault, uniqueIdentifier))!, { state: 2 });
    });
    await t.rejects(late.commit(), ConflictError);
    t.match(await store.begin().find(vault, uniqueIdentifier), { state: 2, revision: 2 });
    t.equal(await store.begin().find(vault, 'late'), undefined);
    t.equal(await store.events.lastSeq(), 0);
  });

  t.test('a unique term is taken once in a vault; other vaults and plain terms are free', async t => {
    const { store } = await open(t);
    const vault = await addVault(store);
    const other = await addVault(store);
    const name: Term = { name: 'Name', value: 'a', unique: true };
    const first = await addObject(store, vault, { terms: [name, name, { name: 'Name', value: 'a' }] });
    await t.rejects(addObject(store, vault, { terms: [name] }), ConflictError);
    await addObject(store, other, { terms: [name] });
    await addObject(store, vault, { terms: [{ name: 'Name', value: 'b' }] });
    await addObject(store, vault, { terms: [{ name: 'Name', value: 'b' }] });
    await commit(store, async unit => {
      unit.update((await unit.find(vault, first))!, { terms: [{ ...name, value: 'c' }] });
    });
    await addObject(store, vault, { terms: [name] });
  });

  t.test('two objects exchange their unique terms in one unit', async t => {
    const { store } = await open(t);
    const vault = await addVault(store);
    const named = (value: string): { terms: Term[] } => ({ terms: [{ name: 'Name', value, unique: true }] });
    const one = await addObject(store, vault, named('one'));
    const two = await addObject(store, vault, named('two'));
    await commit(store, async unit => {
      unit.update((await unit.find(vault, one))!, named('two'));
      unit.update((await unit.find(vault, two))!, named('one'));
    });
    const { uniqueIdentifiers } = await store.begin().search(vault, all({ name: 'Name', equals: 'one' }));
    t.same(uniqueIdentifiers, [two]);
  });

  t.test('of units committed together, one that conflicts does not disturb the others', async t => {
    const { store, openAgain } = await open(t);
    const vault = await addVault(store);
    const name: Term = { name: 'Name', value: 'a', unique: true };
    const newName = (index: number): Term => ({ name: `x-${index}`, value: index });
    const units = Array.from({ length: 5 }, (_, index) => {
      const unit = store.begin();
      unit.insert(sampleObject(vault, { terms: index % 2 === 0 ? [newName(index), name] : [newName(index)] }));
      unit.record(sampleEvent({ id: `event-${index}` }));
      return unit;
    });
    const results = await Promise.allSettled(units.map(unit => unit.commit()));
    t.same(
      results.map(result => (result.status === 'rejected' ? result.reason.name : 'done')),
      ['done', 'done', 'ConflictError', 'done', 'ConflictError'],
    );
    t.match(await store.events.after(0, 10), [
      { seq: 1, id: 'event-0' },
      { seq: 2, id: 'event-1' },
      { seq: 3, id: 'event-3' },
    ]);
    const search = store.begin();
    for (const index of [0, 1, 2, 3, 4]) {
      const { located } = await search.search(vault, all({ name: `x-${index}`, equals: index }));
      t.equal(located, [2, 4].includes(index) ? 0 : 1, `terms of unit ${index}`);
    }
    await addObject(store, vault, { terms: [newName(2)] });
    const others = (await openAgain()).begin();
    const { located } = await others.search(vault, all({ name: 'x-2', equals: 2 }));
    t.equal(located, 1, 'a name first seen in a conflict is known to others');
  });

  t.test('of two units that change the same object, committed together, one wins', async t => {
    const { store } = await open(t);
    const vault = await addVault(store);
    const uniqueIdentifier = await addObject(store, vault);
    const units = await Promise.all(
      [7, 8].map(async state => {
        const unit = store.begin();
        unit.update((await unit.find(vault, uniqueIdentifier))!, { state });
        return unit;
      }),
    );
    const [first, second] = await Promise.allSettled(units.map(unit => unit.commit()));
    t.equal(first?.status, 'fulfilled');
    t.match(second, { status: 'rejected', reason: { name: 'ConflictError' } });
    t.match(await store.begin().find(vault, uniqueIdentifier), { state: 7, revision: 2 });
  });

  t.test('the same Unique Identifier cannot be inserted twice in a unit', async t => {
    const { store } = await open(t);
    const object = sampleObject(await addVault(store));
    const unit = store.begin();
    unit.insert(object);
    t.throws(() => unit.insert(object), /already in this unit/);
  });

  t.test('generation changes with every commit and only then', async t => {
    const { store, openAgain } = await open(t);
    const others = await openAgain();
    const seen = [store.generation()];
    t.equal(store.generation(), seen[0]);
    await commit(store, unit => unit.record(sampleEvent()));
    seen.push(store.generation());
    t.equal(store.generation(), seen[1]);
    await commit(others, unit => unit.record(sampleEvent()));
    seen.push(store.generation());
    t.equal(store.generation(), seen[2]);
    t.equal(new Set(seen).size, 3, seen.join());
  });

  t.test('close waits for commits under way; what comes later is refused', async t => {
    const { store, openAgain } = await open(t);
    const early = store.begin();
    early.record(sampleEvent());
    const late = store.begin();
    late.record(sampleEvent());
    const committed = early.commit();
    const closed = store.close();
    await t.rejects(late.commit(), StoreUnavailable);
    await committed;
    await closed;
    await t.rejects(store.events.lastSeq(), StoreUnavailable);
    t.equal(await (await openAgain()).events.lastSeq(), 1);
    await store.close();
  });
}
