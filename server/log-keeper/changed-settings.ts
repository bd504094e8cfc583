import { createHash } from 'node:crypto';
import type { PlainObject } from '../audit/index.ts';
import { type SettingName, settingRows } from '../settings/index.ts';

/**
 * What is remembered of the settings, as JSON: numbers, switches and choices as they are, of all others only a hash, so that neither
 * a path nor an address stands in the database because it was set. `shown`: values in a file's form.
 */
export function settingsSnapshot(shown: ReadonlyMap<string, unknown>): string {
  return JSON.stringify(Object.fromEntries([...shown].map(([name, value]) => [name, remembered(name, value)])));
}

/**
 * What differs between two snapshots: each setting's name, with `from` and `to` where they may be told; null is absent. A setting
 * that the earlier one did not know had its default.
 */
export function changedSettings(before: string, after: string): PlainObject[] {
  const was = JSON.parse(before) as Snapshot;
  return Object.entries(JSON.parse(after) as Snapshot).flatMap(([name, to]) => {
    const from = was[name] === undefined ? remembered(name, defaultOf(name)) : was[name];
    if (from === to) return [];
    return [isTold(name) ? { name, from, to } : { name }];
  });
}

type Remembered = number | boolean | string | null;
type Snapshot = Readonly<Record<string, Remembered>>;

function remembered(name: string, value: unknown): Remembered {
  if (value === undefined || value === null) return null;
  if (isTold(name)) return value as Remembered;
  return `SHA-256 ${createHash('sha256').update(JSON.stringify(value)).digest('hex')}`;
}

const rowOf = (name: string) => settingRows.get(name as SettingName);
const isTold = (name: string): boolean => rowOf(name)?.kind.isTold ?? false;

function defaultOf(name: string): unknown {
  const row = rowOf(name);
  return row?.kind.show(row.default);
}
