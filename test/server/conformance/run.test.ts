import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import t from 'tap';
import { encodeItem, ItemType, registry, type TtlvItem } from '../../../kmip-codec/index.ts';
import { everyItem } from '../../../server/conformance/items.ts';
import {
  type ConformanceOptions,
  everything,
  junit,
  loadExpected,
  loadTestCase,
  registerConformance,
  runConformance,
  showReport,
  showTolerances,
  testCaseFiles,
  tolerances,
} from '../../../server/conformance/index.ts';
import { change, items, value } from './change.ts';
import { type Answer, cannedServer, expectedAnswers, identity, inOrder } from './canned-server.ts';

const cases = fileURLToPath(new URL('cases', import.meta.url));
const own = join(cases, 'OWN-M-1-14.xml');
const lists = join(cases, 'OWN-M-2-11.xml');
const users = join(cases, 'OWN-M-3-21.xml');

const answersTo = (...paths: string[]) => inOrder(paths.flatMap(path => expectedAnswers(loadTestCase(path))));

async function play(answer: Answer, options: Partial<ConformanceOptions> & Pick<ConformanceOptions, 'paths'>) {
  const server = await cannedServer(answer);
  try {
    const report = await runConformance({
      target: { ...server.target, timeoutMs: 500 },
      identityOf: () => identity,
      cleansUp: false,
      now: () => new Date(),
      ...options,
    });
    return { report, requests: server.requests, connections: server.connections() };
  } finally {
    await server.close();
  }
}

t.test('plays every case of a folder; requests carry what the responses gave', async t => {
  const { report, requests, connections } = await play(answersTo(own, lists, users), { paths: [cases] });
  const names = [{ name: 'OWN-M-1-14' }, { name: 'OWN-M-2-11', family: 'OWN' }, { name: 'OWN-M-3-21', version: '2.1' }];
  t.match(report, { passed: 3, failed: 0, results: names });
  t.equal(requests.length, 9);
  t.equal(connections, 4, 'client A and B of the first, A of each other');
  const text = encodeItem(requests[1]!).toString('latin1');
  t.match(text, '3d3ff0f6-0000-4000-8000-000000000000');
  t.notMatch(text, /\$[A-Z]/);
});

t.test('a server that does not answer, closes or sends what is no TTLV fails the case', async t => {
  const silent: Answer = () => new Promise(() => undefined);
  const peers: [answer: Answer, got: RegExp][] = [
    [silent, /no answer within 500 ms/],
    [() => undefined, /connection closed after 0 bytes/],
    [() => Buffer.from('42007b0100000000ff', 'hex'), /1 bytes follow the item/],
    [() => Buffer.from('42007b0200000008', 'hex'), /no answer within/],
    [() => Buffer.from('42007b02ffffffff', 'hex'), /an answer of 4294967303 bytes/],
    [() => Buffer.from('HTTP/1.1 400 Bad Request\r\n'), /an answer of|no answer within/],
  ];
  for (const [answer, got] of peers) {
    const { report } = await play(answer, { paths: [own] });
    t.match(report.results[0], { status: 'failed', failure: { exchange: 0, path: 'ResponseMessage', got } });
  }
});

t.test('a server that is not there, or shows another certificate, fails the case', async t => {
  const server = await cannedServer(() => undefined);
  await server.close();
  const target = { ...server.target, timeoutMs: 500 };
  const options = { identityOf: () => identity, paths: [own], now: () => new Date() };
  t.match((await runConformance({ ...options, target })).results[0]?.failure?.got, /cannot connect to 127\.0\.0\.1/);
  const other = await cannedServer(answersTo(own));
  const report = await runConformance({ ...options, target: { ...other.target, servername: 'elsewhere.example' } });
  await other.close();
  t.match(report.results[0]?.failure?.got, /cannot connect .*(altnames|Hostname)/i);
});

