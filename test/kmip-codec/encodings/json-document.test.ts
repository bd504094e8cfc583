import t from 'tap';
import { type JsonNode, parseJson } from '../../../kmip-codec/encodings/json-document.ts';
import { CodecError } from '../../../kmip-codec/error.ts';

/** What JSON.parse would have made of it. */
function plain(node: JsonNode): unknown {
  if (node.kind === 'value') return node.value;
  if (node.kind === 'array') return node.items.map(plain);
  return Object.fromEntries([...node.members].map(([name, member]) => [name, plain(member)]));
}

t.test('documents are read as JSON.parse reads them (RFC 8259)', async t => {
  for (const document of [
    '{}',
    '[]',
    ' { "a" : [ 1 , -0.5e+3, true,false , null ] , "b":{"":"x"}} \r\n\t',
    '"a\\"b\\\\"',
    '"\\\\\\"\\u00e9\\ud83d\\udd11é🔑"',
    '-12',
    '1E2',
  ]) {
    t.strictSame(plain(parseJson(document)), JSON.parse(document), document);
  }
});

t.test('what stands in a value knows its place', async t => {
  const root = parseJson('{"a": [1,\n "b"]}');
  t.match(root, { kind: 'object', offset: 0 });
  const list = root.kind === 'object' ? root.members.get('a') : undefined;
  t.match(list, { kind: 'array', offset: 6, items: [{ offset: 7 }, { offset: 11 }] });
});

t.test('documents that are no JSON, with the place and without their text', async t => {
  const refused: [document: string, offset: number, problem: RegExp][] = [
    ['', 0, /missing/],
    ['[1', 2, /',' or ']' is missing/],
    ['{"a" 1}', 5, /':' is missing/],
    ['{"a":1 "b":2}', 7, /',' or '}' is missing/],
    ['{"a":}', 5, /no value/],
    ['{a:1}', 1, /name of a member/],
    ['[1,]', 3, /no value/],
    ['{"a":1,}', 7, /name of a member/],
    ['{"a":1,"a":2}', 7, /twice/],
    ['[01]', 2, /',' or ']' is missing/],
    ['[+1]', 1, /no value/],
    ['[tru]', 1, /no value/],
    ['1 2', 2, /follows/],
    ['["00112233]', 1, /without end/],
    ['["a\\"]', 1, /without end/],
    ['["\\x"]', 1, /escape/],
    ['["a\nb"]', 1, /control character/],
    ['['.repeat(100_000), 66, /deeper/],
  ];
  for (const [document, offset, problem] of refused) {
    const error = t.throws(() => parseJson(document)) as CodecError;
    t.ok(error instanceof CodecError, document.slice(0, 20));
    t.match(error, { offset, problem }, document.slice(0, 20));
    t.notMatch(error.message, '00112233');
  }
});
