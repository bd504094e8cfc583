import t from 'tap';
import { matchesSubject, parseCertificates, parseSubjectPattern } from '../../certs/index.ts';
import { craft } from './crafted.ts';
import { subjectAltNames } from './crafted-extensions.ts';
import type { Name } from './crafted-name.ts';
import { bmp, universal } from './der-maker.ts';

const certificateOf = (subject: Name, ...names: Parameters<typeof subjectAltNames>) =>
  parseCertificates(craft({ subject, extensions: names.length > 0 ? [subjectAltNames(...names)] : [] }).der)[0]!;
const matches = (pattern: string, subject: Name, ...names: Parameters<typeof subjectAltNames>) =>
  matchesSubject(parseSubjectPattern(pattern), certificateOf(subject, ...names));

const vcenter: Name = [
  ['CN', 'vcenter-1.example'],
  ['DC', 'vsphere'],
  ['DC', 'local'],
  ['C', 'US'],
  ['O', 'VMware'],
  ['OU', 'VMware Engineering'],
];

t.test('matches each part by one whole value of that type', async t => {
  const rows: [pattern: string, isMatch: boolean][] = [
    ['CN=vcenter-1.example', true],
    ['CN=vcenter-*, O=VMware', true],
    ['O=VMware, CN=vcenter-*', true],
    ['CN=vcenter-*, O=VMware, C=US, OU=VMware Engineering', true],
    ['DC=vsphere, DC=local', true],
    ['DC=local', true],
    ['CN=*', true],
    ['CN=*example', true],
    ['CN=*-*.*', true],
    ['CN=v*1*e', true],
    ['CN=**', true],
    ['CN=vcenter', false],
    ['CN=center-*', false],
    ['CN=vcenter-*-2', false],
    ['CN=*2*', false],
    ['CN=vcenter-1.example*vcenter-1.example', false],
    ['CN=vcenter-1.examplee', false],
    ['CN=vcenter?1.example', false],
    ['CN=vcenter-1[.]example', false],
    ['O=VMware Engineering', false],
    ['OU=VMware', false],
    ['CN=vcenter-*, O=Other', false],
    ['L=*', false],
    ['DNS=*', false],
  ];
  for (const [pattern, isMatch] of rows) t.equal(matches(pattern, vcenter), isMatch, pattern);
});

t.test('asks a * for what stands on both sides of it, each in its own place', async t => {
  const rows: [pattern: string, value: string, isMatch: boolean][] = [
    ['CN=ab*ba', 'aba', false],
    ['CN=ab*ba', 'abba', true],
    ['CN=a*b*c', 'abc', true],
    ['CN=a*b*c', 'acb', false],
    ['CN=*ab*ab*', 'ab', false],
    ['CN=*ab*ab*', 'xababx', true],
    ['CN=a*bc*c', 'abc', false],
    ['CN=\\*', '*', true],
    ['CN=\\*', 'x', false],
    ['CN=a*', 'a', true],
  ];
  for (const [pattern, value, isMatch] of rows)
    t.equal(matches(pattern, [['CN', value]]), isMatch, `${pattern}: ${value}`);
  const start = process.hrtime.bigint();
  t.equal(matches(`CN=${'*a'.repeat(400)}*b`, [['CN', 'a'.repeat(5000)]]), false);
  t.ok(process.hrtime.bigint() - start < 500_000_000n, 'soon, too, when many places fit');
});

t.test('makes no difference between upper and lower case, blanks and compatibility forms (RFC 4518)', async t => {
  const rows: [pattern: string, value: string, isMatch: boolean][] = [
    ['cn=VCENTER', 'vCenter', true],
    ['CN = vcenter one ', ' vcenter   one', true],
    ['CN="vcenter one"', 'vcenter one', true],
    ['CN=vcenterone', 'vcenter one', false],
    ['CN=vcenter*', 'ｖｃｅｎｔｅｒ 1', true],
    ['CN=größe', 'GRO\u0308SSE', false],
    ['CN=größe', 'GRO\u0308ßE', true],
    ['CN=vcenter', 'vсenter', false],
  ];
  for (const [pattern, value, isMatch] of rows)
    t.equal(matches(pattern, [['CN', value]]), isMatch, `${pattern}: ${value}`);
});