t.test('a case known not to pass counts in neither; once it passes the list is out of date', async t => {
  const expected = new Map([['OWN-M-1-14', 'its print is wrong']]);
  const fails = await play(() => undefined, { paths: [own], expected });
  t.match(fails.report, { passed: 0, failed: 0, results: [{ status: 'known', reason: 'its print is wrong' }] });
  t.match(showReport(fails.report, false), /Known not to pass \(1\):\n  OWN-M-1-14: its print is wrong/);
  const passes = await play(answersTo(own), { paths: [own], expected });
  t.match(passes.report, { passed: 0, failed: 1, results: [{ status: 'failed', reason: /passes, but is listed/ }] });
});

t.test('cases beyond the scope, or that nobody can play this way, are left out by name', async t => {
  const folder = t.testdir({
    'TC_NP_9_14.xml': readFileSync(own, 'utf8').replace('# TIME 0', '# [Server-to-Client]'),
    'TL-M-3-14.xml': readFileSync(own, 'utf8'),
    'SASED-M-2-14.xml': readFileSync(own, 'utf8').replaceAll('"Get"', '"Recover"'),
    'SASED-M-3-14.xml': readFileSync(own, 'utf8'),
    'X-M-1-14.xml': readFileSync(own, 'utf8').replaceAll('"SymmetricKey"', '"SecretData"'),
    'X-M-2-20.xml': readFileSync(own, 'utf8').replaceAll(/(Major type="Integer" value=)"1"/g, '$1"2"'),
  });
  const scope = {
    versions: everything.versions.filter(version => version < 0x200),
    operations: new Set([...everything.operations].filter(name => name !== 'Recover')),
    objectTypes: new Set(['SymmetricKey']),
  };
  const { report, requests } = await play(() => undefined, { paths: [folder], scope });
  t.equal(requests.length, 0);
  const reasons = Object.fromEntries(report.results.map(({ name, status, reason }) => [name, `${status}: ${reason}`]));
  t.same(reasons, {
    TC_NP_9_14: 'not playable: the server sends requests to the client',
    'TL-M-3-14': 'not applicable: the case before it, whose objects it uses, was not given',
    'SASED-M-2-14': 'not applicable: operation Recover',
    'SASED-M-3-14': 'not applicable: SASED-M-2-14, which it follows: operation Recover',
    'X-M-1-14': 'not applicable: object type SecretData',
    'X-M-2-20': 'not applicable: protocol version',
  });
  t.match(showReport(report, false), /\n0 passed, 0 failed\n$/);
});

t.test('a request with a Credential is sent as the user whom it names, over a connection of its own', async t => {
  const asked: string[] = [];
  const identityOf = (group: string, client: string, user: string | undefined) => {
    asked.push(`${group} ${client} ${user}`);
    // PEM texts may have more lines; so this is the same certificate and another identity.
    return user === undefined ? identity : { ...identity, cert: `${identity.cert}\n` };
  };
  const { report, connections } = await play(answersTo(users), { paths: [users], identityOf });
  t.match(report, { passed: 1, failed: 0 });
  t.same(asked, ['OWN-M-3-21 A undefined', 'OWN-M-3-21 A Wilma', 'OWN-M-3-21 A undefined']);
  t.equal(connections, 2);
});

t.test('a case that uses the objects of another is played after it, in its group', async t => {
  const folder = t.testdir({
    'TL-M-2-14.xml': readFileSync(own, 'utf8'),
    'TL-M-21-14.xml': readFileSync(own, 'utf8'),
    'TL-M-3-14.xml': readFileSync(own, 'utf8'),
  });
  const groups: string[] = [];
  const { report } = await play(answersTo(own, own, own), {
    paths: [join(folder, 'TL-M-3-14.xml'), join(folder, 'TL-M-21-14.xml'), join(folder, 'TL-M-2-14.xml')],
    prepareGroup: async group => void groups.push(group),
  });
  t.same(
    report.results.map(({ name, status }) => `${name} ${status}`),
    ['TL-M-21-14 passed', 'TL-M-2-14 passed', 'TL-M-3-14 passed'],
  );
  t.same(groups, ['TL-M-21-14', 'TL-M-2-14']);
});

