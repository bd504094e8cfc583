import { readFileSync, writeFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import type { Version } from '../../kmip-codec/index.ts';
import { parseIdentity, parseNumber, parseObjects, parseOperations, parseServer, parseVersions } from './arguments.ts';
import type { Identity } from './channel.ts';
import { junit, showReport, showTolerances } from './report.ts';
import { type CaseResult, REPEAT_MS, runConformance } from './run.ts';
import { everything, type Scope } from './selection.ts';
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
  readonly user?: ReadonlyMap<string, Identity>;
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

const HELP = `
Each case wants to begin with no objects of its names: what it has made is destroyed when it is over (see --keep).
Cases that are about an encoding go over HTTPS in that encoding; --https and --path say where to.
Exit code: 0 no case failed, 1 some did.

Example:
  kmipd conformance --server kms.example.org:5696 --cert me.crt --key me.key --ca kms-ca.crt \\
    --versions 1.4,2.1 --junit report.xml kmip-testcases/
`;

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
      ).argParser(parseIdentity),
    )
    .addOption(
      new Option(
        '--user <name=cert,key>',
        'another identity for who is named in a Credential of the cases (repeatable)',
      ).argParser(parseIdentity),
    )
    .addOption(
      new Option('--way <way>', 'how messages travel, but for cases about a way of their own')
        .choices(WAYS)
        .default('ttlv'),
    )
    .option('--https <host:port>', 'where the server answers HTTPS, if not where it answers TTLV', parseServer)
    .option('--path <path>', 'where in HTTPS', '/kmip')
    .addOption(
      new Option('--versions <list>', 'protocol versions, as 1.0,1.1')
        .argParser(parseVersions)
        .default(everything.versions, 'all'),
    )
    .addOption(
      new Option('--operations <list>', 'play only cases that need no other operations')
        .argParser(parseOperations)
        .default(everything.operations, 'all'),
    )
    .addOption(
      new Option('--objects <list>', 'play only cases that need no other object types')
        .argParser(parseObjects)
        .default(everything.objectTypes, 'all'),
    )
    .option('--expected <file>', 'cases known not to pass: a JSON object of names and reasons')
    .option('--timeout <ms>', 'how long to wait for an answer', parseNumber, 10_000)
    .option('--skew <seconds>', 'how far the server’s clock may be off', parseNumber, 60)
    .option('--wait <seconds>', 'how long to repeat a request where a case says so', parseNumber, REPEAT_MS / 1000)
    .option('--keep', 'do not destroy what a case has made when it is over')
    .option('--tolerances', 'show which differences were permitted, and by what right')
    .option('--json', 'the whole report as JSON')
    .option('--junit <file>', 'the report as JUnit XML, into a file')
    .addHelpText('after', HELP)
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
        identityOf: (_group, client, user) => flags.user?.get(user ?? '') ?? flags.client?.get(client) ?? identity,
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
