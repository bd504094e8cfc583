import t from 'tap';
import { CertificateError, parseCrls, pathRules, rootProblem, validatePath } from '../../certs/index.ts';
import { craft, newKeys, notAfter, notBefore, now } from './crafted.ts';
import { craftCrl } from './crafted-crl.ts';
import { authority, authorityKeyIdentifier, keyUsage, noAuthority } from './crafted-extensions.ts';
import { type Chain, pathCases } from './path-cases/index.ts';

const validate = ({ certificate, issuers = [], root, crls = [], staleCrl = 'refuse', now: at = now }: Chain) =>
  validatePath({
    certificate: certificate.der,
    issuers: issuers.map(({ der }) => der),
    root: root.der,
    crls,
    staleCrl,
    now: at,
  });

for (const [subject, cases] of pathCases) {
  t.test(`judges paths by RFC 5280 §6: ${subject}`, async t => {
    for (const { name, chain, breaks } of cases) {
      const found = validate(chain);
      const shown = found.ok ? undefined : [found.problem.rule, found.problem.detail.split(':')[0]];
      t.same(shown, breaks, `${name}: ${found.ok ? 'accepted' : `${found.problem.rule}: ${found.problem.detail}`}`);
    }
  });
}

t.test('has a case for every rule', async t => {
  const broken = new Set([...pathCases.values()].flat().map(({ breaks }) => breaks?.[0]));
  t.same(
    pathRules.filter(rule => !broken.has(rule)),
    [],
  );
});

t.test('names nobody in the detail of a problem, for it stands in events', async t => {
  for (const { name, chain } of [...pathCases.values()].flat()) {
    const found = validate(chain);
    if (found.ok) continue;
    t.notMatch(found.problem.detail, /vcenter|VMware|Root|Middle|\.example|192\.0\.2|2001:db8/, name);
    t.match(found.problem.detail, /: .*, expected |: byte \d+: found /, `${name}: says what was expected`);
  }
});

const extensions = [authority(), keyUsage('keyCertSign', 'cRLSign')];
const root = craft({ subject: 'Root', extensions });
const middle = craft({ subject: 'Middle', issuer: root, extensions });
const leaf = craft({ subject: 'vcenter', issuer: middle, extensions: [noAuthority()] });

t.test('gives the path, from certificate to root, whatever else was presented', async t => {
  const junk = { der: Buffer.from('junk') };
  const found = validate({ certificate: leaf, issuers: [junk, leaf, root, middle], root });
  t.match(found, { ok: true, path: [{ subject: 'CN=vcenter' }, { subject: 'CN=Middle' }, { subject: 'CN=Root' }] });
});

t.test('says from when until when the answer stays the same', async t => {
  const at = (time: string) => new Date(`2026-${time}Z`);
  const long = craft({
    subject: 'vcenter',
    issuer: middle,
    extensions: [],
    notBefore: new Date('2025-01-01'),
    notAfter: new Date('2029-01-01'),
  });
  const listed = (...dates: [string, string | null][]) =>
    dates.map(([thisUpdate, nextUpdate]) =>
      craftCrl({ issuer: middle, thisUpdate: at(thisUpdate), nextUpdate: nextUpdate === null ? null : at(nextUpdate) }),
    );
  const range = (crls: Uint8Array[], staleCrl: 'refuse' | 'accept' = 'refuse', when = now) => {
    const found = validate({ certificate: long, issuers: [middle], root, crls, staleCrl, now: when });
    return found.ok ? [found.validFrom, found.validUntil] : found.problem;
  };
  t.same(range([]), [notBefore, notAfter], 'of all certificates of the path');
  t.same(range(listed(['06-01T00:00:00', '08-01T00:00:00'])), [at('06-01T00:00:00'), at('08-01T00:00:00')]);
  t.same(range(listed(['06-01T00:00:00', null])), [at('06-01T00:00:00'), notAfter]);
  t.same(
    range(listed(['06-01T00:00:00', '08-01T00:00:00'], ['07-10T00:00:00', '09-01T00:00:00'])),
    [at('06-01T00:00:00'), at('07-09T23:59:59.999')],
    'a later list may say something else',
  );
  t.same(
    range(listed(['05-01T00:00:00', '06-01T00:00:00']), 'accept'),
    [at('06-01T00:00:00.001'), notAfter],
    'one that is past its time, and accepted, says the same from then on',
  );
  const crls = listed(['06-01T00:00:00', '06-20T00:00:00'], ['06-10T00:00:00', '07-15T00:00:00']);
  for (let when = at('06-01T00:00:00'); when < notAfter;) {
    const ends = range(crls, 'accept', when);
    if (!Array.isArray(ends)) throw new Error('refused');
    t.ok(ends[0]! <= when && when <= ends[1]!, `holds at ${when.toISOString()}`);
    t.same(range(crls, 'accept', ends[0]), ends, 'at its beginning');
    t.same(range(crls, 'accept', ends[1]), ends, 'at its end');
    when = new Date(ends[1]!.getTime() + 1);
  }
});

t.test('takes revocation lists that were read before', async t => {
  const lists = parseCrls(craftCrl({ issuer: middle, revoked: [] }));
  const given = { certificate: leaf.der, issuers: [middle.der], root: root.der, staleCrl: 'refuse' as const, now };
  t.match(validatePath({ ...given, crls: lists }), { ok: true });
  t.match(validatePath({ ...given, crls: lists, now: notAfter }), { problem: { rule: 'revocation list out of date' } });
});