t.test('what a case has made is revoked and destroyed when it is over', async t => {
  const answers = expectedAnswers(loadTestCase(own));
  let index = 0;
  // The last answer of the case refuses Destroy; so it does for every request of the cleaning up.
  const { requests } = await play(() => encodeItem(answers[Math.min(index++, 2)]!), { paths: [own], cleansUp: true });
  const operations = requests.slice(3).map(request => showOperation(request));
  t.same(operations, ['Destroy', 'Revoke', 'Destroy']);
  t.match(encodeItem(requests[4]!).toString('latin1'), '3d3ff0f6-0000-4000-8000-000000000000');
});

t.test('repeats a request until its answer is as the case says', async t => {
  const folder = t.testdir({
    'X-M-1-14.xml': readFileSync(own, 'utf8').replace('# TIME 2', '# [REPEAT] until   it is refused'),
  });
  const answers = expectedAnswers(loadTestCase(own));
  const [create, get, refused] = answers as [TtlvItem, TtlvItem, TtlvItem];
  const patient = { paths: [join(folder, 'X-M-1-14.xml')], repeatPauseMs: 1 };
  const { report, requests } = await play(inOrder([create, get, get, get, refused]), patient);
  t.match(report, { passed: 1, failed: 0 });
  t.equal(requests.length, 5);
  const given = await play(inOrder([create, get, get, get, refused]), { ...patient, repeatMs: 0 });
  t.match(given.report, { passed: 0, failed: 1, results: [{ failure: { exchange: 2 } }] });
});

t.test('a request that the next one sends again is repeated until the answer is that of the next', async t => {
  const message = (direction: 'Request' | 'Response', item: string, timeStamp = '') =>
    `<${direction}Message><${direction}Header><ProtocolVersion><ProtocolVersionMajor type="Integer" value="1"/>` +
    `<ProtocolVersionMinor type="Integer" value="1"/></ProtocolVersion>${timeStamp}<BatchCount type="Integer" value="1"/>` +
    `</${direction}Header><BatchItem>${item}</BatchItem></${direction}Message>`;
  const request = message(
    'Request',
    '<Operation type="Enumeration" value="GetAttributes"/><RequestPayload><UniqueIdentifier type="TextString" value="1"/></RequestPayload>',
  );
  const response = (state: string) =>
    message(
      'Response',
      '<Operation type="Enumeration" value="GetAttributes"/><ResultStatus type="Enumeration" value="Success"/>' +
        '<ResponsePayload><UniqueIdentifier type="TextString" value="1"/><Attribute>' +
        '<AttributeName type="TextString" value="State"/>' +
        `<AttributeValue type="Enumeration" value="${state}"/></Attribute></ResponsePayload>`,
      '<TimeStamp type="DateTime" value="$NOW+100"/>',
    );
  const folder = t.testdir({
    'X-M-1-11.xml':
      `<KMIP># [REPEAT] until it is over\n${request}${response('Active')}` +
      `${request}${response('Deactivated')}</KMIP>`,
  });
  const path = join(folder, 'X-M-1-11.xml');
  const [active, deactivated] = expectedAnswers(loadTestCase(path)) as [TtlvItem, TtlvItem];
  const header = (item: TtlvItem, seconds: number) =>
    change(item, ['ResponseHeader', 'TimeStamp'], value(new Date(Date.now() + seconds * 1000)));
  const patient = { paths: [path], repeatPauseMs: 1 };
  const waited = await play(inOrder([active, active, deactivated]), patient);
  t.match(waited.report, { passed: 1, failed: 0 });
  t.equal(waited.requests.length, 3);
  const atOnce = await play(inOrder([deactivated]), patient);
  t.match(atOnce.report, { passed: 1, failed: 0 });
  const never = await play(() => encodeItem(header(active, 0)), { ...patient, repeatMs: 10 });
  t.match(never.report.results[0]?.failure, { exchange: 1, expected: /Deactivated/, got: /Active/ });
  const early = change(active, ['BatchItem', 'ResponsePayload', 'Attribute', 'AttributeValue'], value(1));
  const wrong = await play(inOrder([early, deactivated]), patient);
  t.match(wrong.report.results[0]?.failure, { exchange: 0, path: /AttributeValue/ }, 'neither the one nor the other');
});

