import t from 'tap';
import {
  readSettingsFile,
  resolveSettings,
  SettingsError,
  sinkName,
  type SinkSetting,
} from '../../../server/settings/index.ts';

const read = (sinks: string): readonly SinkSetting[] =>
  resolveSettings(readSettingsFile('kmipd.yaml', `audit: {sinks: ${sinks}}`)).settings.audit.sinks;
const refusal = (sinks: string): string => {
  try {
    read(sinks);
  } catch (error) {
    if (error instanceof SettingsError) return error.message.replace(/^kmipd\.yaml:1:16: audit\.sinks/, '');
    throw error;
  }
  return 'accepted';
};

t.test('every type of sink with all that it may have, and with the least', async t => {
  const all: SinkSetting[] = [
    { type: 'file', path: '/a', rotateBytes: 1024, rotateSeconds: 60, keep: 3, format: 'record', name: 'f' },
    { type: 'stdout', name: 'out', format: 'cef' },
    {
      ...{ type: 'syslog', host: 'log.example', port: 1, transport: 'tls', ca: 'ca.crt', cert: 'c.crt', key: 'c.key' },
      ...{ serverName: 'other.example', facility: 0, format: 'ocsf', name: 's' },
    },
    {
      ...{ type: 'webhook', url: 'https://h.example/x?y=1', secretFile: 's', ca: 'a', cert: 'b', key: 'c' },
      ...{ timeoutMs: 100, name: 'w', format: 'event' },
    },
    {
      ...{ type: 'otlp', url: 'https://h.example:4318/v1/logs', headersFile: 's', ca: 'a', cert: 'b', key: 'c' },
      ...{ timeoutMs: 100, name: 'o', format: 'record' },
    },
  ];
  t.same(read(JSON.stringify(all)), all);
  const least: SinkSetting[] = [
    { type: 'file', path: '/a' },
    { type: 'stdout' },
    { type: 'syslog', host: '::1' },
    { type: 'webhook', url: 'http://127.0.0.1:1/' },
    { type: 'otlp', url: 'http://[::1]/v1/logs' },
  ];
  t.same(read(JSON.stringify(least)), least);
  t.same(read('[]'), []);
});

t.test('without a name a sink has that of its type and place; of a URL only the host', async t => {
  const names = read(
    JSON.stringify([
      { type: 'file', path: '/var/log/events' },
      { type: 'stdout' },
      { type: 'syslog', host: 'log.example' },
      { type: 'syslog', host: 'log.example', transport: 'tcp' },
      { type: 'syslog', host: 'log.example', port: 5 },
      { type: 'webhook', url: 'https://h.example/secret-token' },
      { type: 'otlp', url: 'https://h.example:4318/v1/logs' },
      { type: 'otlp', url: 'https://h.example:4318/v1/logs', name: 'second' },
    ]),
  ).map(sinkName);
  t.same(names, [
    'file:/var/log/events',
    'stdout',
    'syslog:log.example:6514',
    'syslog:log.example:601',
    'syslog:log.example:5',
    'webhook:h.example',
    'otlp:h.example:4318',
    'second',
  ]);
});

