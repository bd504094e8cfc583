import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import t from 'tap';
import { commands } from '../../../server/cli/commands/index.ts';
import { exitCodes } from '../../../server/cli/exit-codes.ts';
import { kmipd, parsed, testWorld } from './fixture.ts';

t.test('--help works everywhere, each with an example', async t => {
  const program = new Command();
  for (const register of commands) register(program, testWorld().world);
  const pathsBelow = (command: Command, path: readonly string[]): string[][] =>
    command.commands.flatMap(each => [[...path, each.name()], ...pathsBelow(each, [...path, each.name()])]);
  const paths = pathsBelow(program, []);
  t.ok(paths.length >= 35);
  for (const path of [[], ...paths]) {
    const ran = await kmipd([...path, '--help']);
    t.match(ran, { code: 0, err: '' }, path.join(' '));
    t.match(ran.out, new RegExp(`^Usage: kmipd ${path.join(' ')}`));
    if (path[0] !== 'conformance') t.match(ran.out, /\nExamples?:\n {2}(KMIPD_\S+ )?kmipd /);
  }
  const { out } = await kmipd(['--help']);
  for (const { code, meaning } of Object.values(exitCodes)) t.match(out, `  ${String(code).padEnd(2)}  ${meaning}\n`);
});

t.test('wrong usage is one line on standard error and exit code 2', async t => {
  const cases: [string[], RegExp][] = [
    [['cleint'], /^kmipd: unknown command 'cleint' \(Did you mean client\?\); see `kmipd --help`\n$/],
    [
      ['serve', '--lsten', 'x'],
      /^kmipd: unknown option '--lsten' \(Did you mean --listen\?\); see `kmipd serve --help`\n$/,
    ],
    [['client', 'add'], /^kmipd: missing required argument 'name'; see `kmipd client add --help`\n$/],
    [['vault', 'list', 'x'], /^kmipd: too many arguments.*; see `kmipd vault list --help`\n$/],
    [
      ['config', '--set', 'limits.depthMax=many'],
      /^kmipd: --set limits\.depthMax: limits\.depthMax: text "many", .*\n$/,
    ],
    [['config', '--listen', 'nowhere'], /^kmipd: --listen: listen: text "nowhere", HOST:PORT/],
    [['config', '--name', 'ok', '--name', 'not ok'], /^kmipd: --name: server\.names\[1\]: text "not ok", a host name/],
    [
      ['config', '--config', '/nonexistent.yaml'],
      /^kmipd: \/nonexistent\.yaml: no such file; name the settings file with --config\n$/,
    ],
  ];
  for (const [argv, message] of cases) {
    const ran = await kmipd(argv);
    t.match(ran, { code: argv.includes('--config') ? 3 : 2, out: '', err: message }, argv.join(' '));
  }
  t.match(await kmipd(['config'], { env: { KMIPD_LISTN: 'x' } }), { code: 2, err: /did you mean KMIPD_LISTEN\?/ });
});

t.test('a command without a subcommand shows its help and fails', async t => {
  for (const argv of [[], ['client']]) {
    const ran = await kmipd(argv);
    t.match(ran, { code: 2, out: '' });
    t.match(ran.err, /^Usage: kmipd/);
  }
});

t.test('where there is no data folder, commands say so and make none', async t => {
  const data = join(t.testdir(), 'none');
  for (const argv of [['events'], ['client', 'list'], ['vault', 'list'], ['keys', 'list']]) {
    t.match(await kmipd([...argv, '--data', data]), {
      code: 3,
      err: `kmipd: ${data} is no data folder yet; run \`kmipd serve\` first, or name another with --data\n`,
    });
  }
});

t.test('config shows each setting with its value and source, weighed as file, environment, flag', async t => {
  const data = t.testdir({ 'kmipd.yaml': 'limits:\n  depthMax: 8\n  batchCountMax: 9\nlog: {level: warn}\n' });
  const env = { KMIPD_DATA: data, KMIPD_LIMITS_DEPTH_MAX: '10', KMIPD_LOG_LEVEL: 'error' };
  const ran = await kmipd(['config', '--json', '--log-level', 'debug', '--name', 'a.example', '--name', '192.0.2.1'], {
    env,
  });
  const rows = new Map((parsed(ran) as { name: string }[]).map(row => [row.name, row]));
  t.match(rows.get('limits.batchCountMax'), { value: 9, source: 'kmipd.yaml:3:18' });
  t.match(rows.get('limits.depthMax'), { value: 10, source: 'KMIPD_LIMITS_DEPTH_MAX' });
  t.match(rows.get('log.level'), { value: 'debug', source: '--log-level' });
  t.match(rows.get('server.names'), { value: ['a.example', '192.0.2.1'], source: '--name' });
  t.match(rows.get('listen'), { value: '0.0.0.0:5696', source: 'default', environment: 'KMIPD_LISTEN' });
  t.match((await kmipd(['config'], { env })).out, /\nlimits\.depthMax +10 +levels +KMIPD_LIMITS_DEPTH_MAX +deepest/);
});

t.test('a settings file is named by flag or environment; the data folder’s own cannot say where it is', async t => {
  const folder = t.testdir({ 'kmipd.yaml': 'data: /elsewhere\n' });
  const file = join(folder, 'other.yaml');
  writeFileSync(file, 'data: /srv/kmipd\n');
  const data = async (argv: string[], env = {}) => {
    const rows = parsed(await kmipd(['config', '--json', ...argv], { env })) as {
      name: string;
      value: unknown;
      source: string;
    }[];
    return rows.find(({ name }) => name === 'data');
  };
  t.match(await data(['--config', file]), { value: '/srv/kmipd', source: 'other.yaml:1:7' });
  t.match(await data([], { KMIPD_CONFIG: file }), { value: '/srv/kmipd' });
  t.match(await data(['--config', file, '--data', 'x']), { value: 'x', source: '--data' });
  t.match(await kmipd(['config', '--data', folder]), {
    code: 2,
    err: /^kmipd: kmipd\.yaml:1:7: data: this file was found by it; /,
  });
});

t.test('version says what runs', async t => {
  t.match(parsed(await kmipd(['version', '--json'])), { kmipd: /^\d+\.\d+\.\d+/, node: process.versions.node });
  t.match(await kmipd(['version']), { code: 0, out: /^kmipd \d/ });
  t.match(await kmipd(['--version']), { code: 0, out: /^\d+\.\d+\.\d+\n$/ });
});
