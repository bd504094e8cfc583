import t from 'tap';
import { type Output } from '../../../server/cli/world.ts';
import { linesOf, withEvents } from './events-log.ts';

t.test('initiators are shown by their labels, administrators’ too', async t => {
  const { kmipd, administrator } = await withEvents(t);
  const { out } = await kmipd(['events', 'stats', '--by', 'initiator']);
  for (const label of ['web', 'root']) t.match(out, new RegExp(`^  ${label} +\\d+  #+$`, 'm'));
  t.match(out, /^ {2}CertificateID-cdcdcdcdcdcd… +8 {2}#+$/m, 'who is not known by the beginning of an id');
  const { initiator } = JSON.parse((await kmipd(['events', 'stats', '--by', 'initiator', '--json'])).out) as {
    initiator: { value: string; name?: string }[];
  };
  t.match(
    initiator.find(({ value }) => value === administrator),
    { name: 'root' },
  );
});

t.test('bars fit into the terminal, however narrow', async t => {
  const { kmipd } = await withEvents(t);
  const drawn = async (columns: number) => {
    let out = '';
    const stdout: Output = { isTerminal: true, columns, write: text => void (out += text) };
    const env = { LANG: 'en_US.UTF-8', NO_COLOR: '1' };
    await kmipd(['events', 'stats'], { stdout, env });
    return linesOf({ out, err: '', code: 0 });
  };
  const longest = (lines: readonly string[]) => Math.max(...lines.map(line => /█*$/.exec(line)![0].length));
  for (const columns of [24, 40, 60, 80, 200]) {
    const lines = await drawn(columns);
    t.ok(lines.length > 8);
    t.same(
      lines.filter(({ length }) => length > columns),
      [],
      `${columns} columns`,
    );
  }
  t.ok(longest(await drawn(40)) < longest(await drawn(80)), 'bars shrink');
  t.equal(longest(await drawn(200)), 40);
});
