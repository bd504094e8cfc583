import t from 'tap';
import { type AuditEvent, CSV_HEAD, formatterOf } from '../../../server/audit/index.ts';
import { FIRST_PREV, parseRecordLine, recordHash, recordLine } from '../../../server/chain/index.ts';
import { CORRELATIONS, EVENTS, KEYS, linesOf, withEvents } from './events-log.ts';

/** Places in the log of `withEvents`, from 0, for which this holds. */
const those = (holds: (i: number) => boolean) => Array.from({ length: EVENTS }, (_, i) => i).filter(holds);

t.test('each filter lets through what it means and nothing else, alone and with others', async t => {
  const { kmipd, at, fingerprint, administrator } = await withEvents(t);
  const found = async (...argv: string[]) => {
    const ran = await kmipd(['events', '--limit', '1000', '--format', 'record', ...argv]);
    t.equal(ran.code, 0, ran.err);
    return linesOf(ran).map(line => parseRecordLine(line)!.seq - at);
  };
  const mine = async (...argv: string[]) => (await found(...argv)).filter(place => place >= 0);
  const everything = those(() => true);
  const colons = fingerprint.toUpperCase().replaceAll(/..(?=.)/g, '$&:');

  t.same(await mine(), everything);
  t.same(
    await found('--initiator', 'web'),
    those(i => i % 3 !== 2),
    'by a client’s name',
  );
  for (const name of [fingerprint, colons, `CertificateID-${fingerprint}`])
    t.same(
      await found('--initiator', name),
      those(i => i % 3 !== 2),
      name,
    );
  t.same(
    await found('--initiator', 'cd'.repeat(32)),
    those(i => i % 3 === 2),
    'a certificate that nobody knows',
  );
  const root = await found('--initiator', 'root');
  t.ok(root.length > 0 && root.every(place => place < 0), 'by an administrator’s name');
  t.same(root, await found('--initiator', administrator), 'as events name the administrator');

  for (const [index, key] of KEYS.entries())
    t.same(
      await found('--key', key),
      those(i => i % 2 === index),
      key,
    );
  t.same(
    await found('--vault', 'lab'),
    those(i => i % 2 === 0),
  );
  t.same(
    await found('--action', 'kmip-key.destroy'),
    those(i => i % 3 === 0),
  );
  t.same(await found('--action', 'destroy', '--action', 'hs-crypto.kmip-key.read'), everything, 'repeated');
  t.same(
    await mine('--outcome', 'failure'),
    those(i => i % 3 === 2),
  );
  t.same(
    await mine('--severity', 'normal'),
    those(i => i % 3 === 1),
  );
  t.same(await mine('--severity', 'normal', '--severity', 'critical'), everything, 'repeated');
  for (const [index, id] of CORRELATIONS.entries())
    t.same(
      await found('--correlation', id),
      those(i => Math.floor(i / (EVENTS / 2)) === index),
      id,
    );

  t.same(await mine('--since', '2026-11-22T05:40:00Z', '--until', '2026-11-22T05:45:00Z'), [10, 11, 12, 13, 14, 15]);
  t.same(
    await mine('--until', '2h'),
    those(() => true),
    'two hours before the clock of the tests',
  );
  t.same(await mine('--since', '2026-11-22T05:50:00Z', '--until', '2h'), [20, 21, 22, 23]);
  t.same(await found('--text', 'turbine'), everything, 'whatever the case');
  t.same(await found('--text', 'Turb rotor7'), [7], 'beginnings of words that all stand there');
  t.same(await found('--text', 'windmill'), []);

  t.same(await found('--after-seq', String(at + 19)), [20, 21, 22, 23]);
  t.same(await found('--before-seq', String(at + 2), '--after-seq', String(at - 1)), [0, 1]);
  t.same(await mine('--before-seq', String(at + 3)), [0, 1, 2]);
  t.same(
    await found('--vault', 'lab', '--action', 'destroy', '--initiator', 'web', '--since', '2026-11-22T05:40:00Z'),
    [...[12, 18]],
  );
});

