import t from 'tap';
import { createHmac, pbkdf2Sync } from 'node:crypto';
import { CertificateError, parseCertificates, readPkcs12, toPem } from '../../certs/index.ts';
import { encryptedPrivateKeyInfo } from '../../certs/encrypted-private-key.ts';
import { indefiniteBer } from './ber-maker.ts';
import * as der from './der-maker.ts';
import { OTHER_PROGRAMS_PASSWORD as password, otherProgramsFile } from './other-programs.ts';

const expected = {
  certificatePem: String(otherProgramsFile('certificate.pem')),
  privateKeyPem: String(otherProgramsFile('key.pem')),
  chainPem: String(otherProgramsFile('authority.pem')),
};
const good = otherProgramsFile('openssl-3.p12');

for (const [name, what, secret = password] of [
  ['openssl-3', 'AES-256, SHA-256 (OpenSSL 3, Windows)'],
  ['3des-sha1', '3DES, SHA-1 (Windows by default)'],
  ['aes-128-192-sha384', 'AES-128 and AES-192, SHA-384'],
  ['plain-certificates-sha512', 'certificates in the clear, SHA-512'],
  ['plain-mac-once', 'all in the clear, a MAC of one iteration'],
  ['keytool-17', 'AES-256, SHA-256, the key first (Java 17)'],
  ['empty-password', 'an empty password', ''],
  ['other-characters', 'a password beyond ASCII', 'pässwörd-€'],
] as const) {
  t.test(`reads PKCS#12 of other programs: ${what}`, async t => {
    const file = otherProgramsFile(`${name}.p12`);
    t.same(await readPkcs12(file, secret), expected);
    t.same(await readPkcs12(indefiniteBer(file), secret), expected, 'in BER');
    await t.rejects(readPkcs12(file, `${secret}.`), {
      name: 'CertificateError',
      found: 'a wrong password, or a PKCS#12 file that is damaged',
    });
  });
}

t.test('reads PKCS#12 in PEM and base64', async t => {
  t.same(await readPkcs12(toPem('PKCS12', good), password), expected);
  t.same(await readPkcs12(good.toString('base64'), password), expected);
  t.same(await readPkcs12(Buffer.from(`${good.toString('base64')}\r\n`), password), expected);
});