t.test('times that a case waits for come as much nearer as there is less time to wait', async t => {
  const folder = t.testdir({
    'X-M-1-14.xml': readFileSync(own, 'utf8')
      .replace('# TIME 2', '# [REPEAT] until it is refused')
      .replace('$NOW-3600', '$NOW+100'),
  });
  const path = join(folder, 'X-M-1-14.xml');
  const { requests } = await play(answersTo(path), { paths: [path], repeatMs: 20_000, skewSeconds: 200 });
  const [date] = [...everyItem(requests[0]!)].filter(item => item.type === ItemType.DateTime);
  const seconds = ((date?.value as Date).getTime() - Date.now()) / 1000;
  t.ok(seconds > 5 && seconds <= 11, `${seconds} s from now, half of 20`);
});

t.test('a group that a case takes to have fresh objects gets one beforehand', async t => {
  const group = (payload: string) =>
    `<Attribute><AttributeName type="TextString" value="Object Group"/>${payload}</Attribute>`;
  const search = `<ObjectGroupMember type="Enumeration" value="GroupMemberFresh"/>${group('<AttributeValue type="TextString" value="spare"/>')}`;
  const text = readFileSync(lists, 'utf8').replace(
    /("Locate"[^]*?)<RequestPayload\/>/,
    `$1<RequestPayload>${search}</RequestPayload>`,
  );
  const folder = t.testdir({ 'X-M-1-11.xml': text });
  const path = join(folder, 'X-M-1-11.xml');
  const made = expectedAnswers(loadTestCase(own))[0]!;
  const { report, requests } = await play(inOrder([made, ...expectedAnswers(loadTestCase(path))]), { paths: [path] });
  t.match(report, { passed: 1, failed: 0 });
  const [first] = requests;
  const texts = [...everyItem(first!)].flatMap(item => (item.type === ItemType.TextString ? [item.value] : []));
  t.same(texts.slice(-2), ['Object Group', 'spare']);
  t.equal(requests.length, 4);
  const plain = await play(answersTo(lists), { paths: [lists] });
  t.equal(plain.requests.length, 3, 'a case that searches no group gets none');
});

t.test('a variable that no response has given a value fails the case', async t => {
  const folder = t.testdir({ 'X-M-1-14.xml': readFileSync(own, 'utf8').replace('"$NOW-3600"', '"$KEY_DATE"') });
  const { report } = await play(answersTo(own), { paths: [folder] });
  t.match(report.results[0]?.failure, { path: 'RequestMessage', got: /\$KEY_DATE has no value when AttributeValue/ });
});

t.test('the report is told to people, to programs and to JUnit', async t => {
  const { report } = await play(answersTo(own), { paths: [own, lists] });
  const shown = showReport(report, false);
  t.match(
    shown,
    /Failed \(1\):\n  OWN-M-2-11\n    exchange 0 of 0 to 2: ResponseMessage\n      expected a response\n      got      connection closed/,
  );
  t.match(shown, /^1\.4 +OWN +1 +0 +0 +0 +0$/m);
  t.match(shown, /\n1 passed, 1 failed\n$/);
  t.match(junit(report), /<testsuite [^>]*tests="2" failures="1" skipped="0">/);
  t.match(junit(report), /name="OWN-M-2-11" time="[0-9.]+"><failure>exchange 0 of 0 to 2: ResponseMessage/);
  t.match(showTolerances(report), /^ +0 +key-material +encodings standard, 8\.4\.1 item 7$/m);
  t.equal(new Set(tolerances.map(({ id }) => id)).size, tolerances.length, 'every tolerance has an id of its own');
});

