import t, { type Test } from 'tap';
import { administrators } from './administrators.ts';
import { certificates } from './certificates.ts';
import { counts } from './counts.ts';
import { directory } from './directory.ts';
import { eventPages } from './event-pages.ts';
import { events } from './events.ts';
import { log } from './log.ts';
import { notes } from './notes.ts';
import { objects } from './objects.ts';
import type { Opened } from './opened.ts';
import { roots } from './roots.ts';
import { search } from './search.ts';
import { severalProcesses } from './several-processes.ts';
import { sightings } from './sightings.ts';
import { unitOfWork } from './unit-of-work.ts';

/** What every store must do. Each test opens an empty one; whoever opens closes them at the end of `t`. */
export function storeContract(name: string, open: (t: Test) => Promise<Opened>): void {
  t.test(`${name}: objects`, async t => objects(t, open));
  t.test(`${name}: unit of work`, async t => unitOfWork(t, open));
  t.test(`${name}: search`, async t => search(t, open));
  t.test(`${name}: directory`, async t => directory(t, open));
  t.test(`${name}: certificates and former ones`, async t => certificates(t, open));
  t.test(`${name}: trusted roots`, async t => roots(t, open));
  t.test(`${name}: administrators and nonces`, async t => administrators(t, open));
  t.test(`${name}: revocations and expiries`, async t => notes(t, open));
  t.test(`${name}: counts`, async t => counts(t, open));
  t.test(`${name}: sightings`, async t => sightings(t, open));
  t.test(`${name}: events and cursors`, async t => events(t, open));
  t.test(`${name}: events by filter`, async t => eventPages(t, open));
  t.test(`${name}: log`, async t => log(t, open));
  t.test(`${name}: several processes`, async t => severalProcesses(t, open));
}
