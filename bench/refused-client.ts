// A client whose certificate nobody knows, knocking COUNT times within SECONDS, each time on a connection of its own with a full
// handshake. Started by refusals.ts, in a process of its own: the quiet clients must not wait for it on their own side.
//
//   refused-client.ts HOST PORT CERTIFICATE KEY COUNT SECONDS
//
// Prints "begins", and at its end {"refused": n, "other": n, "seconds": s}: how many were told that they are not known, and until when.
import { readFileSync } from 'node:fs';
import { decodeResponse, ResultReason } from '../kmip-codec/index.ts';
import * as requests from './requests.ts';
import { Wire, type Target } from './wire.ts';

const [host = '', port, cert = '', key = '', count, seconds] = process.argv.slice(2);
const target: Target = {
  name: 'refused',
  host,
  port: Number(port),
  // Whether it trusts the server is not what is measured.
  tls: { cert: readFileSync(cert), key: readFileSync(key) },
  pid: 0,
  stop: () => Promise.resolve(),
};
console.log('begins');
const outcome = { refused: 0, other: 0 };
const begun = performance.now();
const knocks: Promise<void>[] = [];
for (let i = 0; i < Number(count); i++) {
  const due = (i / Number(count)) * Number(seconds) * 1000 - (performance.now() - begun);
  if (due > 1) await new Promise(resolve => setTimeout(resolve, due));
  knocks.push(knock());
}
await Promise.all(knocks);
console.log(JSON.stringify({ ...outcome, seconds: (performance.now() - begun) / 1000 }));

async function knock(): Promise<void> {
  try {
    const wire = await Wire.open(target, { rejectUnauthorized: false });
    const answer = decodeResponse(await wire.exchange(requests.discoverVersions())).message;
    const isRefusal = answer.batchItems?.[0]?.resultReason === ResultReason.AuthenticationNotSuccessful;
    outcome[isRefusal ? 'refused' : 'other']++;
    wire.close();
  } catch {
    outcome.other++;
  }
}
