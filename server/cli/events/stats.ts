import { administratorInitiatorId } from '../../admin/index.ts';
import { visible } from '../../audit/index.ts';
import type { DirectoryReader, EventGroup } from '../../store/index.ts';
import type { SettingsOptions } from '../options.ts';
import { type Paint, painter, printJson } from '../output.ts';
import { withStore } from '../with-store.ts';
import type { World } from '../world.ts';
import { type FilterOptions, filterFrom } from './query.ts';

export const groups = [
  'action',
  'initiator',
  'outcome',
  'severity',
  'vault',
  'hour',
] as const satisfies readonly EventGroup[];

export type StatsOptions = SettingsOptions & FilterOptions & { readonly by?: EventGroup; readonly json?: true };

/** What is shown when nobody says by what. */
const USUAL: readonly EventGroup[] = ['action', 'initiator', 'outcome', 'hour'];
/** Lines of one chart: the most frequent, and of hours the newest. */
const LINES_MAX = 24;

/** `kmipd events stats`: how many events there are, by action, initiator, outcome and hour, as bars. */
export async function eventStats(world: World, options: StatsOptions): Promise<void> {
  await withStore(world, options, async ({ store }) => {
    const filter = await filterFrom(options, store, world.now());
    const wanted = options.by === undefined ? USUAL : [options.by];
    const counts: { by: EventGroup; rows: Row[] }[] = [];
    for (const by of wanted) {
      const counted = await store.events.count(by, filter);
      const names = by === 'initiator' ? await labelsOf(store.directory) : new Map<string, string>();
      const rows = counted.map(({ value, count }) => ({ value, count, name: names.get(value) }));
      counts.push({ by, rows });
    }
    if (options.json) {
      return printJson(world.stdout, Object.fromEntries(counts.map(({ by, rows }) => [by, rows])));
    }
    const bars = barsOf(world);
    for (const { by, rows } of counts) world.stdout.write(chart(by, rows, bars, painter(world)));
  });
}

interface Row {
  readonly value: string;
  readonly count: number;
  /** The label of an initiator that is known. */
  readonly name: string | undefined;
}

/** By initiator id, the names of clients and administrators. */
async function labelsOf(directory: DirectoryReader): Promise<Map<string, string>> {
  const labels = new Map<string, string>();
  for (const { id, name } of await directory.clients()) {
    for (const { fingerprint } of await directory.certificates(id)) labels.set(`CertificateID-${fingerprint}`, name);
  }
  for (const { name, keyId } of await directory.administrators()) labels.set(administratorInitiatorId(keyId), name);
  return labels;
}

interface Bars {
  /** Characters of a line. */
  readonly columns: number;
  readonly block: string;
}
/** Characters of the longest bar, and how few it may shrink to in a narrow terminal. */
const [BAR_MAX, BAR_MIN] = [40, 8] as const;
const COLUMNS = 80;

/** Blocks where the terminal can show them. */
function barsOf({ stdout, env }: Pick<World, 'stdout' | 'env'>): Bars {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  return { columns: stdout.columns ?? COLUMNS, block: stdout.isTerminal && /utf-?8/i.test(locale) ? '█' : '#' };
}

function chart(by: EventGroup, rows: readonly Row[], { columns, block }: Bars, paint: Paint): string {
  const shown = by === 'hour' ? rows.slice(-LINES_MAX) : rows.slice(0, LINES_MAX);
  const most = Math.max(1, ...shown.map(({ count }) => count));
  const countWidth = String(most).length;
  // Two columns of space before each of the three.
  const room = Math.max(BAR_MIN, columns - countWidth - 6 - BAR_MIN);
  const names = shown.map(({ value, name }) => fitted(visible(shortened(by, name ?? value)), room));
  const nameWidth = Math.max(0, ...names.map(({ length }) => length));
  const width = Math.min(BAR_MAX, Math.max(BAR_MIN, columns - countWidth - 6 - nameWidth));
  const lines = shown.map(({ count }, index) => {
    const bar = block.repeat(Math.max(1, Math.round((count / most) * width)));
    return `  ${names[index]!.padEnd(nameWidth)}  ${String(count).padStart(countWidth)}  ${paint(bar, 'green')}`;
  });
  const left = rows.length - shown.length;
  const rest = left === 0 ? [] : [`  and ${left} more; --json has all`];
  return `${[paint(`by ${by}`, 'bold'), ...(lines.length === 0 ? ['  no events'] : lines), ...rest].join('\n')}\n`;
}

const fitted = (text: string, width: number) => (text.length > width ? `${text.slice(0, width - 1)}…` : text);

function shortened(by: EventGroup, value: string): string {
  if (by === 'action') return value.replace(/^[^.]+\./, '');
  if (by === 'initiator') return value.replace(/^((?:Certificate|AdminKey)ID-.{12}).*$/, '$1…');
  if (by === 'hour') return `${value.replace('T', ' ')}:00Z`;
  return value === '' ? 'none' : value;
}
