import Sqlite from 'better-sqlite3';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { Operation, ResultReason, State } from '../../kmip-codec/index.ts';
import { newFolder } from './byte-search.ts';
import { createItem, endings, identifierIn, itemFor } from './kmip/messages.ts';
import { spawnServer } from './server-process.ts';
import { eventsIn } from './storage-marks/small-disk.ts';

t.setTimeout(120_000);

/** While the file that FAIL_SYNC names is there, nothing can be made durable: EIO, as of a disk that is breaking. */
const SHIM = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
static int fails(void) {
  const char *path = getenv("FAIL_SYNC");
  if (path == NULL || access(path, F_OK) != 0) return 0;
  errno = EIO;
  return 1;
}
int fdatasync(int fd) {
  static int (*real)(int);
  if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  return fails() ? -1 : real(fd);
}
int fsync(int fd) {
  static int (*real)(int);
  if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  return fails() ? -1 : real(fd);
}
`;

/** Path of the compiled shim; undefined where there is no compiler. */
function compiled(folder: string): string | undefined {
  const library = join(folder, 'fail-sync.so');
  writeFileSync(join(folder, 'fail-sync.c'), SHIM);
  try {
    execFileSync('cc', ['-shared', '-fPIC', '-o', library, join(folder, 'fail-sync.c'), '-ldl'], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  return existsSync(library) ? library : undefined;
}

t.test(
  'what cannot be made durable has failed: the client is told so and nothing has changed (property 2)',
  async t => {
    const folder = newFolder(t);
    const library = process.platform === 'linux' ? compiled(folder) : undefined;
    if (library === undefined) {
      t.comment('left out: there is no C compiler that makes a library to preload');
      return;
    }
    const fault = join(folder, 'fault');
    const data = join(folder, 'data');
    mkdirSync(data, { mode: 0o700 });
    const env = { LD_PRELOAD: library, FAIL_SYNC: fault };
    const server = await spawnServer(t, { data, env });
    const client = await server.connect(await server.addClient('vcenter'));
    const database = join(data, 'kmipd.db');
    const made = await client.batch([createItem()]);
    const uniqueIdentifier = identifierIn(made.batchItems![0]);
    const of = () => eventsIn(database).filter(({ initiator }) => initiator.id.startsWith('CertificateID-'));
    const before = of().length;

    writeFileSync(fault, '');
    const failed = ResultReason.names.show(ResultReason.GeneralFailure);
    const asked = [createItem(), ...[Operation.Activate, Operation.Get].map(code => itemFor(code, uniqueIdentifier))];
    for (const item of asked) t.same(endings(await client.batch([item])), [failed]);
    rmSync(fault);

    const { attributes } = await client.request(Operation.GetAttributes, {
      uniqueIdentifier,
      attributeNames: ['State'],
    });
    t.equal(attributes?.[0]?.value, State.PreActive, 'it was not activated');
    t.equal(of().length, before + 1, 'nothing of what failed is there, what came after it is');
    t.same(endings(await client.batch([createItem()])), ['Success'], 'and it goes on by itself');
    t.equal(objectsIn(database), 2, 'the two objects that were answered');
    await server.stop('SIGKILL');

    const again = await spawnServer(t, { data, env });
    t.equal(of().length, before + 2, 'nor is anything of it there after the next start');
    t.match(await again.stop(), { code: 0 });
  },
);

function objectsIn(path: string): number | undefined {
  const database = new Sqlite(path, { readonly: true, fileMustExist: true });
  try {
    return database.prepare<[], number>('SELECT count(*) FROM managed_object').pluck().get();
  } finally {
    database.close();
  }
}
