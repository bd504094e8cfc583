import { userInfo } from 'node:os';
import t from 'tap';
import { dataFolderOwner } from '../../../server/data-folder/index.ts';
import { nameIn } from '../../../server/data-folder/owner.ts';

const PASSWD =
  'root:x:0:0:root:/root:/bin/sh\n\n# comment\n:x:7:7::/:\nkmipd:x:998:998::/var/lib/kmipd:/sbin/nologin\nalias:x:998:1::/:\n';

t.test('names the user of a number, the first of several', async t => {
  t.equal(nameIn(PASSWD, 0), 'root');
  t.equal(nameIn(PASSWD, 998), 'kmipd');
  t.equal(nameIn(PASSWD, 99), undefined);
  t.equal(nameIn(PASSWD, 7), undefined, 'an entry without a name');
  t.equal(nameIn('', 0), undefined);
});

t.test('the owner of a folder is named', async t => {
  t.equal(await dataFolderOwner(t.testdir()), userInfo().username);
  await t.rejects(dataFolderOwner(`${t.testdir()}/nowhere`), { code: 'ENOENT' });
});