t.test('pages follow each other by seq, in both directions, without a gap', async t => {
  const { kmipd } = await withEvents(t);
  const page = async (...argv: string[]) =>
    linesOf(await kmipd(['events', '--format', 'record', '--limit', '5', ...argv])).map(
      line => parseRecordLine(line)!.seq,
    );
  const all = linesOf(await kmipd(['events', '--format', 'record', '--limit', '1000'])).map(
    line => parseRecordLine(line)!.seq,
  );
  t.same(
    all,
    Array.from(all, (_, i) => i + 1),
  );

  const forward: number[] = [];
  for (let more = await page('--after-seq', '0'); more.length > 0; more = await page('--after-seq', `${more.at(-1)}`))
    forward.push(...more);
  t.same(forward, all);
  const back: number[][] = [];
  for (let more = await page(); more.length > 0; more = await page('--before-seq', `${more[0]}`)) back.unshift(more);
  t.same(back.flat(), all);
  t.ok(back.length > 5);
});

t.test('every format prints every event, a line each', async t => {
  const { kmipd, store, service } = await withEvents(t);
  const kept = await store.events.after(0, 1000);
  const printed = async (format: string) => linesOf(await kmipd(['events', '--format', format, '--limit', '1000']));

  t.same(
    await printed('json'),
    kept.map(({ json }) => json),
    'JSON as it is kept',
  );
  t.same(linesOf(await kmipd(['events', '--json', '--limit', '1000'])), await printed('json'));
  let prev = FIRST_PREV;
  for (const line of await printed('record')) {
    const record = parseRecordLine(line)!;
    t.equal(recordLine(record), line);
    t.equal(record.prev, prev);
    t.equal(record.hash, recordHash(record), `record ${record.seq} verifies`);
    prev = record.hash;
  }
  t.equal(prev, kept.at(-1)?.hash);
  t.same(await printed('csv'), [CSV_HEAD, ...kept.map(formatterOf('csv', service))]);
  for (const format of ['cef', 'ocsf'] as const) t.same(await printed(format), kept.map(formatterOf(format, service)));
  const table = await printed('table');
  t.equal(table.length, kept.length);
  for (const [index, line] of table.entries()) t.match(line, new RegExp(`^#${index + 1} +2026-11-22 `));
  t.match(table.at(-1), /failure +kmip-key\.read +CertificateID-cdcdcdcdcdcd… .*elsewhere/);

  const none = ['events', '--text', 'windmill'];
  t.match(await kmipd([...none, '--format', 'csv']), { code: 0, out: `${CSV_HEAD}\n`, err: '' });
  t.match(await kmipd([...none, '--json']), { code: 0, out: '', err: '' });
  t.match(await kmipd(none), { code: 0, out: '', err: 'no events match\n' });
});

t.test('events show tells all of one event, found by id or seq', async t => {
  const { kmipd, at, ids, store } = await withEvents(t);
  const record = (await store.events.withSeq(at + 2))!;
  const event = JSON.parse(record.json) as AuditEvent;
  const { out, code } = await kmipd(['events', 'show', ids[2]!.toUpperCase()]);
  t.equal(code, 0);
  for (const text of [
    event.message,
    event.eventTime,
    'hs-crypto.kmip-key.read',
    'failure',
    'critical',
    event.initiator.id,
  ])
    t.ok(out.includes(text), text);
  for (const text of [event.target.id, '403 Forbidden', 'It belongs to another vault.', '"note": "Turbine rotor2x"'])
    t.ok(out.includes(text), text);
  for (const text of [event.correlationId, event.id, record.hash, record.prev, 'by none yet'])
    t.ok(out.includes(text), text);
  t.equal((await kmipd(['events', 'show', String(at + 2)])).out, out, 'by seq it is the same');

  const { v, seq, prev, hash } = record;
  for (const name of [String(seq), event.id]) {
    const shown = await kmipd(['events', 'show', name, '--json']);
    t.same(JSON.parse(shown.out), { v, seq, prev, hash, event, checkpoint: null });
  }
  for (const name of ['4711', '0', CORRELATIONS[0], 'x'])
    t.match(await kmipd(['events', 'show', name]), { code: 3, out: '', err: `${name}: no event has this id or seq` });
});

