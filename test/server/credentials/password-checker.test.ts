import { randomBytes } from 'node:crypto';
import t from 'tap';
import { hashPassword, PasswordChecker } from '../../../server/credentials/index.ts';

t.test('takes the right password again and again, and never a wrong one', async t => {
  const checker = new PasswordChecker(randomBytes);
  const hash = await hashPassword('correct horse', randomBytes);
  const other = await hashPassword('correct horse', randomBytes);
  t.equal(await checker.isRight('wrong', hash), false);
  t.equal(await checker.isRight('correct horse', hash), true);
  t.equal(await checker.isRight('correct horse', hash), true, 'remembered');
  t.equal(await checker.isRight('wrong', hash), false, 'a wrong one after a right one');
  t.equal(await checker.isRight('', hash), false);
  t.equal(await checker.isRight('correct horse', other), true, 'another client with the same password');
  t.equal(await checker.isRight('correct horse', 'no hash'), false);
});
