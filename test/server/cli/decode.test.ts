import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { decodeItem, encodeItem, encodeItemJson, encodeItemXml } from '../../../kmip-codec/index.ts';
import { CANARY, spellings, withCanary } from '../../kmip-codec/encodings/canary.ts';
import { sampleMessages } from '../../kmip-codec/samples.ts';
import { kmipd } from './fixture.ts';

const sample = (title: string) => sampleMessages().find(each => each.title === title)!.bytes;
const get = sample('Get 1.4 response');
const register = sample('Register 2.1 request');
const hex = (bytes: Buffer) => bytes.toString('hex');

/** Runs `kmipd decode -` on this input. */
const decoded = (input: string | Uint8Array, ...flags: string[]) =>
  kmipd(['decode', '-', ...flags], { readStdinBytes: () => Promise.resolve(Buffer.from(input)) });

t.test('a message is printed the same from each of its forms', async t => {
  const { code, out, err } = await decoded(get);
  t.match({ code, err }, { code: 0, err: '' });
  t.match(out, /^Response Message\n {2}Response Header\n {4}Protocol Version\n/);
  t.match(out, '    Operation: Get (Enumeration)\n');
  t.match(out, 'Key Material: <');
  const item = decodeItem(get);
  const forms: [string, string | Uint8Array][] = [
    ['hex', hex(get)],
    ['hex with 0x and spaces', `0x${hex(get).toUpperCase().replace(/..../g, '$& ')}\n`],
    ['hex as the specification has it', hex(get).replace(/^(.{6})(..)(.{8})/, '$1 | $2 | $3 | ')],
    ['hex with colons', hex(get).replace(/..(?=.)/g, '$&:')],
    ['XML', `<?xml version="1.0"?>\n${encodeItemXml(item)}`],
    ['JSON', `\n${encodeItemJson(item)}`],
  ];
  for (const [form, input] of forms) t.same(await decoded(input), { code: 0, out, err: '' }, form);
  const file = join(t.testdir(), 'get.bin');
  writeFileSync(file, get);
  t.same(await kmipd(['decode', file]), { code: 0, out, err: '' }, 'a file');
});

t.test('messages one after another are all printed', async t => {
  const [first, second] = [(await decoded(get)).out, (await decoded(register)).out];
  const out = `${first}\n${second}`;
  const both = Buffer.concat([get, register]);
  t.same(await decoded(both), { code: 0, out, err: '' });
  t.same(await decoded(hex(both)), { code: 0, out, err: '' });
  for (const form of ['--xml', '--json']) {
    const written = await decoded(both, form, '--show-secrets');
    t.same(await decoded(written.out), { code: 0, out, err: '' }, `written with ${form}, and read`);
  }
});

t.test('variables of a test case stand by their names', async t => {
  const value = (tag: string, type: string, text: string) => `<${tag} type="${type}" value="${text}"/>`;
  const time = value('TimeStamp', 'DateTime', '$NOW-3600');
  const name = value('UniqueIdentifier', 'TextString', '$UNIQUE_IDENTIFIER_0');
  const message = `<KMIP># TIME 0\n<RequestHeader>${time}${name}${value('Key', 'ByteString', '$KEY_0')}</RequestHeader></KMIP>`;
  const [stamp, identifier] = [
    'Time Stamp: $NOW-3600 (Date Time)',
    'Unique Identifier: "$UNIQUE_IDENTIFIER_0" (Text String)',
  ];
  const out = `Request Header\n  ${stamp}\n  ${identifier}\n  Key: $KEY_0 (Byte String)\n`;
  t.same(await decoded(message), { code: 0, out, err: '' });
  t.match((await decoded(message, '--xml')).out, time);
  t.match((await decoded(message, '--json', '--show-secrets')).out, '"value":"$NOW-3600"');
  t.match(await decoded(time), { code: 1, err: /'\$NOW-3600', must be an ISO 8601 date/ }, 'no test case');
});

t.test('--xml and --json with --show-secrets give the whole message', async t => {
  for (const form of ['--xml', '--json']) {
    const { out } = await decoded(register, form, '--show-secrets');
    const binary = await decoded(out, '--json', '--show-secrets');
    t.equal(binary.out, (await decoded(register, '--json', '--show-secrets')).out, form);
  }
  t.match(await decoded(get, '--xml', '--json'), { code: 2, out: '' });
});