t.test('events stats counts by each thing, of what the filters let through', async t => {
  const { kmipd, fingerprint } = await withEvents(t);
  const ours = ['--since', '2026-11-22T05:30:00Z', '--until', '2026-11-22T05:53:00Z'];
  const stats = async (...argv: string[]) =>
    JSON.parse((await kmipd(['events', 'stats', '--json', ...ours, ...argv])).out) as unknown;
  const [web, other] = [`CertificateID-${fingerprint}`, `CertificateID-${'cd'.repeat(32)}`];
  const rows = {
    action: [
      { value: 'hs-crypto.kmip-key.read', count: 16 },
      { value: 'hs-crypto.kmip-key.destroy', count: 8 },
    ],
    initiator: [
      { value: web, count: 16, name: 'web' },
      { value: other, count: 8 },
    ],
    outcome: [
      { value: 'success', count: 16 },
      { value: 'failure', count: 8 },
    ],
    hour: [{ value: '2026-11-22T05', count: 24 }],
  };
  t.same(await stats(), rows);
  for (const [by, counted] of Object.entries(rows)) t.same(await stats('--by', by), { [by]: counted }, by);
  t.same(await stats('--by', 'severity'), {
    severity: [
      { value: 'critical', count: 16 },
      { value: 'normal', count: 8 },
    ],
  });
  const vaults = (await stats('--by', 'vault')) as { vault: { value: string; count: number }[] };
  t.same(
    new Map(vaults.vault.map(({ value, count }) => [value, count])),
    new Map(Object.entries({ lab: 12, plant: 12 })),
  );
  t.same(await stats('--by', 'action', '--outcome', 'failure'), {
    action: [{ value: 'hs-crypto.kmip-key.read', count: 8 }],
  });

  const bars = await kmipd(['events', 'stats', ...ours]);
  t.equal(bars.code, 0);
  t.match(
    bars.out,
    new RegExp(
      `^by action\n  kmip-key\\.read     16  ${'#'.repeat(40)}\n  kmip-key\\.destroy   8  ${'#'.repeat(20)}\n`,
    ),
  );
  t.match(bars.out, /^by initiator\n {2}web +16 /m);
  t.match(bars.out, /^by hour\n {2}2026-11-22 05:00Z +24 +#{40}$/m);
  let drawn = '';
  const stdout = { isTerminal: true, write: (text: string) => void (drawn += text) };
  await kmipd(['events', 'stats', '--by', 'outcome', ...ours], { stdout, env: { LANG: 'C.UTF-8', NO_COLOR: '1' } });
  t.equal(drawn, `by outcome\n  success  16  ${'█'.repeat(40)}\n  failure   8  ${'█'.repeat(20)}\n`);
  t.match(await kmipd(['events', 'stats', '--by', 'action', '--text', 'windmill']), {
    code: 0,
    out: 'by action\n  no events\n',
  });
});

t.test('wrong usage ends with 2 and names the flag', async t => {
  const { kmipd } = await withEvents(t);
  const wrong = [
    ['--action', 'crate'],
    ['--outcome', 'perhaps'],
    ['--severity', 'grave'],
    ['--since', 'soon'],
    ['--until', 'later'],
    ['--after-seq', '-1'],
    ['--after-seq', 'x'],
    ['--before-seq', '1.5'],
    ['--format', 'xml'],
    ['--limit', 'many'],
    ['--format', 'csv', '--json'],
    ['--before-seq', '5', '--follow'],
    ['--frobnicate'],
  ];
  for (const argv of wrong) {
    const { code, out, err } = await kmipd(['events', ...argv]);
    t.match({ code, out }, { code: 2, out: '' }, argv.join(' '));
    t.ok(err.includes(argv[0]!), err);
  }
  t.match(await kmipd(['events', 'stats', '--by', 'moon']), { code: 2, err: '--by' });
  t.match(await kmipd(['events', 'show']), { code: 2, err: 'id-or-seq' });
});
