import t from 'tap';
import { decodeResponse, Operation } from '../../../kmip-codec/index.ts';
import { Framing } from '../../../server/kmip/framing.ts';
import { runServer } from '../running-server.ts';
import { bytesOf, createItem, endings, getItem, identifierIn, itemFor, NOBODYS } from './messages.ts';

const one = bytesOf([getItem('one')]);
const two = bytesOf([getItem('two'), getItem('three')]);

t.test('cuts a stream into messages wherever it is split', async t => {
  const stream = Buffer.concat([one, two, one]);
  for (let at = 0; at <= stream.length; at++) {
    const framing = new Framing(1024);
    const found: Buffer[] = [];
    for (const part of [stream.subarray(0, at), stream.subarray(at)]) {
      framing.push(part);
      for (let next; (next = framing.next());) found.push(next);
    }
    if (found.length !== 3 || !Buffer.concat(found).equals(stream)) t.fail(`split at ${at}`);
    if (framing.isWithinMessage) t.fail(`something is left after a split at ${at}`);
  }
  const framing = new Framing(1024);
  const found: Buffer[] = [];
  for (const byte of stream) {
    framing.push(Buffer.of(byte));
    for (let next; (next = framing.next());) found.push(next);
  }
  t.same(found, [one, two, one], 'byte by byte');
});

t.test('takes a message of exactly the length allowed, and refuses a longer one by its first bytes', async t => {
  const framing = new Framing(one.length);
  framing.push(one);
  t.same(framing.next(), one);
  const small = new Framing(one.length - 1);
  small.push(one.subarray(0, 8));
  t.throws(() => small.next(), { name: 'FramingError', isTooLong: true, message: /at most 111|at most \d+ are taken/ });
  t.same(small.unread(), one.subarray(0, 8));
});

t.test('tells what is no Request Message by its first wrong byte', async t => {
  const wrong: [number[], RegExp][] = [
    [[0x16], /begins with other bytes/],
    [[0x42, 0x00, 0x7b], /begins with ResponseMessage/],
    [[0x42, 0x00, 0x78, 0x02], /item type 0x02/],
    [[0x42, 0x00, 0x78, 0x01, 0, 0, 0, 12], /length 12 .* multiple of 8/],
  ];
  for (const [bytes, message] of wrong) {
    const framing = new Framing(1024);
    framing.push(Buffer.from(bytes));
    t.throws(() => framing.next(), { name: 'FramingError', isTooLong: false, message });
  }
});

t.test('many messages in one write are answered in their order', async t => {
  const server = await runServer(t);
  const client = await server.connect(await server.addClient('a'));
  const messages = [
    bytesOf([createItem()]),
    bytesOf([getItem(NOBODYS)]),
    bytesOf([createItem(), itemFor(Operation.Activate)]),
    bytesOf([itemFor(Operation.Destroy, NOBODYS)]),
  ];
  client.write(Buffer.concat([...messages, ...messages]));
  for (let round = 0; round < 2; round++) {
    for (const expected of [['Success'], ['Item Not Found'], ['Success', 'Success'], ['Item Not Found']]) {
      const { message } = decodeResponse((await client.nextMessage())!);
      t.same(endings(message), expected);
    }
  }
});

t.test('a message split at any byte is answered like a whole one', async t => {
  const server = await runServer(t);
  const client = await server.connect(await server.addClient('a'));
  const { batchItems } = await client.batch([createItem()]);
  const get = bytesOf([getItem(identifierIn(batchItems![0]))]);
  const next = async () => endings(decodeResponse((await client.nextMessage())!).message);
  for (let at = 1; at < get.length; at += 13) {
    client.write(get.subarray(0, at));
    await new Promise(resolve => setImmediate(resolve));
    client.write(get.subarray(at));
    if ((await next()).join() !== 'Success') t.fail(`split at ${at}`);
  }
  for (const byte of get) client.write(Buffer.of(byte));
  t.same(await next(), ['Success'], 'byte by byte');
});