t.test('refuses PKCS#12 that it cannot use, and says what to do', async t => {
  for (const [name, message] of [
    ['rc2', /^byte 75: found encryption with RC2 of 40 bits, which is broken, expected AES-256: export it anew/],
    ['rc4', /^byte 75: found encryption with RC4, which is broken, expected AES-256: export it anew/],
    ['keytool-legacy', /found encryption with RC2 of 40 bits/],
    ['no-mac', /^byte 1342: found a PKCS#12 file without a MAC, expected one with a password: export it anew/],
    ['no-key', /found a PKCS#12 file without a private key/],
    ['no-certificate', /found a PKCS#12 file without a certificate/],
    ['two-keys', /found a PKCS#12 file with 2 private keys, expected one with one/],
  ] as const) {
    await t.rejects(
      readPkcs12(otherProgramsFile(`${name}.p12`), password),
      { name: 'CertificateError', message },
      name,
    );
  }
});

t.test('names what was given instead of PKCS#12, and PKCS#12 given instead of a certificate', async t => {
  for (const [input, message] of [
    [expected.certificatePem, /^line 1: found a certificate \(CERTIFICATE\), expected a PKCS#12 file/],
    [parseCertificates(expected.certificatePem)[0]!.der, /^byte 0: found a certificate, expected a PKCS#12 file$/],
    [expected.privateKeyPem, /^line 1: found a private key \(PRIVATE KEY\)/],
    ['', /found nothing/],
    [new Uint8Array(), /found nothing/],
    [good.subarray(0, 700), /^byte 0: found 696 of 1523 bytes, expected all of /],
    [Buffer.concat([good, Buffer.of(0)]), /^byte 1527: found/],
  ] as const) {
    await t.rejects(readPkcs12(input, password), { name: 'CertificateError', message });
  }
  t.throws(() => parseCertificates(good), { message: /^byte 0: found a PKCS#12 file, expected a certificate$/ });
});

const SHA256 = '2.16.840.1.101.3.4.2.1';
const HMAC_SHA256 = '1.2.840.113549.2.9';
const HMAC_SHA512 = '1.2.840.113549.2.11';
const algorithm = (id: string, ...parameters: Buffer[]) => der.sequence(der.oid(id), ...parameters);
const data = (content: Buffer) =>
  der.sequence(der.oid('1.2.840.113549.1.7.1'), der.context(0, der.octetString(content)));
const pfx = (safe: Buffer, mac: Buffer) => der.sequence(der.integer(3), data(safe), mac);

const pbkdf2 = (iterations: number, size?: number | undefined) =>
  algorithm(
    '1.2.840.113549.1.5.12',
    der.sequence(
      der.octetString(Buffer.alloc(16, 1)),
      der.integer(iterations),
      ...(size === undefined ? [] : [der.integer(size)]),
      algorithm(HMAC_SHA256, der.nothing),
    ),
  );

/** With a MAC by PBMAC1 (RFC 9579): PBKDF2-HMAC-SHA-256, HMAC-SHA-512. `iterations`: what it says, while it is of 5. */
function withPbmac1(safe: Buffer, { iterations = 5, secret = password } = {}): Buffer {
  const key = pbkdf2Sync(secret, Buffer.alloc(16, 1), 5, 32, 'sha256');
  return pfx(safe, pbmac1(iterations, 32, createHmac('sha512', key).update(safe).digest()));
}

function pbmac1(iterations: number, size: number | undefined, value: Buffer): Buffer {
  const parameters = der.sequence(pbkdf2(iterations, size), algorithm(HMAC_SHA512, der.nothing));
  const digest = der.sequence(algorithm('1.2.840.113549.1.5.14', parameters), der.octetString(value));
  return der.sequence(digest, der.octetString(Buffer.from('NOT USED')), der.integer(1));
}

const bag = (id: number, value: Buffer) =>
  der.sequence(der.oid(`1.2.840.113549.1.12.10.1.${id}`), der.context(0, value));
const certificate = (pem: string) =>
  bag(
    3,
    der.sequence(der.oid('1.2.840.113549.1.9.22.1'), der.context(0, der.octetString(parseCertificates(pem)[0]!.der))),
  );
const derOf = (pem: string) => Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
const certificates = data(der.sequence(certificate(expected.certificatePem), certificate(expected.chainPem)));
const plainKey = data(der.sequence(bag(1, derOf(expected.privateKeyPem))));

t.test('checks a MAC by PBMAC1 (RFC 9579 §4)', async t => {
  const safe = der.sequence(certificates, plainKey);
  t.same(await readPkcs12(withPbmac1(safe), password), expected);
  await t.rejects(readPkcs12(withPbmac1(safe, { secret: 'other' }), password), { message: /wrong password/ });
  for (const size of [undefined, 1, 19, 65, 1_000_000_000]) {
    await t.rejects(readPkcs12(pfx(safe, pbmac1(5, size, Buffer.alloc(64))), password), {
      name: 'CertificateError',
      message: /found (no length of the key|a key of \d+ bytes), expected 20 to 64 bytes/,
    });
  }
});

for (const name of ['sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'aes128', 'des3', 'pbe3des']) {
  t.test(`opens a key that OpenSSL encrypted with ${name} (RFC 8018 appendix B)`, async t => {
    const key = bag(2, derOf(String(otherProgramsFile(`key-${name}.pem`))));
    t.same(await readPkcs12(withPbmac1(der.sequence(certificates, data(der.sequence(key)))), password), expected);
  });
}

t.test('passes over what else may be in a file: a bag of bags, a list, a secret', async t => {
  const inside = bag(
    6,
    der.sequence(bag(1, derOf(expected.privateKeyPem)), bag(4, der.sequence()), bag(5, der.nothing)),
  );
  t.same(await readPkcs12(withPbmac1(der.sequence(certificates, data(der.sequence(inside)))), password), expected);
  let deep = bag(1, derOf(expected.privateKeyPem));
  for (let i = 0; i < 6; i++) deep = bag(6, der.sequence(deep));
  await t.rejects(readPkcs12(withPbmac1(der.sequence(certificates, data(der.sequence(deep)))), password), {
    name: 'CertificateError',
    message: /bags too deep/,
  });
});

t.test('bounds the work that a file may ask for', async t => {
  const safe = der.sequence(certificates, plainKey);
  const message = /found \d+ iterations, expected 1 to 2000000/;
  for (const iterations of [2_000_001, 2 ** 40, 0]) {
    await t.rejects(readPkcs12(withPbmac1(safe, { iterations }), password), { name: 'CertificateError', message });
    const digest = der.sequence(algorithm(SHA256, der.nothing), der.octetString(Buffer.alloc(32)));
    const mac = der.sequence(digest, der.octetString(Buffer.alloc(8)), der.integer(iterations));
    await t.rejects(readPkcs12(pfx(safe, mac), password), { name: 'CertificateError', message });
  }
  const options = { randomBytes: (size: number) => Buffer.alloc(size, 1) };
  const cheap = await encryptedPrivateKeyInfo(derOf(expected.privateKeyPem), password, { ...options, iterations: 1 });
  const costly = bag(
    2,
    der.sequence(
      algorithm(
        '1.2.840.113549.1.5.13',
        der.sequence(pbkdf2(2_000_000), algorithm('2.16.840.1.101.3.4.1.42', der.octetString(Buffer.alloc(16)))),
      ),
      der.octetString(Buffer.alloc(16)),
    ),
  );
  const bags = data(der.sequence(bag(2, Buffer.from(cheap)), costly));
  // Told before they are done, which would take seconds.
  await t.rejects(readPkcs12(withPbmac1(der.sequence(certificates, bags)), password), {
    name: 'CertificateError',
    message: /more than 2000000 iterations in the PKCS#12 file/,
  });
});

t.test('gives a CertificateError for any damage, nothing else', async t => {
  const seed = Date.now() % 1_000_000;
  t.comment(`seed ${seed}`);
  let state = seed + 1;
  const random = (below: number) => (state = (state * 48_271) % 2_147_483_647) % below;
  const sources = [good, indefiniteBer(good), withPbmac1(der.sequence(certificates, plainKey))];
  let refused = 0;
  for (let round = 0; round < 600; round++) {
    let bytes: Uint8Array = Uint8Array.from(sources[round % sources.length]!);
    for (let i = 0; i <= random(3); i++) bytes[random(random(2) ? 60 : bytes.length)] = random(256);
    if (random(4) === 0) bytes = bytes.subarray(0, random(bytes.length));
    try {
      await readPkcs12(bytes, password);
    } catch (error) {
      refused++;
      if (error instanceof CertificateError) continue;
      t.fail(`round ${round}: ${String(error)}`, { input: Buffer.from(bytes).toString('hex') });
      return;
    }
  }
  t.ok(refused > 500, `${refused} refused`);
  // What is inside is vouched for by the MAC; here it is damaged before.
  for (let round = 0; round < 600; round++) {
    const safe = Buffer.from(der.sequence(certificates, plainKey));
    for (let i = 0; i <= random(3); i++) safe[random(safe.length)] = random(256);
    const error = await readPkcs12(withPbmac1(safe), password).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (error === undefined || error instanceof CertificateError) continue;
    t.fail(`round ${round}: ${String(error)}`, { input: safe.toString('hex') });
    return;
  }
});
