import { CommandError } from './exit-codes.ts';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The moment that `--since`, or another flag, means: so long before `now` (30s, 10m, 2h, 1d), or a date and time as ISO 8601 writes them. */
export function parseSince(text: string, now: Date, flag = '--since'): Date {
  const [, count, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (count !== undefined) return new Date(now.getTime() - Number(count) * (UNIT_MS[unit] ?? 0));
  const time = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/.test(text)
    ? new Date(text)
    : undefined;
  if (time && !Number.isNaN(time.getTime())) return time;
  throw new CommandError(
    'usage',
    `${flag} ${text}: not a time; give 30s, 10m, 2h, 1d, or a time as in 2026-11-22T07:30:00Z`,
  );
}
