import type { Test } from 'tap';
import type { RevokedCertificate } from '../../../../server/store/index.ts';
import { administer } from '../samples.ts';
import { type Open } from './opened.ts';

export function notes(t: Test, open: Open): void {
  t.test('revoked certificates come back of their authority, by serial number', async t => {
    const { store } = await open(t);
    const revoked = (authority: string, serialNumber: string): RevokedCertificate => ({
      authority,
      serialNumber,
      revokedAt: new Date(100),
      notAfter: new Date(2000),
    });
    const [b, a, others] = [revoked('one', '0b'), revoked('one', '0a'), revoked('two', '0a')];
    for (const certificate of [b, a, others]) await administer(store, { kind: 'revoke certificate', certificate });
    t.same(await store.directory.revoked('one'), [a, b]);
    t.same(await store.directory.revoked('two'), [others]);
    t.same(await store.directory.revoked('three'), []);
    await administer(store, { kind: 'revoke certificate', certificate: { ...a, revokedAt: new Date(500) } });
    t.same(await store.directory.revoked('one'), [a, b], 'once revoked is revoked since then');
  });

  t.test('of a certificate the fewest days before its end that were noted are kept', async t => {
    const { store } = await open(t);
    const note = (fingerprint: string, days: number) => administer(store, { kind: 'note expiry', fingerprint, days });
    t.equal(await store.directory.notedExpiry('a'), undefined);
    await note('a', 90);
    await note('b', 1);
    await note('a', 7);
    t.equal(await store.directory.notedExpiry('a'), 7);
    await note('a', 30);
    t.equal(await store.directory.notedExpiry('a'), 7);
    t.equal(await store.directory.notedExpiry('b'), 1);
    await note('b', 0);
    t.equal(await store.directory.notedExpiry('b'), 0);
  });
}
