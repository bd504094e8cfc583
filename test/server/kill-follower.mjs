// Follows the log of record in a process of its own, to be killed: one line `SEQ ID` for each event that is after SEQ.
//
//   node kill-follower.mjs STORE-MODULE DATABASE AFTER-SEQ
import { writeSync } from 'node:fs';

const [module, path, after] = process.argv.slice(2);
const { openSqliteStore } = await import(module);
const store = openSqliteStore({ path, busyMs: 10_000 });
let seq = Number(after);
let isDue = true;
let wake = () => {};
// Listening for commits alone keeps no process alive.
setInterval(() => {}, 60_000);
store.events.onCommitted(() => {
  isDue = true;
  wake();
});
for (;;) {
  isDue = false;
  const events = await store.events.after(seq, 50);
  for (const event of events) {
    writeSync(1, `${event.seq} ${event.id}\n`);
    seq = event.seq;
  }
  if (events.length === 0 && !isDue) await new Promise(resolve => (wake = resolve));
}
