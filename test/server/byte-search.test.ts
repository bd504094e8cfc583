import t from 'tap';
import { createHash } from 'node:crypto';
import { found, formsOf, texts } from './byte-search.ts';

const secret = createHash('sha256').update('secret').digest();
const needles = new Map([['secret', formsOf(secret)]]);
const hay = (content: Buffer | string) => found(needles, new Map([['file', Buffer.from(content)]]));

t.test('a secret is found however it is written, also a half of it, among other bytes', t => {
  const part = secret.subarray(14, 32);
  for (const bytes of [secret, part]) {
    t.same(hay(Buffer.concat([Buffer.from('before'), bytes, Buffer.from('after')])), ['secret in file']);
    for (const text of [
      bytes.toString('hex'),
      bytes.toString('hex').toUpperCase(),
      JSON.stringify(bytes),
      JSON.stringify([...bytes]),
    ])
      t.same(hay(`{"key":"${text}"}`), ['secret in file'], text);
    for (let before = 0; before < 4; before++)
      for (let after = 0; after < 4; after++)
        for (const encoding of ['base64', 'base64url'] as const) {
          const around = [Buffer.alloc(before, 0x5a), bytes, Buffer.alloc(after, 0xa5)];
          t.same(hay(Buffer.concat(around).toString(encoding)), ['secret in file'], `${encoding} ${before} ${after}`);
        }
  }
  t.end();
});

t.test('what is not there is not found', t => {
  t.same(hay(createHash('sha512').update(secret).digest()), []);
  t.same(found(needles, texts({ out: '', err: 'secret' })), []);
  t.end();
});