t.test('is not fooled by what a value holds', async t => {
  const attacks: [why: string, pattern: string, subject: Name][] = [
    ['another part as text', 'CN=vcenter-*, O=VMware', [['CN', 'vcenter-1, O=VMware']]],
    ['another part as text, as a line shows it', 'O=VMware', [['CN', 'x,O=VMware']]],
    ['another part behind a line end', 'O=VMware', [['CN', 'x\nO=VMware']]],
    ['a plus, as of a part with two values', 'O=VMware', [['CN', 'x+O=VMware']]],
    ['an escaped comma', 'O=VMware', [['CN', 'x\\,O=VMware']]],
    ['quotes', 'O=VMware', [['CN', '"x",O="VMware"']]],
    ['a NUL behind the right value', 'CN=vcenter', [['CN', 'vcenter\0.evil']]],
    ['a NUL where anything may stand', 'CN=vcenter*', [['CN', 'vcenter\0.evil']]],
    ['a zero-width space', 'CN=vcenter', [['CN', 'vcen\u200bter']]],
    ['a change of reading direction', 'CN=vcenter*', [['CN', 'vcenter\u202eevil']]],
    ['the sign for bytes that are no text', 'CN=vcenter*', [['CN', 'vcenter\ufffd']]],
    ['a value of a type that we do not read', 'CN=*', [['CN', universal('vc')]]],
    ['the hex of a value as text', 'CN=\\#1c080000007600000063', [['CN', universal('vc')]]],
    [
      'two values of which each has half',
      'CN=vcenter-1.example',
      [
        ['CN', 'vcenter-1'],
        ['CN', '.example'],
      ],
    ],
    ['a value of another type', 'O=VMware', [['OU', 'VMware']]],
    ['a value that holds the wanted one', 'O=VMware', [['O', 'Not VMware']]],
    ['nothing at all', 'CN=*', []],
  ];
  for (const [why, pattern, subject] of attacks) t.equal(matches(pattern, subject), false, why);
  t.equal(matches('CN=vcenter-1\\, O\\=VMware', [['CN', 'vcenter-1, O=VMware']]), true, 'but it can be asked for');
  t.equal(matches('CN=vcenter', [['CN', bmp('vcenter')]]), true, 'a BMPString is text');
});

t.test('looks at each value of a part that has several', async t => {
  const both: Name = [
    [
      ['CN', 'vcenter'],
      ['O', 'VMware'],
    ],
  ];
  t.equal(matches('CN=vcenter, O=VMware', both), true);
  t.equal(matches('CN=vcenter', both), true);
  t.equal(matches('CN=vcenter+O\\=VMware'.replace('+', '\\+'), both), false);
});

t.test('DNS is a host name among the subject alternative names', async t => {
  t.equal(matches('DNS=*.example', [], 'DNS:vcenter-1.example'), true);
  t.equal(matches('dns=VCENTER-1.EXAMPLE', [], 'DNS:other', 'DNS:vcenter-1.example'), true);
  t.equal(matches('DNS=*.example, CN=vcenter', [['CN', 'vcenter']], 'DNS:vcenter-1.example'), true);
  t.equal(matches('DNS=*.example', [['CN', 'vcenter-1.example']]), false, 'not the common name');
  t.equal(matches('CN=*.example', [], 'DNS:vcenter-1.example'), false, 'nor the other way round');
  t.equal(matches('DNS=*.example', [], 'email:root@a.example', 'URI:https://a.example', 'other:a.example'), false);
  t.equal(matches('DNS=vcenter.example', [], 'DNS:*.example'), false, 'a wildcard stands for itself');
  t.equal(matches('DNS=a.example', [], 'DNS:a.example\0.evil'), false);
});