t.test('the command says by its exit code whether a case failed', async t => {
  const known = '{"OWN-M-2-11":"lists"}';
  const folder = t.testdir({ 'c.crt': identity.cert, 'c.key': identity.key, 'known.json': known, 'ca.crt': '' });
  const file = (name: string) => join(folder, name);
  const before = process.exitCode;
  const runCommand = async (answer: Answer, ...more: string[]) => {
    const server = await cannedServer(answer);
    try {
      writeFileSync(file('ca.crt'), server.target.ca);
      let said = '';
      const program = new Command().exitOverride().configureOutput({
        writeOut: text => (said += text),
        writeErr: () => undefined,
      });
      registerConformance(program, () => new Date());
      const address = ['--server', `127.0.0.1:${server.target.port}`];
      const keys = ['--cert', file('c.crt'), '--key', file('c.key'), '--ca', file('ca.crt')];
      const flags = [...address, ...keys, '--keep', '--timeout', '500', ...more];
      await program.parseAsync(['conformance', ...flags], { from: 'user' });
      return { code: process.exitCode, lastLine: said.trimEnd().split('\n').at(-1), said };
    } finally {
      process.exitCode = before;
      await server.close();
    }
  };
  t.match(await runCommand(answersTo(own), own), { code: 0, lastLine: '1 passed, 0 failed' });
  t.match(await runCommand(() => undefined, own), { code: 1, lastLine: '0 passed, 1 failed' });
  const listed = await runCommand(answersTo(own), own, lists, '--expected', file('known.json'));
  t.match(listed, { code: 0, lastLine: '1 passed, 0 failed', said: 'OWN-M-2-11: lists' });
  t.match(await runCommand(() => undefined, own, '--versions', '1.0,1.1'), { code: 0, lastLine: '0 passed, 0 failed' });
  const { said } = await runCommand(answersTo(own), own, '--json', '--junit', file('out.xml'));
  t.match(JSON.parse(said), { passed: 1, failed: 0, results: [{ name: 'OWN-M-1-14' }] });
  t.match(readFileSync(file('out.xml'), 'utf8'), /<testsuite .*failures="0"/);
  const keys = `${file('c.crt')},${file('c.key')}`;
  const other = ['--client', `B=${keys}`, '--user', `Fred=${keys}`, '--user', `Wilma=${keys}`, '--tolerances'];
  t.match(await runCommand(answersTo(own), own, ...other), { code: 0, said: /Tolerances/ });
  await t.rejects(
    runCommand(() => undefined, own, '--versions', '7.0'),
    /Must be among/,
  );
  await t.rejects(
    runCommand(() => undefined, own, '--operations', 'Cook'),
    /'Cook' is not the XML name of one/,
  );
  await t.rejects(
    runCommand(() => undefined, own, '--client', 'b'),
    /Must be a name, =, and two files/,
  );
});

t.test('a list of known cases names every reason', async t => {
  const folder = t.testdir({ 'good.json': '{"A":"b"}', 'bad.json': '{"A":""}', 'array.json': '[]' });
  t.same([...loadExpected(join(folder, 'good.json'))], [['A', 'b']]);
  t.throws(() => loadExpected(join(folder, 'bad.json')), /bad\.json: must be a JSON object/);
  t.throws(() => loadExpected(join(folder, 'array.json')), /array\.json: must be a JSON object/);
});

