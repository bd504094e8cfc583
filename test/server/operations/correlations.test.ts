import t from 'tap';
import { Correlations } from '../../../server/operations/index.ts';

const at = (seconds: number) => new Date(seconds * 1000);
const [a, b, c] = ['a', 'b', 'c'].map(text => Buffer.from(text)) as [Buffer, Buffer, Buffer];

t.test('what is kept is found by its client, until it is forgotten or its time is over', async t => {
  const kept = new Correlations<string>({ perClientMax: 2, keptMs: 10_000 });
  t.ok(kept.keep('one', a, 'A', at(0)));
  t.equal(kept.find('one', new Uint8Array(a), at(9)), 'A');
  t.equal(kept.find('two', a, at(9)), undefined, 'not by another client');
  t.equal(kept.find('one', b, at(9)), undefined);
  t.equal(kept.find('one', a, at(10)), undefined, 'not when its time is over');
  kept.forget('one', a);
  t.equal(kept.find('one', a, at(1)), undefined);
  kept.forget('nobody', a);
});

t.test('a client has no more than its share, and time makes room again', async t => {
  const kept = new Correlations<string>({ perClientMax: 2, keptMs: 10_000 });
  t.ok(kept.keep('one', a, 'A', at(0)));
  t.ok(kept.keep('one', b, 'B', at(5)));
  t.notOk(kept.keep('one', c, 'C', at(5)));
  t.ok(kept.keep('two', c, 'C', at(5)), 'others have their own');
  t.same(kept.of('one', at(5)), ['A', 'B']);
  t.ok(kept.keep('one', c, 'C', at(10)));
  t.same(kept.of('one', at(10)), ['B', 'C']);
  t.same(kept.of('nobody', at(0)), []);
});
