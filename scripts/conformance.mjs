// Starts a kmipd in a temporary folder and plays test cases against it, each group of cases with a vault and a client of
// its own. Called by scripts/conformance.sh, on what `make build` has built.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createAuthority, issueClientCertificate } from '../dist/certs/index.js';
import { managedObjects, registry, supportedVersions } from '../dist/kmip-codec/index.js';
import { run } from '../dist/server/cli/run.js';
import { operations } from '../dist/server/operations/index.js';
import {
  everything,
  junit,
  loadExpected,
  runConformance,
  showReport,
  showTolerances,
  testCaseFiles,
  usersOf,
} from '../dist/server/conformance/index.js';
import { casesAs, expectedAs } from './cases-as.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const START_MS_MAX = 60_000;
const WAYS = ['ttlv', 'https', 'xml', 'json'];
/** Cases that wait for a time, two minutes ahead as they stand, are to be played within seconds. */
const REPEAT_MS = 12_000;

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    all: { type: 'boolean', default: false },
    as: { type: 'string' },
    case: { type: 'string' },
    json: { type: 'boolean', default: false },
    junit: { type: 'string' },
    tolerances: { type: 'boolean', default: false },
    way: { type: 'string', default: 'ttlv' },
  },
});

const folder = mkdtempSync(join(tmpdir(), 'kmipd-conformance-'));
const data = join(folder, 'data');
const labels = new Map();
let server;
try {
  server = await startServer();
  process.exitCode = await play(server.address);
} catch (error) {
  console.error(`conformance: ${error.message}`);
  process.exitCode = 2;
} finally {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function play({ host, port }) {
  const paths = positionals.flatMap(path => testCaseFiles(resolve(path)));
  if (!WAYS.includes(flags.way)) throw new Error(`--way ${flags.way}, one of ${WAYS.join(', ')} is expected`);
  const chosen = paths.filter(path => !flags.case || path.includes(flags.case));
  const told = flags.as === undefined ? chosen : casesAs(flags.as, chosen, join(folder, 'cases'));
  if (told.length === 0) throw new Error(`no case's name holds '${flags.case}'`);
  await kmipd('client', 'add', 'runner', '--issue', '--out', join(folder, 'runner'), '--data', data);
  const keys = await clientKeys();
  const expected = loadExpected(join(root, 'test/conformance/expected.json'));
  const report = await runConformance({
    target: { host, port, ca: readFileSync(join(folder, 'runner', 'ca.crt'), 'utf8'), timeoutMs: 10_000 },
    identityOf: (group, client, user) => keys.of(group, user ?? client),
    prepareGroup: async (group, cases) => {
      const label = labelOf(group);
      await addClients(keys, group, label, clientsOf(cases));
      for (const user of usersOf(cases)) await addUser(keys, group, label, user);
    },
    paths: told,
    scope: flags.all ? everything : offered(),
    way: flags.way,
    expected: flags.as === undefined ? expected : expectedAs(flags.as, expected),
    cleansUp: false,
    repeatMs: REPEAT_MS,
    now: () => new Date(),
    onCase: showProgress,
  });
  if (process.stdout.isTTY) process.stdout.write('\r\u001b[K');
  if (flags.junit) writeFileSync(flags.junit, junit(report));
  if (flags.json) console.log(JSON.stringify(report, undefined, 2));
  else {
    if (flags.tolerances) console.log(showTolerances(report));
    process.stdout.write(showReport(report, process.stdout.isTTY === true));
  }
  return report.failed === 0 ? 0 : 1;
}

/** A vault for the group, and in it a client with a certificate of its own for each letter. */
async function addClients(keys, group, label, letters) {
  await kmipd('vault', 'create', label, '--data', data);
  for (const letter of letters) await addClient(keys, group, letter, `${label}-${letter}`.toLowerCase(), label);
}

/** A user whom a case names is a client with a vault of its own: what one made is none of the other's business. */
async function addUser(keys, group, label, { name, isDevice, password = '' }) {
  const own = `${label}-${name}`.toLowerCase();
  await kmipd('vault', 'create', own, '--data', data);
  const file = join(folder, `${own}.password`);
  if (!isDevice) writeFileSync(file, password);
  const credential = isDevice ? [] : ['--username', name, '--password-file', file];
  await addClient(keys, group, name, own, own, ...credential);
}

async function addClient(keys, group, key, name, vault, ...more) {
  const cert = join(folder, `${name}.crt`);
  writeFileSync(cert, (await keys.make(group, key)).cert);
  await kmipd('client', 'add', name, '--cert', cert, '--vault', vault, ...more, '--data', data);
}

function clientsOf(cases) {
  return new Set(cases.flatMap(({ exchanges }) => exchanges.map(({ client }) => client)));
}

/** What this kmipd declares: cases that need more are named as not applicable, unless all are to be played. */
function offered() {
  const xmlNames = (values, numbers) => {
    const names = new registry.ValueNames(values);
    return new Set([...numbers].map(number => names.xmlName(number)));
  };
  return {
    versions: supportedVersions,
    operations: xmlNames(registry.Operation, operations.keys()),
    objectTypes: xmlNames(registry.ObjectType, managedObjects.keys()),
  };
}

/** Labels of vaults and clients have no more than forty characters; the number keeps those apart that are cut. */
function labelOf(group) {
  const name = group
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 20);
  labels.set(group, labels.get(group) ?? labels.size);
  return `${labels.get(group)}-${name}`.replace(/-$/, '');
}