t.test('refuses a root at once that no client could come from', async t => {
  t.equal(rootProblem(root.der, now), undefined);
  t.equal(rootProblem(craft({ subject: 'Old root', version: 1 }).der, now), undefined);
  t.match(rootProblem(leaf.der, now), { rule: 'no authority', subject: 'CN=vcenter', detail: /^the trusted root: / });
  t.match(rootProblem(root.der, new Date('2030-01-01')), { rule: 'expired' });
  t.match(rootProblem(root.der.subarray(0, 100), now), { rule: 'malformed certificate', detail: /byte 0/ });
});

t.test('gives up after so many signatures and steps, whatever a peer presents', async t => {
  const ends = (name: string, chain: Chain, detail: RegExp) =>
    t.match(validate(chain), { ok: false, problem: { rule: 'no path to a trusted root', detail } }, name);
  const namesakes = Array.from({ length: 100 }, () => craft({ subject: 'Middle', keyType: 'ECDSA P-521', extensions }));
  ends(
    'a hundred authorities of the name of the issuer',
    { certificate: leaf, issuers: namesakes, root },
    /given up after 16 signatures/,
  );

  // Every one signed by every other: each order of them is a way that could lead to the root.
  const keys = newKeys('ECDSA P-256');
  const ring = Array.from({ length: 10 }, () => newKeys('ECDSA P-256')).map(ofOne => ({
    ...craft({ subject: 'Ring', keys: ofOne, issuer: craft({ subject: 'Ring', keys }), extensions }),
  }));
  const all = ring.flatMap(({ keys: signer }) =>
    ring.map(({ keys: signed }) =>
      craft({ subject: 'Ring', keys: signed, issuer: craft({ subject: 'Ring', keys: signer }), extensions }),
    ),
  );
  const member = craft({ subject: 'vcenter', issuer: ring[0]!, extensions: [] });
  ends('ten authorities that all signed each other', { certificate: member, issuers: all, root }, /given up after/);

  const wanted = authorityKeyIdentifier(ring[0]!.keys.publicKey);
  const chain = Array.from({ length: 100 }, (_, i) =>
    craft({
      subject: `Number ${i}`,
      issuer: { ...root, name: craft({ subject: `Number ${i + 1}` }).name },
      keys: root.keys,
      extensions: [...extensions, wanted],
    }),
  );
  ends('a hundred authorities one above the other', { certificate: chain[0]!, issuers: chain, root }, /expected/);

  const thousands = Array.from({ length: 5000 }, (_, i) => ({ der: Buffer.from(`junk ${i}`) }));
  ends(
    'thousands of pieces of junk',
    { certificate: leaf, issuers: [...thousands, middle], root },
    /that is missing, .* 0 that were/,
  );
});

t.test('finds the right one of many authorities of one name by the key identifier', async t => {
  const namesakes = Array.from({ length: 90 }, () => craft({ subject: 'Middle', extensions }));
  const identified = craft({
    subject: 'vcenter',
    issuer: middle,
    extensions: [authorityKeyIdentifier(middle.keys.publicKey)],
  });
  t.equal(validate({ certificate: identified, issuers: [...namesakes, middle], root }).ok, true);
});

t.test('gives a problem for damaged chains, never an error and never a path that the damage went through', async t => {
  const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
  t.comment(`FUZZ_SEED=${seed}`);
  const random = generator(seed);
  const crl = craftCrl({ issuer: middle, revoked: [{ serialNumber: Buffer.of(1) }] });
  const whole = [...pathCases.values()].flat().map(({ chain }) => chain);
  const problems = new Map<string, number>();
  for (let round = 0; round < 20_000; round++) {
    const chain =
      round % 2 === 0 ? { certificate: leaf, issuers: [middle], root, crls: [crl] } : whole[random(whole.length)]!;
    const parts = [
      chain.certificate.der,
      chain.root.der,
      ...(chain.issuers ?? []).map(({ der }) => der),
      ...(chain.crls ?? []),
    ];
    const which = random(parts.length);
    parts[which] = damaged(parts[which]!, random);
    const [certificate, top, ...rest] = parts;
    const issuers = rest.slice(0, chain.issuers?.length ?? 0);
    const crls = rest.slice(issuers.length);
    const found = validatePath({ certificate: certificate!, issuers, root: top!, crls, staleCrl: 'refuse', now });
    if (found.ok && which === 0) t.fail(`round ${round}: a damaged certificate was accepted`);
    const rule = found.ok ? 'accepted' : found.problem.rule;
    problems.set(rule, (problems.get(rule) ?? 0) + 1);
    try {
      parseCrls(parts[which]);
    } catch (error) {
      if (!(error instanceof CertificateError)) throw error;
    }
  }
  t.comment(JSON.stringify(Object.fromEntries(problems)));
  t.ok((problems.get('malformed certificate') ?? 0) > 1000, 'much of it was not even a certificate');
  t.ok((problems.get('bad signature') ?? 0) > 100, 'some was read and not signed');
});

/** Whole numbers from 0 to below `max` (mulberry32). */
function generator(seed: number): (max: number) => number {
  let state = seed;
  return max => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % max;
  };
}

/** Bits turned, octets changed, put in or taken out, or the end cut off; never the same as before. */
function damaged(der: Uint8Array, random: (max: number) => number): Uint8Array {
  const octets = [...der];
  const at = random(octets.length || 1);
  switch (random(5)) {
    case 0:
      octets[at] = (octets[at] ?? 0) ^ (1 << random(8));
      break;
    case 1:
      octets[at] = ((octets[at] ?? 0) + 1 + random(255)) % 256;
      break;
    case 2:
      octets.splice(at, 0, random(256));
      break;
    case 3:
      octets.splice(at, 1 + random(8));
      break;
    default:
      octets.length = at;
  }
  return Uint8Array.from(octets);
}
