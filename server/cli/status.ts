import type { Expiry, ShownSink, ShownStatus } from '../admin/index.ts';
import { type AskOptions, withCertificateManager } from './ask/index.ts';
import { CommandEnd, type ExitReason } from './exit-codes.ts';
import { type Colour, counted, painter, printFacts, printJson, printTable, shownTime } from './output.ts';
import { daysText } from './shown-certificate.ts';
import type { World } from './world.ts';

/** `kmipd status`: whether a server is running, and what ends next; the exit code says how soon. */
export async function status(world: World, options: AskOptions & { readonly json?: true }): Promise<void> {
  const shown = await withCertificateManager(world, options, ask => ask('status', {}), { unsignedHere: true });
  if (options.json) printJson(world.stdout, shown);
  else print(world, shown);
  const reason = reasonOf(shown);
  if (reason !== 'success') throw new CommandEnd(reason);
}

function reasonOf({ isRunning, expiries }: ShownStatus): ExitReason {
  if (!isRunning) return 'unavailable';
  const narrowest = Math.min(...expiries.map(({ within }) => within ?? Infinity));
  return REASONS.get(narrowest) ?? 'success';
}

const REASONS: ReadonlyMap<number, ExitReason> = new Map([
  [90, 'endsWithin90Days'],
  [30, 'endsWithin30Days'],
  [7, 'endsWithin7Days'],
  [1, 'endsWithin1Day'],
  [0, 'ended'],
]);

/** Lines of what ends later than any threshold. */
const FAR_OFF_MAX = 5;

function print(world: World, status: ShownStatus): void {
  const { stdout } = world;
  const paint = painter(world);
  const { version, startedAt, listen, connections, clients, refused, expiries } = status;
  stdout.write(
    status.isRunning
      ? `${paint('running', 'green', 'bold')}: kmipd ${version} on ${listen}, since ${startedAt === null ? 'just now' : shownTime(startedAt)}\n`
      : `${paint('not running', 'red', 'bold')}: \`kmipd serve\` starts it\n`,
  );
  printFacts(stdout, [
    ...(status.isRunning ? [['connections', String(connections)] as const] : []),
    ['clients', String(clients)],
    ['refused', refused === 0 ? 'nobody' : `${counted(refused, 'certificate')}; see \`kmipd client refused\``],
    ...auditFacts(status),
  ]);
  const near = expiries.filter(({ within }) => within !== null);
  const shown = [...near, ...expiries.filter(({ within }) => within === null).slice(0, FAR_OFF_MAX)];
  printTable(
    stdout,
    ['WHAT', 'NAME', 'ENDS', 'LEFT', 'SUBJECT', 'SHA-256'],
    shown.map(({ kind, name, notAfter, daysLeft, subject, sha256 }) => [
      ...[kind, name || '-', shownTime(notAfter), daysText(daysLeft).replace(/ left$/, '')],
      ...[subject || '-', `${sha256.slice(0, 16)}…`],
    ]),
    'nothing that ends',
    { paint, colours: shown.map(colourOf) },
  );
  if (shown.length < expiries.length)
    stdout.write(`and ${expiries.length - shown.length} that end later; --json has all\n`);
}

function auditFacts({ sinks, checkpoint, storage }: ShownStatus): (readonly [string, string])[] {
  return [
    ...sinks.map(sink => [`sink ${sink.sink}`, sinkText(sink)] as const),
    ['checkpoint', checkpoint ? `of ${counted(checkpoint.size, 'event')}, ${shownTime(checkpoint.time)}` : 'none yet'],
    ...(storage
      ? [['storage', `${STAGES.get(storage.stage) ?? storage.stage}, ${bytesText(storage.freeBytes)} free`] as const]
      : []),
  ];
}

function sinkText({ lag, oldestAgeSeconds, failures, isHanging, since }: ShownSink): string {
  const behind = `${counted(lag, 'event')} behind, the oldest ${durationText(oldestAgeSeconds)} old`;
  const parts = [lag === 0 ? 'has every event' : behind];
  const sinceText = since === null ? '' : ` since ${shownTime(since)}`;
  if (failures > 0) parts.push(`${counted(failures, 'failure')} in a row${sinceText}`);
  else if (isHanging) parts.push(`hanging${sinceText}`);
  return parts.join('; ');
}

const STAGES: ReadonlyMap<string, string> = new Map([
  ['enough', 'enough room'],
  ['low', 'little room'],
  ['no changes', 'too little room: changes are refused'],
  ['nothing', 'no room: everything is refused'],
]);

const MEBIBYTE = 1024 * 1024;
const bytesText = (bytes: number) => `${Math.floor(bytes / MEBIBYTE).toLocaleString('en')} MiB`;

/** In the largest unit that fits. */
function durationText(seconds: number): string {
  const [unit, length] = (
    [
      ['day', 86_400],
      ['hour', 3600],
      ['minute', 60],
    ] as const
  ).find(([, of]) => seconds >= of) ?? ['second', 1];
  return counted(Math.floor(seconds / length), unit);
}

function colourOf({ within }: Expiry): Colour {
  if (within === null) return 'green';
  return within <= 7 ? 'red' : 'yellow';
}