t.test('knows types by their short names and by numbers', async t => {
  t.equal(
    matches('serialNumber=7, E=root@a.example', [
      ['serialNumber', '7'],
      ['emailAddress', 'root@a.example'],
    ]),
    true,
  );
  t.equal(matches('EMAILADDRESS=root@*', [['emailAddress', 'root@a.example']]), true);
  const position = craft({ subject: [['CN', 'x']] });
  const der = Buffer.from(position.der);
  // 2.5.4.3 becomes 2.5.4.65, a pseudonym, for which we have no short name.
  for (let at = der.indexOf('0603550403', 'hex'); at >= 0; at = der.indexOf('0603550403', at, 'hex')) der[at + 4] = 65;
  const [certificate] = parseCertificates(der);
  t.equal(matchesSubject(parseSubjectPattern('2.5.4.65=x'), certificate!), true);
  t.equal(matchesSubject(parseSubjectPattern('CN=x'), certificate!), false);
});

t.test('reads escapes and quotes (RFC 4514)', async t => {
  const rows: [pattern: string, value: string][] = [
    ['O=VMware\\, Inc.', 'VMware, Inc.'],
    ['O="VMware, Inc."', 'VMware, Inc.'],
    ['O="VMware, *"', 'VMware, Inc.'],
    ['O="say \\"a\\""', 'say "a"'],
    ['O=a\\+b\\=c\\;d\\<e\\>f\\\\g', 'a+b=c;d<e>f\\g'],
    ['O=Gr\\c3\\b6\\c3\\9fe', 'Größe'],
    ['O=a/b', 'a/b'],
  ];
  for (const [pattern, value] of rows) t.equal(matches(pattern, [['O', value]]), true, pattern);
});

t.test('says where a pattern is wrong, what was found and what was expected', async t => {
  const rows: [pattern: string, message: RegExp][] = [
    [
      '',
      /^column 1: found the end of the subject pattern, expected an attribute type such as CN, O, OU, DC or DNS, then '='$/,
    ],
    ['   ', /^column 4: found the end/],
    ['vcenter', /^column 1: found 'v', expected an attribute type/],
    ['*', /^column 1: found '\*'/],
    ['/CN=x/O=y', /^column 1: found '\/'/],
    ['XX=a', /^column 1: found 'XX', expected an attribute type/],
    ['CN=a, XX=b', /^column 7: found 'XX'/],
    ['CN=', /^column 4: found the end of the subject pattern, expected a value, or '\*' for any$/],
    ['CN= ,O=b', /^column 5: found ',', expected a value/],
    ['CN=""', /^column 4: found an empty value, expected a value/],
    ['CN=a,', /^column 6: found the end .*, expected an attribute type/],
    ['CN=a,,O=b', /^column 6: found ','/],
    ['CN=a;O=b', /^column 5: found ';', expected ',' before another part, or '\\;'$/],
    ['CN=a+O=b', /^column 5: found '\+'/],
    ['CN=a O=b', /^column 7: found '='/],
    ['CN=a"b', /^column 5: found '"'/],
    ['CN="a', /^column 6: found the end .*, expected '"' that closes the one in column 4$/],
    ['CN="a" b', /^column 8: found 'b', expected ',' and another part, or the end$/],
    ['CN=a\\', /^column 5: found '\\'/],
    ['CN=a\\x', /^column 5: found '\\'/],
    ['CN=a\\ff', /^column 5: found '\\'/],
    ['CN=a\\00', /^column 5: found '\\'/],
    ['CN=a\tb', /^column 5: found U\+0009, expected a character that can be seen$/],
    ['CN=a\u200bb', /^column 5: found U\+200B/],
    [`CN=${'a'.repeat(1000)}`, /^found a subject pattern of 1003 characters, expected at most 1000$/],
  ];
  for (const [pattern, message] of rows) {
    t.throws(() => parseSubjectPattern(pattern), { name: 'CertificateError', message }, JSON.stringify(pattern));
  }
});
