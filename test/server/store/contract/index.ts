import t, { type Test } from 'tap';
import { directory } from './directory.ts';
import { events } from './events.ts';
import { objects } from './objects.ts';
import type { Opened } from './opened.ts';
import { search } from './search.ts';
import { severalProcesses } from './several-processes.ts';
import { unitOfWork } from './unit-of-work.ts';

/** What every store must do. Each test opens an empty one; whoever opens closes them at the end of `t`. */
export function storeContract(name: string, open: (t: Test) => Promise<Opened>): void {
  t.test(`${name}: objects`, async t => objects(t, open));
  t.test(`${name}: unit of work`, async t => unitOfWork(t, open));
  t.test(`${name}: search`, async t => search(t, open));
  t.test(`${name}: directory`, async t => directory(t, open));
  t.test(`${name}: events and cursors`, async t => events(t, open));
  t.test(`${name}: several processes`, async t => severalProcesses(t, open));
}
