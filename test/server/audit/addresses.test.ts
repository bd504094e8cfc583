import { isIP } from 'node:net';
import fc from 'fast-check';
import t from 'tap';
import { holdsAddress, redactAddresses } from '../../../server/audit/addresses.ts';

t.test('redacts a value that is an address, whatever its form', async t => {
  const addresses = [
    '127.77.66.55',
    '127.077.066.055',
    '0177.0115.0102.067',
    '0x7f.0x4d.0x42.0x37',
    '127.77.66.55:5696',
    '127.77.66.55/32',
    '[127.77.66.55]',
    '::',
    '::1',
    '[::1]',
    '[::1]:5696',
    '[::]:5696',
    '::%eth0',
    '::/0',
    'fe80::1%eth0',
    'FE80::1%25en0',
    '[fe80::1%eth0]:5696',
    '2001:db8::/32',
    '2001:0DB8:0000:0000:0000:0000:0000:0001',
    '2001:db8:0:0:0:0:0:1:5696',
    '::ffff:127.77.66.55',
    '::ffff:7f4d:4237',
    '64:ff9b::127.77.66.55',
    'https://127.77.66.55:8443/path?query',
    'kmip://[::1]:5696/',
    'http://2135769655/',
    'http://0x7f4d4237/',
    'http://user:secret@127.77.66.55/',
    '１２７．７７．６６．５５',
    '127。77。66。55',
    '127.\u200b77.66.55',
    '127.77.66.5\u00ad5',
    'fe\u200d80::1',
  ];
  for (const address of addresses) t.equal(redactAddresses(address), '[redacted]', address);
});

t.test('cuts addresses out of longer text and keeps the rest', async t => {
  const cases = [
    ['refused 192.0.2.7.', 'refused [redacted].'],
    ['from 192.0.2.7:5696, via [2001:db8::1]:443;', 'from [redacted], via [redacted];'],
    ['(fe80::1%eth0)', '([redacted])'],
    ['host: fe80::1: refused', 'host: [redacted]: refused'],
    ['see https://192.0.2.7:8443/x now', 'see https://[redacted]/x now'],
    ['esx-01_192.0.2.7', 'esx-01_[redacted]'],
    ['Müller 192.0.2.7', 'Müller [redacted]'],
    ['7.2.0.192.in-addr.arpa', '[redacted].in-addr.arpa'],
    ['1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa', '[redacted]'],
    ['[192.0.2.7', '[[redacted]'],
    ['192.0.2.7]', '[redacted]]'],
    // Nothing tells this version from an address.
    ['version 7.0.3.1', 'version [redacted]'],
  ] as const;
  for (const [text, expected] of cases) t.equal(redactAddresses(text), expected, text);
});

t.test('leaves alone what is no address', async t => {
  const others = [
    '',
    '7.0.3 build-19480866',
    '8.0.3.00500',
    '300.1.2.3',
    '1.2.840.113549.1.1',
    '1.2.3.4.5',
    '5d6b1f8e-7f0e-4a2b-9c1d-2f4f0e6a8b31',
    '00:11:22:33:44:55',
    'a9:99:3e:36:47:06:81:6a:ba:3e:25:71:78:50:c2:6c:9c:d0:d8:9d',
    'BA:78:16:BF:8F:01:CF:EA:41:41:40:DE:5D:AE:22:23:B0:03:61:A3:96:17:7A:9C:B4:10:FF:61:F2:00:15:AD',
    '2026-11-22T07:33:07.990Z',
    '07:33:07',
    'std::string Foo::Bar',
    'https://kms.example.com:8443/x',
    'crn:v1:bluemix:public:hs-crypto:us-south:a/0123456789abcdef0123456789abcdef:0f6f4a0c-2c11-4c9b-9a57-6c1f4f1f0a11::',
    'Grüße aus Köln: 10 Uhr',
    'Cryptographic Length is 200, AES keys have 128, 192 or 256 bits',
  ];
  for (const text of others) t.equal(redactAddresses(text), text, text);
});

t.test('no word of a redacted text is an address for node:net', async () => {
  const piece = fc.oneof(
    fc.ipV4(),
    fc.ipV4Extended(),
    fc.ipV6(),
    fc.constantFrom(
      ':',
      '::',
      '.',
      '[',
      ']',
      '%eth0',
      '/64',
      ' ',
      ', ',
      '(',
      ')',
      'f',
      '0',
      '255',
      '1.',
      ':5696',
      'x',
      'ü',
      '\u200b',
    ),
    fc.string({ maxLength: 6 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), pieces => {
      const words = redactAddresses(pieces.join('')).split(/[\s,()]+/);
      return words.every(word => word === '::' || isIP(word) === 0);
    }),
    { numRuns: 5_000 },
  );
});

t.test('an address between words is gone and the words are there', async () => {
  const address = fc.oneof(
    fc.ipV4(),
    fc.ipV6().filter(address => address !== '::'),
  );
  const word = fc.constantFrom('esx-01', 'host:', '7.0.3', '(', 'key=', 'Grüße', '"');
  fc.assert(
    fc.property(word, address, word, (before, address, behind) => {
      const text = redactAddresses(`${before} ${address} ${behind}`);
      return text === `${before} [redacted] ${behind}`;
    }),
    { numRuns: 5_000 },
  );
});

t.test('redacting twice changes nothing more', async () => {
  const piece = fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom(':', '.', '[', ']', '%1', '/8', ' ', '1', 'a', 'ü'));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), pieces => {
      const once = redactAddresses(pieces.join(''));
      return redactAddresses(once) === once;
    }),
    { numRuns: 5_000 },
  );
});

t.test('takes linear time on long hostile text', async t => {
  for (const unit of ['1.', ':', '1:', '::', '0.0.0.0', '[', 'a.', 'ü.1', '255.255.255.255:']) {
    const text = unit.repeat(Math.ceil(500_000 / unit.length));
    const start = performance.now();
    holdsAddress(text);
    redactAddresses(text);
    t.ok(performance.now() - start < 5_000, `${unit} took ${Math.round(performance.now() - start)} ms`);
  }
});
