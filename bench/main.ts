// make bench [ARGS='--seconds 3 --parallel 1,8,32 --only Get --keys 100000 --no-pykmip --write docs/performance.md']
// `--only codec` measures the codec alone.
// Each figure stands beside the ceiling of this runtime and PyKMIP's server, measured in the same run on the same machine.
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { auditCost } from './audit.ts';
import { codecCost } from './codec.ts';
import { manyKeys } from './many-keys.ts';
import { measure, type Figures } from './measure.ts';
import { refusals } from './refusals.ts';
import {
  showAudit,
  showCodec,
  showManyKeys,
  showRefusals,
  showTable,
  showTrust,
  writeReport,
  type Row,
} from './report.ts';
import * as requests from './requests.ts';
import { scenarios } from './scenarios.ts';
import { startAudited, startCeiling, startKmipd, startPykmip, underTrustedRoot } from './targets.ts';
import { trustWays } from './trust.ts';
import { Wire, type Target } from './wire.ts';
import { decodeResponse } from '../kmip-codec/index.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '3' },
    parallel: { type: 'string', default: '1,8,32' },
    only: { type: 'string', default: '' },
    keys: { type: 'string', default: '100000' },
    'no-pykmip': { type: 'boolean', default: false },
    write: { type: 'string' },
  },
});
const seconds = Number(values.seconds);
const codec = codecCost(seconds);
console.log(showCodec(codec));
if (values.only === 'codec') process.exit();

const folder = mkdtempSync(join(tmpdir(), 'kmipd-bench-'));
const targets: Target[] = [];

try {
  const kmipd = await startKmipd(join(folder, 'a'));
  targets.push(kmipd);
  const ceiling = await startCeiling(join(folder, 'b'), await answerToGet(kmipd));
  targets.push(ceiling);
  const pykmip = values['no-pykmip'] ? undefined : await startPykmip(join(folder, 'c'));
  if (pykmip) targets.push(pykmip);
  else console.log("PyKMIP's server is not installed or left out: no ratio to it");
  console.log(
    `${cpus().length} cores (${cpus()[0]?.model.trim()}), Node ${process.version}, ${seconds} s each, TLS 1.2, load generator on the same machine`,
  );

  const rows: Row[] = [];
  for (const scenario of scenarios.filter(({ name }) => name.startsWith(values.only))) {
    for (const parallel of values.parallel.split(',').map(Number)) {
      const figures: { kmipd?: Figures; ceiling?: Figures; pykmip?: Figures } = {};
      const warmup = Math.min(1, seconds / 3);
      figures.ceiling = await measure(scenario, ceiling, parallel, seconds, warmup);
      figures.kmipd = await measure(scenario, kmipd, parallel, seconds, warmup);
      if (pykmip) figures.pykmip = await measure(scenario, pykmip, parallel, seconds, warmup);
      const row = { scenario: scenario.name, parallel, ...figures } as Row;
      rows.push(row);
      console.log(showTable([row], rows.length === 1));
    }
  }
  const trust = await trustWays(kmipd, await underTrustedRoot(kmipd, join(folder, 'f')), seconds);
  console.log(showTrust(trust));
  // Last: whoever comes from an address that was refused so often has to wait for a while.
  const knocked = await refusals(kmipd, join(folder, 'e'), seconds);
  console.log(showRefusals(knocked));
  for (const target of targets.splice(0)) await target.stop();

  const audited = await startAudited(join(folder, 'g'), 'audited');
  targets.push(audited);
  const unaudited = await startAudited(join(folder, 'g'), 'unaudited');
  targets.push(unaudited);
  const audit = await auditCost(audited, unaudited, seconds);
  console.log(showAudit(audit));
  for (const target of targets.splice(0)) await target.stop();

  const keys = Number(values.keys);
  const many = keys > 0 ? await manyKeys(() => startKmipd(join(folder, 'd')), keys) : undefined;
  if (many) console.log(showManyKeys(many));
  if (values.write !== undefined)
    writeReport(values.write, { rows, many, refusals: knocked, trust, audit, codec, seconds });
} finally {
  for (const target of targets) await target.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** Bytes of a real answer, for the ceiling to repeat. */
async function answerToGet(target: Target): Promise<Buffer> {
  const wire = await Wire.open(target);
  const created = decodeResponse(await wire.exchange(requests.create())).message.batchItems![0]!;
  const { uniqueIdentifier } = created.responsePayload as { uniqueIdentifier: string };
  const answer = await wire.exchange(requests.get(uniqueIdentifier));
  wire.close();
  return answer;
}
