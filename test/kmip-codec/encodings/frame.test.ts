import t from 'tap';
import { messageBytes } from '../../../kmip-codec/index.ts';
import { hex } from '../raw.ts';

t.test('the length of a message is known from its header on (2.1 §10.1)', async t => {
  const message = hex('420078 01 00000010 42000D 02 00000004 00000001 00000000');
  for (let length = 0; length < 8; length++) t.equal(messageBytes(message.subarray(0, length)), undefined);
  for (let length = 8; length <= 24; length++) t.equal(messageBytes(message.subarray(0, length)), 24);
  t.equal(messageBytes(Buffer.concat([hex('00 00 00'), message]).subarray(3)), 24, 'in any view of bytes');
  t.equal(messageBytes(hex('420078 01 FFFFFFF8')), 2 ** 32, 'the longest');
});
