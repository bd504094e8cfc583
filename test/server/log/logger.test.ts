import t from 'tap';
import { createLogger, type LogLevel, silentLogger } from '../../../server/log/index.ts';

function logged(level: LogLevel, format: 'text' | 'json') {
  const lines: string[] = [];
  return { lines, log: createLogger({ level, format, write: line => lines.push(line) }) };
}

t.test('writes one JSON object a line, with level, time, message and fields', async t => {
  const { lines, log } = logged('debug', 'json');
  log.info('connection closed', { client: 'vcsa-01', requests: 3 });
  t.equal(lines.length, 1);
  t.ok(lines[0]?.endsWith('\n'));
  const { time, ...rest } = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
  t.match(time, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  t.same(rest, { level: 'info', message: 'connection closed', client: 'vcsa-01', requests: 3 });
});

t.test('shows what is at least as important as its level', async t => {
  const { lines, log } = logged('warn', 'json');
  log.debug('d');
  log.info('i');
  log.warn('w');
  log.error('e');
  t.same(
    lines.map(line => (JSON.parse(line) as { message: string }).message),
    ['w', 'e'],
  );
  silentLogger.error('nothing');
});

t.test('text stays one line a message, whatever a message or field holds', async t => {
  const { lines, log } = logged('info', 'text');
  log.warn('client said\n"x"', { name: 'two words', port: 5696, host: 'kms.example' });
  t.match(lines[0], /^\S+Z WARN {2}client said\\n"x" name="two words" port=5696 host=kms\.example\n$/);
  log.error('failed', { error: new Error('outer', { cause: new Error('inner') }) });
  t.equal(lines[1]?.split('\n').length, 2);
  t.match(lines[1], /Error: outer.*inner/);
});

t.test('a field that would hold a secret is withheld', async t => {
  const { lines, log } = logged('info', 'json');
  log.info('x', { password: 'open sesame', credential: { password: 'open sesame', username: 'u' } });
  t.notMatch(lines[0], 'sesame');
  t.match(lines[0], '"username":"u"');
});
