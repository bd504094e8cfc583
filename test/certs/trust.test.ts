import t from 'tap';
import { identify, readPeer, sha256Fingerprint, validityAt, validityOf } from '../../certs/index.ts';
import { selfSigned } from './material.ts';

const notBefore = new Date('2026-01-01T00:00:00Z');
const notAfter = new Date('2026-12-31T23:59:59Z');
const { der } = await selfSigned({ commonName: 'client', notBefore, notAfter });
const other = await selfSigned({ commonName: 'client', notBefore, notAfter });
const fingerprint = sha256Fingerprint(der);
const peer = { fingerprint, initiatorId: `CertificateID-${fingerprint}` };
const pins = new Map([[fingerprint, { client: 'vc-one' }]]);
const lookup = (wanted: string) => pins.get(wanted);
const at = (time: string) => identify(readPeer(der), lookup, new Date(time));

t.test('knows a pinned certificate within its validity, to the last second', async t => {
  const known = { ok: true, pin: { client: 'vc-one' }, ...peer, notBefore, notAfter };
  t.same(at('2026-06-01T00:00:00Z'), known);
  t.same(at('2026-01-01T00:00:00Z'), known);
  t.same(at('2026-12-31T23:59:59Z'), known);
});

t.test('says why a peer is not known', async t => {
  t.same(identify(undefined, lookup, notBefore), { ok: false, cause: 'no certificate' });
  t.same(identify(readPeer(new Uint8Array()), lookup, notBefore), { ok: false, cause: 'no certificate' });
  t.match(identify(readPeer(other.der), lookup, notBefore), {
    ok: false,
    cause: 'unknown certificate',
    fingerprint: sha256Fingerprint(other.der),
  });
  t.same(at('2027-01-01T00:00:00Z'), { ok: false, cause: 'expired certificate', ...peer, notBefore, notAfter });
  t.same(at('2025-12-31T23:59:59Z'), {
    ok: false,
    cause: 'certificate not yet valid',
    ...peer,
    notBefore,
    notAfter,
  });
});

t.test('takes neither the same name nor a single changed bit for the pinned certificate', async t => {
  const changed = Uint8Array.from(der);
  changed[changed.length - 1]! ^= 1;
  t.match(identify(readPeer(changed), lookup, notBefore), { ok: false, cause: 'unknown certificate' });
});

t.test('keeps what the peer presented, read or not', async t => {
  const issuers = [other.der, Uint8Array.of(1, 2, 3)];
  t.match(readPeer(der, issuers), { der, issuers, fingerprint });
  t.match(readPeer(der), { der, issuers: [] });
  t.same(Object.keys(identify(readPeer(der, issuers), lookup, notBefore)).sort(), [
    'fingerprint',
    'initiatorId',
    'notAfter',
    'notBefore',
    'ok',
    'pin',
  ]);
});

t.test('does not fall over bytes that are no certificate, even pinned ones', async t => {
  for (const bytes of [Uint8Array.of(1, 2, 3), der.subarray(0, 40), new Uint8Array(2000).fill(0x30)]) {
    t.match(identify(readPeer(bytes), lookup, notBefore), { ok: false, cause: 'unknown certificate' });
    t.match(
      identify(readPeer(bytes), () => true, notBefore),
      { ok: false, cause: 'unknown certificate' },
    );
  }
});

t.test('reads dates of both kinds, also in the forms of old tools', async t => {
  const certificate = (first: string, second: string) => {
    const wrap = (tag: string, hex: string) => `${tag}${(hex.length / 2).toString(16).padStart(2, '0')}${hex}`;
    const time = (text: string) =>
      wrap(
        /^\d{12}/.test(text) && text.length >= 13 && !text.startsWith('U') ? '18' : '17',
        Buffer.from(text.replace('U', '')).toString('hex'),
      );
    return Buffer.from(
      wrap('30', wrap('30', `020101${'3000'}${'3000'}${wrap('30', time(first) + time(second))}`)),
      'hex',
    );
  };
  const read = (first: string, second: string) => {
    const validity = validityOf(certificate(first, second));
    return [validity.notBefore.toISOString(), validity.notAfter.toISOString()];
  };
  t.same(read('U491231235959Z', 'U500101000000Z'), ['2049-12-31T23:59:59.000Z', '1950-01-01T00:00:00.000Z']);
  t.same(read('20500101000000Z', '99991231235959Z'), ['2050-01-01T00:00:00.000Z', '9999-12-31T23:59:59.000Z']);
  t.same(read('U2601010000Z', 'U260101000000+0130'), ['2026-01-01T00:00:00.000Z', '2025-12-31T22:30:00.000Z']);
  t.same(read('20260101000000.5Z', '20260101000000-0100'), ['2026-01-01T00:00:00.000Z', '2026-01-01T01:00:00.000Z']);
  for (const bad of [
    'U26010100000',
    'U261301000000Z',
    'U260101250000Z',
    'U260230000000Z',
    'Uxx0101000000Z',
    'U',
    '2026010100000Z',
  ]) {
    t.throws(() => read(bad, 'U260101000000Z'), { name: 'CertificateError', message: /notBefore/ }, bad);
  }
});

t.test('tells valid from expired and not yet valid', async t => {
  t.equal(validityAt({ notBefore, notAfter }, new Date('2026-05-05')), 'valid');
  t.equal(validityAt({ notBefore, notAfter }, new Date('2027-05-05')), 'expired');
  t.equal(validityAt({ notBefore, notAfter }, new Date('2025-05-05')), 'not yet valid');
});

t.test('decides fast enough for every handshake of a boot storm', async t => {
  const rounds = 5000;
  for (let i = 0; i < rounds; i++) identify(readPeer(der), lookup, notBefore);
  const start = process.hrtime.bigint();
  for (let i = 0; i < rounds; i++) identify(readPeer(der), lookup, notBefore);
  const micros = Number(process.hrtime.bigint() - start) / 1000 / rounds;
  t.comment(`${micros.toFixed(1)} µs`);
  t.ok(micros < 100, 'under 100 µs');
});
