import type { ShownClient } from '../../admin/index.ts';
import { type AskOptions, withCertificateManager } from '../ask/index.ts';
import { type Colour, painter, printJson, printTable, shownTime } from '../output.ts';
import { daysColour, timeOrNever } from '../shown-certificate.ts';
import type { World } from '../world.ts';

interface Row {
  readonly cells: readonly string[];
  readonly colour: Colour | undefined;
}

/** `kmipd client list`: a line for each certificate and root. */
export async function clientList(world: World, options: AskOptions & { readonly json?: true }): Promise<void> {
  const { clients } = await withCertificateManager(world, options, ask => ask('client list', {}));
  if (options.json) return printJson(world.stdout, clients);
  const rows = clients.flatMap(rowsOf);
  printTable(
    world.stdout,
    ['NAME', 'VAULT', 'FROM', 'VALID UNTIL', 'DAYS LEFT', 'LAST REQUEST', 'USERNAME', 'SHA-256'],
    rows.map(({ cells }) => cells),
    'no clients; add one with `kmipd client add NAME --cert FILE`, or see `kmipd client refused`',
    { paint: painter(world), colours: rows.map(({ colour }) => colour) },
  );
}

function rowsOf({ name, vault, username, certificates, roots }: ShownClient): Row[] {
  const row = (from: string, until: string, days: string, last: string, sha256: string, colour?: Colour): Row => ({
    cells: [name, vault, from, until, days, last, username ?? '-', sha256],
    colour,
  });
  const rows = [
    ...certificates.map(({ origin, notAfter, daysLeft, lastRequestAt, sha256 }) =>
      row(origin, shownTime(notAfter), String(daysLeft), timeOrNever(lastRequestAt), sha256, daysColour(daysLeft)),
    ),
    ...roots.map(({ notAfter, daysLeft, sha256 }) =>
      row('root', shownTime(notAfter), String(daysLeft), '-', sha256, daysColour(daysLeft)),
    ),
  ];
  return rows.length > 0 ? rows : [row('-', '-', '-', '-', '-')];
}