t.test('a canary in place of a secret is never printed, nor said in an error', async t => {
  for (const bytes of [get, register, sample('Encrypt 1.4 request'), sample('Derive Key 2.0 request')]) {
    const { item, count } = withCanary(decodeItem(bytes));
    t.ok(count > 0);
    const message = encodeItem(item);
    const inputs = [message, message.subarray(0, -30), hex(message), hex(message).slice(0, -31), `${hex(message)}x`];
    const documents = [encodeItemXml(item), encodeItemJson(item)];
    for (const document of documents) {
      const at = document.indexOf(CANARY.toString('hex'));
      inputs.push(...[document, document.slice(0, at + 12), document.slice(0, at + 35)].map(text => Buffer.from(text)));
      inputs.push(Buffer.from(document.replace(CANARY.toString('hex'), `${CANARY.toString('hex')}0`)));
    }
    for (const input of inputs) {
      for (const flags of [[], ['--xml'], ['--json']]) {
        const { out, err } = await decoded(input, ...flags);
        const said = `${out}${err}`.toLowerCase();
        for (const spelling of [...spellings, CANARY.toString('hex').slice(0, 12)])
          if (said.includes(spelling)) t.fail(`${flags} ${err}: ${spelling}`);
      }
    }
    t.match((await decoded(message, '--json', '--show-secrets')).out, CANARY.toString('hex'));
  }
});

t.test('what is broken is named with its place, and what stood before it is printed', async t => {
  const damaged = Buffer.from(get);
  damaged[8 + 3] = 0x77;
  const cases: [input: string | Uint8Array, err: RegExp][] = [
    ['', /^kmipd: standard input: nothing is there; check/],
    [' \n', /nothing is there/],
    [Buffer.from([0xff, 0xfe, 0]), /byte 0: neither TTLV/],
    ['hello', /line 1, column 1: no hex digit/],
    ['4200 78\n01 zz', /line 2, column 4: no hex digit/],
    ['42007', /5 hex digits, an even number/],
    ['4300690100000000', /byte 0: 0x430069 is no item tag/],
    [get.subarray(0, 100), /byte 100: the input ends \d+ bytes? before the end of the item that begins at byte 0/],
    [damaged, /byte 11: ResponseMessage\.ResponseHeader: item type 0x77 does not exist/],
    [
      '<RequestMessage>\n  <BatchItem>\n</RequestMessage>',
      /line 3, column 3: XML: <\/RequestMessage> ends <BatchItem>/,
    ],
    ['<RequestMessage>\n  <Nope/>', /line 2, column 10: XML: <RequestMessage> has no end/],
    ['<RequestMessage>\n  <Nope/></RequestMessage>', /line 2, column 3: RequestMessage\.Nope: no tag is called 'Nope'/],
    ['{"tag":"RequestMessage",\n"value":[}', /line 2, column 10: JSON: no value begins here/],
    [
      '{"tag":"RequestMessage","value":[\n {"tag":"BatchCount","type":"Integer","value":"x"}]}',
      /line 2, column 47: RequestMessage\.BatchCount: 'x', must be a number/,
    ],
  ];
  for (const [input, err] of cases) t.match(await decoded(input), { code: 1, out: '', err }, String(err));

  const { out } = await decoded(get);
  const inSecond = new RegExp(`byte ${get.length + 11}: ResponseMessage\\.ResponseHeader: item type 0x77`);
  t.match(await decoded(Buffer.concat([get, damaged])), { code: 1, out, err: inSecond }, 'the second message');
  t.match(await kmipd(['decode', join(t.testdir(), 'none')]), { code: 3, err: /no such file; name a file/ });
  t.match(await kmipd(['decode']), { code: 2, err: /missing required argument 'file'/ });
});

t.test('a text of a message cannot steer the terminal in any form', async t => {
  const name = '<NameValue type="TextString" value="a&#x9b;2J&#x202e;b"/>';
  t.equal((await decoded(name)).out, 'Name Value: "a\\u{9b}2J\\u{202e}b" (Text String)\n');
  t.equal((await decoded(name, '--xml')).out, '<NameValue type="TextString" value="a&#155;2J&#8238;b"/>\n');
  t.equal(
    (await decoded(name, '--json')).out,
    '{"tag":"NameValue","type":"TextString","value":"a\\u009b2J\\u202eb"}\n',
  );
});
