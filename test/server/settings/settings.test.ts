import t from 'tap';
import { keyTypes } from '../../../certs/index.ts';
import {
  environmentName,
  type Given,
  readAssignment,
  readEnvironment,
  readSettingsFile,
  resolveSettings,
  settingRows,
  SettingsError,
  shownSettings,
  sinkName,
} from '../../../server/settings/index.ts';

const fromFile = (content: string) => readSettingsFile('kmipd.yaml', content);
const refusal = (read: () => unknown) => {
  try {
    read();
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  return 'accepted';
};
const refusedFile = (content: string) => refusal(() => resolveSettings(fromFile(content)));

t.test('every default is a value that its own setting takes, also after it was shown', async t => {
  for (const [name, row] of settingRows) {
    const shown = row.kind.show(row.default);
    if (shown === null) t.equal(row.default, undefined, name);
    else t.same(row.kind.read(shown), row.default, name);
    t.match(row.description, /\S/, `${name} is described`);
  }
});

t.test('later sources weigh more, and each value tells where it comes from', async t => {
  const file = fromFile(
    'listen: 127.0.0.1:1111\nlimits:\n  depthMax: 16\n  batchCountMax: 7\ntls: {minVersion: 1.3}\n',
  );
  const env = readEnvironment({ KMIPD_LIMITS_DEPTH_MAX: '20', KMIPD_LISTEN: '[::1]:2222', HOME: '/home/x' });
  const flags: Given[] = [readAssignment('listen=localhost:0')];
  const { settings, origins } = resolveSettings(file, env, flags);
  t.same(settings.listen, { host: 'localhost', port: 0 });
  t.equal(origins.get('listen'), '--set listen');
  t.equal(settings.limits.depthMax, 20);
  t.equal(origins.get('limits.depthMax'), 'KMIPD_LIMITS_DEPTH_MAX');
  t.equal(settings.limits.batchCountMax, 7);
  t.equal(origins.get('limits.batchCountMax'), 'kmipd.yaml:4:18');
  t.equal(settings.tls.minVersion, '1.3', 'a number in YAML, a version to us');
  t.equal(settings.limits.idleTimeoutMs, 300_000);
  t.equal(origins.get('limits.idleTimeoutMs'), 'default');
  t.equal(settings.audit.crn.ctype, 'public');
});

t.test('what is shown can be given again', async t => {
  const given = fromFile(
    'listen: "[::]:5696"\nserver.names: [kms.example, 192.0.2.1]\naudit:\n  sinks:\n    - {type: file, path: /var/log/kmipd.jsonl}\n    - {type: stdout, name: out}\n',
  );
  const effective = resolveSettings(given);
  const shown = shownSettings(effective);
  t.equal(shown.get('listen'), '[::]:5696');
  const again = resolveSettings(
    [...shown].flatMap(([name, value]) => (value === null ? [] : [{ name, value, place: 'again' }])),
  );
  t.same(again.settings, effective.settings);
  t.same(effective.settings.audit.sinks.map(sinkName), ['file:/var/log/kmipd.jsonl', 'out']);
});

t.test('a file’s errors name file, line, column and setting', async t => {
  const cases: [string, string][] = [
    [
      'limits:\n  depthMax: many\n',
      'kmipd.yaml:2:13: limits.depthMax: text "many", a whole number from 4 to 128 is expected',
    ],
    [
      'limits:\n  depthMax: 3\n',
      'kmipd.yaml:2:13: limits.depthMax: number 3, a whole number from 4 to 128 is expected',
    ],
    [
      'limits:\n  depthMax: 4.5\n',
      'kmipd.yaml:2:13: limits.depthMax: number 4.5, a whole number from 4 to 128 is expected',
    ],
    ['limits:\n  depthMax:\n', 'kmipd.yaml:2:12: limits.depthMax: nothing, a whole number from 4 to 128 is expected'],
    ['limits:\n  depthMx: 5\n', 'kmipd.yaml:2:3: limits.depthMx: no such setting; did you mean limits.depthMax?'],
    [
      '\nlisten: 5696\n',
      'kmipd.yaml:2:9: listen: number 5696, HOST:PORT, as in 0.0.0.0:5696 or [::]:5696, is expected',
    ],
    [
      'listen: "host:65536"',
      'kmipd.yaml:1:9: listen: text "host:65536", HOST:PORT, as in 0.0.0.0:5696 or [::]:5696, is expected',
    ],
    [
      'listen: "::1:5696"',
      'kmipd.yaml:1:9: listen: text "::1:5696", HOST:PORT, as in 0.0.0.0:5696 or [::]:5696, is expected',
    ],
    [
      'listen: "[nine]:5696"',
      'kmipd.yaml:1:9: listen: text "[nine]:5696", HOST:PORT, as in 0.0.0.0:5696 or [::]:5696, is expected',
    ],
    ['tls: true', 'kmipd.yaml:1:1: tls: a mapping of settings is expected'],
    ['tls:\n  rsaCbc: "yes"', 'kmipd.yaml:2:11: tls.rsaCbc: text "yes", true or false is expected'],
    ['- listen', 'kmipd.yaml:1:1: a mapping of settings is expected'],
    [
      'server: {names: [a, "b c"]}',
      'kmipd.yaml:1:17: server.names[1]: text "b c", a host name or IP address is expected',
    ],
    [
      'server: {keyType: RSA 1024}',
      'kmipd.yaml:1:19: server.keyType: text "RSA 1024", one of "RSA 2048", "RSA 3072", "RSA 4096", "RSA 8192", "ECDSA P-256", "ECDSA P-384", "ECDSA P-521", "Ed25519" is expected',
    ],
    ['audit: {sinks: [{type: file}]}', 'kmipd.yaml:1:16: audit.sinks[0].path: nothing, text of one line is expected'],
  ];
  for (const [content, message] of cases) t.equal(refusedFile(content), message, JSON.stringify(content));
  t.match(refusedFile('listen: 1\nlisten: 2\n'), /^kmipd\.yaml:2:1: .*unique/);
  t.match(refusedFile('limits: {depthMax: 5\n'), /^kmipd\.yaml:\d+:\d+: /);
  t.match(refusedFile('a: &a [x]\nlisten: *a\n'), /^kmipd\.yaml:1:1: a: no such setting/);
});

t.test('ports that are optional are closed until an address is given', async t => {
  const { settings } = resolveSettings();
  t.equal(settings.admin.listen, undefined);
  t.equal(settings.metrics.listen, undefined);
  const effective = resolveSettings(
    fromFile('admin: {listen: "[::1]:5697"}\n'),
    readEnvironment({ KMIPD_METRICS_LISTEN: '127.0.0.1:9100', KMIPD_ADMIN_TIME_WINDOW_SECONDS: '60' }),
  );
  t.same(effective.settings.admin, { listen: { host: '::1', port: 5697 }, timeWindowSeconds: 60 });
  t.same(effective.settings.metrics.listen, { host: '127.0.0.1', port: 9100 });
  t.equal(shownSettings(effective).get('admin.listen'), '[::1]:5697');
  t.equal(
    refusedFile('metrics: {listen: 9100}'),
    'kmipd.yaml:1:19: metrics.listen: number 9100, HOST:PORT, as in 0.0.0.0:5696 or [::]:5696, is expected',
  );
});

t.test('key types are those of certs; the authority’s is left to the server certificate’s unless given', async t => {
  const { settings } = resolveSettings();
  t.match(settings, {
    server: { keyType: 'RSA 2048', validityDays: 825 },
    authority: { keyType: undefined, validityDays: 3650, crlValidityDays: 30 },
    clients: { keyType: 'RSA 2048', validityDays: 825 },
    trust: { staleCrl: 'refuse' },
  });
  for (const name of ['server', 'authority', 'clients'] as const) {
    for (const keyType of keyTypes) {
      t.equal(resolveSettings(fromFile(`${name}: {keyType: ${keyType}}`)).settings[name].keyType, keyType);
    }
    t.match(refusedFile(`${name}: {keyType: DSA}`), `${name}.keyType: text "DSA", one of "RSA 2048", `);
  }
});

t.test('an empty file, and a group without settings, say nothing', async t => {
  t.same(fromFile(''), []);
  t.same(fromFile('# nothing yet\n'), []);
  t.same(fromFile('limits:\n'), []);
});

t.test('a value is checked also where another source overrides it', async t => {
  const file = fromFile('limits: {depthMax: 1000}');
  t.match(
    refusal(() => resolveSettings(file, readEnvironment({ KMIPD_LIMITS_DEPTH_MAX: '8' }))),
    'kmipd.yaml:1:20: limits.depthMax: number 1000',
  );
});

t.test('environment variables: each setting has one, an unknown KMIPD_ variable is refused', async t => {
  t.equal(environmentName('limits.connectionsPerClientMax'), 'KMIPD_LIMITS_CONNECTIONS_PER_CLIENT_MAX');
  const names = [...settingRows.keys()].map(environmentName);
  t.equal(new Set(names).size, settingRows.size, 'no two share one');
  t.equal(
    refusal(() => readEnvironment({ KMIPD_LISTN: 'x' })),
    'KMIPD_LISTN: no such setting; did you mean KMIPD_LISTEN?',
  );
  t.equal(
    refusal(() => readEnvironment({ KMIPD_SOMETHING_ELSE_ALTOGETHER: 'x' })),
    'KMIPD_SOMETHING_ELSE_ALTOGETHER: no such setting',
  );
  t.equal(
    refusal(() => resolveSettings(readEnvironment({ KMIPD_STORE_BUSY_MS: '2s' }))),
    'KMIPD_STORE_BUSY_MS: store.busyMs: text "2s", a whole number from 0 to 60000 is expected',
  );
  t.same(readEnvironment({ KMIPD_CONFIG: 'file', PATH: '/bin' }), []);
  const { settings } = resolveSettings(
    readEnvironment({
      KMIPD_SERVER_NAMES: 'kms.example, 192.0.2.1',
      KMIPD_AUDIT_SINKS: '[{"type":"stdout"}]',
      KMIPD_TLS_RSA_CBC: 'true',
    }),
  );
  t.same(settings.server.names, ['kms.example', '192.0.2.1']);
  t.same(settings.audit.sinks, [{ type: 'stdout' }]);
  t.equal(settings.tls.rsaCbc, true);
});

t.test('--set takes every setting and refuses what is none', async t => {
  t.equal(
    refusal(() => readAssignment('limits.depthmax=5')),
    '--set limits.depthmax: no such setting; did you mean limits.depthMax?',
  );
  t.equal(
    refusal(() => readAssignment('listen')),
    '--set listen: NAME=VALUE is expected',
  );
  t.match(
    refusal(() => resolveSettings([readAssignment('listen=')])),
    '--set listen: listen: nothing, HOST:PORT',
  );
});
