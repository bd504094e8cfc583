import { PassThrough, Writable } from 'node:stream';
import t from 'tap';
import { stdoutSink } from '../../../../server/audit/delivery/index.ts';
import { FIRST_PREV, nextRecord } from '../../../../server/chain/index.ts';

const events = [1, 2].map(seq => ({ ...nextRecord(seq, FIRST_PREV, `{"seq":${seq}}`), id: `id-${seq}` }));

t.test('writes each event as one line and leaves the stream open', async t => {
  const stream = new PassThrough();
  const sink = stdoutSink(stream);
  await sink.deliver(events);
  await sink.close();
  t.equal(String(stream.read()), '{"seq":1}\n{"seq":2}\n');
  t.notOk(stream.writableEnded);
});

t.test('delivered is what the stream has handed on, not what it has buffered', async t => {
  let handOn = () => {};
  const stream = new Writable({ write: (_chunk, _encoding, done) => void (handOn = done) });
  let isDelivered = false;
  const delivery = stdoutSink(stream)
    .deliver(events)
    .then(() => (isDelivered = true));
  await new Promise(resolve => setImmediate(resolve));
  t.notOk(isDelivered);
  handOn();
  await delivery;
  t.ok(isDelivered);
});

t.test('a reader that went away is a failed delivery, not the end of the process', async t => {
  const stream = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EPIPE')) });
  await t.rejects(stdoutSink(stream).deliver(events), { message: 'EPIPE' });
});
