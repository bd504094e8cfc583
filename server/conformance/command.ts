import { readFileSync, writeFileSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { registry, showVersion, type Version } from '../../kmip-codec/index.ts';
import type { Identity } from './channel.ts';
import { junit, showReport, showTolerances } from './report.ts';
import { type CaseResult, REPEAT_MS, runConformance } from './run.ts';
import { everything, knownVersions, type Scope } from './selection.ts';
import { type Way, WAYS } from './ways.ts';

interface Flags {
  readonly server: { readonly host: string; readonly port: number };
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
  readonly servername?: string;
  readonly way: Way;
  readonly https?: { readonly host: string; readonly port: number };
  readonly path: string;
  readonly client?: ReadonlyMap<string, Identity>;
  readonly versions: readonly Version[];
  readonly operations: ReadonlySet<string>;
  readonly objects: ReadonlySet<string>;
  readonly expected?: string;
  readonly timeout: number;
  readonly skew: number;
  readonly wait: number;
  readonly keep?: boolean;
  readonly tolerances?: boolean;
  readonly json?: boolean;
  readonly junit?: string;
}

/** Adds `kmipd conformance`: exit code 0 when no case failed, 1 otherwise. `now` tells the time. */
export function registerConformance(program: Command, now: () => Date): void {
  const print = (text: string) => program.configureOutput().writeOut?.(text);
  program
    .command('conformance')
    .description('play OASIS test cases (XML) against a KMIP server and compare its answers')
    .argument('<path...>', 'files of test cases, or folders with such files')
    .requiredOption('--server <host:port>', 'the server to test', parseServer)
    .requiredOption('--cert <file>', 'certificate of the client, PEM')
    .requiredOption('--key <file>', 'private key of the client, PEM')
    .requiredOption('--ca <file>', 'certificates that the server’s own must lead to, PEM')
    .option('--servername <name>', 'name in the server’s certificate, if it is not the host')
    .addOption(
      new Option(
        '--client <letter=cert,key>',
        'another identity for [Client-B], [Client-C] ... of the cases (repeatable)',
      ).argParser(parseClient),
    )
    .addOption(
      new Option('--way <way>', 'how messages travel, but for cases about a way of their own')
        .choices(WAYS)
        .default('ttlv'),
    )
    .option('--https <host:port>', 'where the server answers HTTPS, if not where it answers TTLV', parseServer)
    .option('--path <path>', 'where in HTTPS', '/kmip')
    .option('--versions <list>', 'protocol versions, as 1.0,1.1', parseVersions, everything.versions)
    .option(
      '--operations <list>',
      'play only cases that need no other operations',
      parseOperations,
      everything.operations,
    )
    .option('--objects <list>', 'play only cases that need no other object types', parseObjects, everything.objectTypes)
    .option('--expected <file>', 'cases known not to pass: a JSON object of names and reasons')
    .option('--timeout <ms>', 'how long to wait for an answer', parseNumber, 10_000)
    .option('--skew <seconds>', 'how far the server’s clock may be off', parseNumber, 60)
    .option('--wait <seconds>', 'how long to repeat a request where a case says so', parseNumber, REPEAT_MS / 1000)
    .option('--keep', 'do not destroy what a case has made when it is over')
    .option('--tolerances', 'show which differences were permitted, and by what right')
    .option('--json', 'the whole report as JSON')
    .option('--junit <file>', 'the report as JUnit XML, into a file')
    .action(async (paths: string[], flags: Flags) => {
      const identity = { cert: readFileSync(flags.cert, 'utf8'), key: readFileSync(flags.key, 'utf8') };
      const progress = progressLine();
      const report = await runConformance({
        target: {
          ...flags.server,
          ca: readFileSync(flags.ca, 'utf8'),
          servername: flags.servername,
          https: { ...(flags.https ?? flags.server), path: flags.path },
          timeoutMs: flags.timeout,
        },
        identityOf: (_group, client) => flags.client?.get(client) ?? identity,
        paths,
        scope: scopeOf(flags),
        way: flags.way,
        expected: flags.expected === undefined ? new Map() : loadExpected(flags.expected),
        cleansUp: !flags.keep,
        now,
        skewSeconds: flags.skew,
        repeatMs: flags.wait * 1000,
        onCase: progress.show,
      });
      progress.clear();
      if (flags.junit !== undefined) writeFileSync(flags.junit, junit(report));
      if (flags.json) print(`${JSON.stringify(report, undefined, 2)}\n`);
      else {
        if (flags.tolerances) print(`${showTolerances(report)}\n`);
        print(showReport(report, process.stdout.isTTY));
      }
      process.exitCode = report.failed === 0 ? 0 : 1;
    });
}

/** The cases known not to pass, by name, with the reasons. Throws Error that names the file. */
export function loadExpected(path: string): Map<string, string> {
  const cases: unknown = JSON.parse(readFileSync(path, 'utf8'));
  const isObject = typeof cases === 'object' && cases !== null && !Array.isArray(cases);
  const rows = isObject ? Object.entries(cases) : [];
  if (!isObject || rows.some(([, reason]) => typeof reason !== 'string' || !reason)) {
    throw new Error(`${path}: must be a JSON object of case names and reasons`);
  }
  return new Map(rows as [string, string][]);
}

const scopeOf = ({ versions, operations, objects }: Flags): Scope => ({ versions, operations, objectTypes: objects });

/** A bar that is drawn over itself, where there is a terminal to see it. */
function progressLine() {
  const { stdout } = process;
  const width = 30;
  return {
    show(this: void, result: CaseResult, done: number, all: number): void {
      if (!stdout.isTTY) return;
      const full = Math.round((done / all) * width);
      stdout.write(
        `\r\u001b[K[${'#'.repeat(full)}${'.'.repeat(width - full)}] ${done}/${all} ${result.name.slice(0, 40)}`,
      );
    },
    clear(): void {
      if (stdout.isTTY) stdout.write('\r\u001b[K');
    },
  };
}

function parseServer(value: string) {
  const [, host = '', port = ''] = /^\[?([^\]]+?)\]?:([0-9]{1,5})$/.exec(value) ?? [];
  if (!host || Number(port) < 1 || Number(port) > 65535) throw new InvalidArgumentError('Must be HOST:PORT.');
  return { host, port: Number(port) };
}

function parseClient(value: string, before: ReadonlyMap<string, Identity> = new Map()): Map<string, Identity> {
  const [, letter, cert, key] = /^([A-Z])=([^,]+),([^,]+)$/.exec(value) ?? [];
  if (!letter || !cert || !key) throw new InvalidArgumentError('Must be a letter, =, and two files: B=b.crt,b.key.');
  return new Map(before).set(letter, { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') });
}

const parseList = (value: string) => value.split(',').filter(Boolean);

function parseVersions(value: string): Version[] {
  return parseList(value).map(name => {
    const found = knownVersions.find(each => showVersion(each) === name);
    if (!found) throw new InvalidArgumentError(`Must be among ${knownVersions.map(showVersion).join(', ')}.`);
    return found;
  });
}

function parseNames(value: string, known: Readonly<Record<string, unknown>>): Set<string> {
  for (const name of parseList(value)) {
    if (!Object.hasOwn(known, name)) throw new InvalidArgumentError(`'${name}' is not the XML name of one.`);
  }
  return new Set(parseList(value));
}
const parseOperations = (value: string) => parseNames(value, registry.Operation.values);
const parseObjects = (value: string) => parseNames(value, registry.ObjectType.values);

function parseNumber(value: string): number {
  if (!/^[0-9]+$/.test(value)) throw new InvalidArgumentError('Must be a whole number.');
  return Number(value);
}