t.test('an error names the path of what is wrong, what was found and what is expected', async t => {
  const type = '"file", "stdout", "syslog", "webhook" or "otlp"';
  const url = 'https://HOST[:PORT]/PATH, or http:// to a loopback address,';
  const logs = 'https://HOST[:PORT][/PATH]/v1/logs, or http:// to a loopback address,';
  const cases: [string, string][] = [
    ['stdout', `: text "stdout", a list of {type: ${type}, …} is expected`],
    ['[stdout]', `[0]: text "stdout", {type: ${type}, …} is expected`],
    ['[[]]', `[0]: a list, {type: ${type}, …} is expected`],
    ['[{}]', `[0].type: nothing, ${type} is expected`],
    ['[{type: kafka}]', `[0].type: text "kafka", ${type} is expected`],
    ['[{type: toString}]', `[0].type: text "toString", ${type} is expected`],
    ['[{type: file}]', '[0].path: nothing, text of one line is expected'],
    ['[{type: file, path: ""}]', '[0].path: nothing, text of one line is expected'],
    ['[{type: stdout, host: x}]', '[0]: unknown "host", one of name, format is expected'],
    ['[{type: stdout, toString: x}]', '[0]: unknown "toString", one of name, format is expected'],
    ['[{type: stdout}, {type: stdout}]', '[1].name: a second sink "stdout", a name of its own is expected'],
    ['[{type: stdout, name: 5}]', '[0].name: number 5, text of one line is expected'],
    ['[{type: stdout, format: xml}]', '[0].format: text "xml", one of "event", "record", "cef", "ocsf" is expected'],
    [
      '[{type: file, path: a, rotateBytes: 10}]',
      '[0].rotateBytes: number 10, a whole number from 1024 to 9007199254740991 is expected',
    ],
    [
      '[{type: file, path: a, keep: 1}]',
      '[0].keep: a number of files, none without rotateBytes or rotateSeconds is expected',
    ],
    [
      '[{type: file, path: a, rotateSeconds: 9, keep: 0}]',
      '[0].keep: number 0, a whole number from 1 to 1000000 is expected',
    ],
    ['[{type: syslog}]', '[0].host: nothing, a host name or IP address is expected'],
    ['[{type: syslog, host: "a b"}]', '[0].host: text "a b", a host name or IP address is expected'],
    [
      '[{type: stdout}, {type: syslog, host: a, port: x}]',
      '[1].port: text "x", a whole number from 1 to 65535 is expected',
    ],
    ['[{type: syslog, host: a, port: 0}]', '[0].port: number 0, a whole number from 1 to 65535 is expected'],
    ['[{type: syslog, host: a, transport: udp}]', '[0].transport: text "udp", one of "tls", "tcp" is expected'],
    ['[{type: syslog, host: a, facility: 24}]', '[0].facility: number 24, a whole number from 0 to 23 is expected'],
    ['[{type: syslog, host: a, cert: c}]', '[0].key: nothing, the file that belongs to cert is expected'],
    ['[{type: syslog, host: a, key: c}]', '[0].cert: nothing, the file that belongs to key is expected'],
    ['[{type: syslog, host: a, transport: tcp, ca: c}]', '[0].ca: a value, none without TLS is expected'],
    ['[{type: webhook}]', `[0].url: nothing, ${url} is expected`],
    ['[{type: webhook, url: here}]', `[0].url: no URL, ${url} is expected`],
    ['[{type: webhook, url: "https://u:p@h/"}]', `[0].url: a URL with user or password, ${url} is expected`],
    ['[{type: webhook, url: "http://h.example/"}]', `[0].url: http:// to another machine, ${url} is expected`],
    ['[{type: webhook, url: "http://127.0.0.1.example/"}]', `[0].url: http:// to another machine, ${url} is expected`],
    ['[{type: webhook, url: "ftp://h.example/"}]', `[0].url: a URL with ftp:, ${url} is expected`],
    ['[{type: webhook, url: "https://h/#a"}]', `[0].url: a URL with a fragment, ${url} is expected`],
    ['[{type: webhook, url: "http://localhost/", ca: c}]', '[0].ca: a value, none without TLS is expected'],
    [
      '[{type: webhook, url: "https://h/", timeoutMs: 1}]',
      '[0].timeoutMs: number 1, a whole number from 100 to 600000 is expected',
    ],
    ['[{type: otlp, url: "https://h/"}]', `[0].url: a URL with another path, ${logs} is expected`],
    [
      '[{type: otlp, url: "https://h/v1/logs", secretFile: x}]',
      '[0]: unknown "secretFile", one of name, format, url, headersFile, ca, cert, key, timeoutMs is expected',
    ],
  ];
  for (const [sinks, message] of cases) t.equal(refusal(sinks), message, sinks);
});
