import t from 'tap';
import { addressesIn } from '../../../server/demo/addresses.ts';

t.test('finds host addresses wherever they stand', async t => {
  for (const [text, ...found] of [
    ['127.0.0.1', '127.0.0.1'],
    ['{"x-Name":"192.0.2.10","y":1}', '192.0.2.10'],
    ['from 192.0.2.10:5696, and 198.51.100.7.', '192.0.2.10', '198.51.100.7'],
    ['::1', '::1'],
    ['[2001:db8::7]:5696', '2001:db8::7'],
    ['"::ffff:192.0.2.10"', '::ffff:192.0.2.10'],
    ['fe80::1%eth0', 'fe80::1'],
  ] as const)
    t.same(addressesIn(text), found, text);
});

t.test('takes nothing else for one', async t => {
  for (const text of [
    '7.0.3 build-1',
    '2026-11-22T22:31:26.12Z',
    '22:31:26',
    'crn:v1:bluemix:private:kmip:local:a/0::kmip-key:e15364a9-4894-41f6-ae2c-a3bbcc535034',
    'e15364a9-4894-41f6-ae2c-a3bbcc535034',
    '3E:47:D5:48:D7:B8:DB:00:2B:E9',
    '1.2.840.113549.1.1.11',
    'requestHeader.protocolVersion',
    '[redacted]',
  ])
    t.same(addressesIn(text), [], text);
});