t.test('every OASIS case passes against a server that answers as it expects', async t => {
  const folder = process.env['KMIP_TESTCASES'];
  if (!folder) {
    t.comment('left out: KMIP_TESTCASES does not say where the test cases are');
    return;
  }
  const files = testCaseFiles(folder).filter(file => !/MSGENC/.test(file));
  const server = await cannedServer(request => current(request));
  let current: Answer = () => undefined;
  const outcomes: string[] = [];
  for (const file of files) {
    current = answersTo(file);
    const report = await runConformance({
      target: server.target,
      identityOf: () => identity,
      paths: [file],
      fillsGroups: false,
      cleansUp: false,
      now: () => new Date(),
    });
    const [result] = report.results;
    outcomes.push(`${result?.status}: ${result?.reason}`);
    if (result?.status === 'failed') t.fail(result.name, { failure: result.failure });
  }
  await server.close();
  const others = new Set(outcomes.filter(outcome => !outcome.startsWith('passed')));
  t.same([...others].sort(), [
    'not applicable: the case before it, whose objects it uses, was not given',
    'not playable: the server sends requests to the client',
  ]);
  t.ok(files.length > 300, `${files.length} cases`);
});

t.test('one wrong item in the last answer of any OASIS case is found', async t => {
  const folder = process.env['KMIP_TESTCASES'];
  if (!folder) {
    t.comment('left out: KMIP_TESTCASES does not say where the test cases are');
    return;
  }
  const extra: TtlvItem = { tag: 0x540001, type: ItemType.Integer, value: 1 };
  const damages: [title: string, damage: (answer: TtlvItem) => TtlvItem][] = [
    [
      'status',
      answer => change(answer, ['BatchItem', 'ResultStatus'], value(registry.ResultStatus.values.OperationUndone[0])),
    ],
    ['operation', answer => change(answer, ['BatchItem', 'Operation'], value(0x7f))],
    ['no operation', answer => change(answer, ['BatchItem', 'Operation'], () => [])],
    ['no batch item', answer => change(answer, ['BatchItem'], () => [])],
    ['batch item twice', answer => change(answer, ['BatchItem'], item => [item, item])],
    ['batch count', answer => change(answer, ['ResponseHeader', 'BatchCount'], value(99))],
    ['more in the header', answer => change(answer, ['ResponseHeader', 'BatchCount'], item => [item, extra])],
    [
      'order',
      answer =>
        change(
          answer,
          ['ResponseHeader'],
          items(all => all.toReversed()),
        ),
    ],
    ['no header', answer => change(answer, ['ResponseHeader'], () => [])],
  ];
  let current: Answer = () => undefined;
  const server = await cannedServer(request => current(request));
  const found = new Map<string, number>();
  for (const [index, file] of testCaseFiles(folder).entries()) {
    const testCase = loadTestCase(file);
    // What is repeated until the answer is right would be repeated for long.
    if (/MSGENC/.test(file) || testCase.exchanges.some(({ repeatUntil }) => repeatUntil !== undefined)) continue;
    const [title, damage] = damages[index % damages.length]!;
    const answers = expectedAnswers(testCase);
    // Some cases answer with a message that has no Operation or no payload; what is not there cannot be damaged.
    const last = answers.pop()!;
    let damaged: TtlvItem;
    try {
      damaged = damage(last);
    } catch {
      continue;
    }
    current = inOrder([...answers, damaged]);
    const { results } = await runConformance({
      target: server.target,
      identityOf: () => identity,
      paths: [file],
      fillsGroups: false,
      cleansUp: false,
      now: () => new Date(),
    });
    const [result] = results;
    if (result?.status === 'passed') t.fail(`${result.name}: ${title} is not found`);
    if (result?.status === 'failed') found.set(title, (found.get(title) ?? 0) + 1);
  }
  await server.close();
  for (const [title] of damages) t.ok((found.get(title) ?? 0) > 20, `${title}: found in ${found.get(title)} cases`);
});

function showOperation(request: TtlvItem): string {
  const hex = encodeItem(request).toString('hex');
  const value = Number.parseInt(/42005c0500000004([0-9a-f]{8})/.exec(hex)?.[1] ?? '', 16);
  return value === 0x14 ? 'Destroy' : value === 0x13 ? 'Revoke' : String(value);
}