/** Certificates for the clients: of an authority that only this run has, since a pinned certificate may be anybody's. */
async function clientKeys() {
  const keyType = 'ECDSA P-256';
  const now = new Date();
  const made = await createAuthority({ commonName: 'conformance', now, validityDays: 2, keyType });
  const authority = { certificatePem: made.certificatePem, privateKeyPem: made.privateKeyPem };
  const identities = new Map();
  return {
    of: (group, key) => identities.get(`${group} ${key}`),
    async make(group, key) {
      const keys = await issueClientCertificate({
        authority,
        now,
        validityDays: 1,
        commonName: `${labelOf(group)}-${key}`,
        keyType,
      });
      const identity = { cert: keys.certificatePem, key: keys.privateKeyPem };
      identities.set(`${group} ${key}`, identity);
      return identity;
    },
  };
}

/** Runs a command of kmipd within this process, which spares starting one for each of some hundred commands. */
async function kmipd(...argv) {
  let said = '';
  const output = { write: text => void (said += text), isTerminal: false };
  const code = await run(argv, {
    stdout: output,
    stderr: output,
    readStdin: async () => '',
    env: {},
    now: () => new Date(),
    randomBytes,
    user: 'conformance',
    hostName: 'localhost',
    addresses: () => [],
    onStop: () => () => undefined,
  });
  if (code !== 0) throw new Error(`kmipd ${argv.slice(0, 3).join(' ')}: ${said.trim()}`);
}

/** Resolves once the server has said that it is ready. */
function startServer() {
  const main = join(root, 'dist/server/cli/main.js');
  const args = ['serve', '--data', data, '--listen', '127.0.0.1:0', '--set', 'operations.interop=true'];
  const child = spawn(process.execPath, [main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', chunk => (log = `${log}${chunk}`.slice(-4000)));
  const ended = new Promise(resolve => child.once('exit', resolve));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  return new Promise((resolve, reject) => {
    const fail = why => {
      child.kill('SIGKILL');
      reject(new Error(`the server ${why}\n${log}`));
    };
    const timer = setTimeout(() => fail(`is not ready after ${START_MS_MAX} ms`), START_MS_MAX);
    const onExit = code => fail(`ended with exit code ${code}`);
    child.once('exit', onExit);
    createInterface({ input: child.stdout }).on('line', line => {
      const ready = /^ready (.+):([0-9]+)$/.exec(line);
      if (!ready) return;
      clearTimeout(timer);
      child.off('exit', onExit);
      resolve({ address: { host: ready[1], port: Number(ready[2]) }, stop });
    });
  });
}

function showProgress(result, done, all) {
  if (!process.stdout.isTTY) return;
  process.stdout.write(`\r\u001b[K${done}/${all} ${result.name.slice(0, 50)}`);
}
