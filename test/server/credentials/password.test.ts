import { randomBytes } from 'node:crypto';
import t from 'tap';
import { hashPassword, verifyPassword } from '../../../server/credentials/index.ts';

t.test('a password is known again by its hash, another is not', async t => {
  const hash = await hashPassword('open sesame', randomBytes);
  t.match(hash, /^scrypt\$16384\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
  t.notMatch(hash, 'sesame');
  t.equal(await verifyPassword('open sesame', hash), true);
  t.equal(await verifyPassword('open sesamE', hash), false);
  t.equal(await verifyPassword('', hash), false);
});

t.test('the same password twice gives two hashes', async t => {
  t.not(await hashPassword('x', randomBytes), await hashPassword('x', randomBytes));
});

t.test('a text that is no hash of ours fits no password and costs nothing', async t => {
  const bad = [
    '',
    'scrypt',
    'scrypt$16384$8$1$c2FsdA$',
    'scrypt$16385$8$1$c2FsdA$aGFzaA',
    'scrypt$0$8$1$c2FsdA$aGFzaA',
  ];
  for (const hash of [...bad, 'scrypt$8388608$999$1$c2FsdA$aGFzaA', 'bcrypt$1$2$3$a$b']) {
    t.equal(await verifyPassword('x', hash), false, hash);
  }
});

t.test('many at once are all answered', async t => {
  const hash = await hashPassword('x', randomBytes);
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, index) => verifyPassword(index % 2 ? 'x' : 'y', hash)),
  );
  t.same(answers, [false, true, false, true, false, true, false, true]);
});
