import { SettingsError } from './error.ts';
import { Mismatch } from './kinds.ts';
import type { Given } from './sources.ts';
import { settingRows, type SettingName, type Settings } from './table.ts';

export interface EffectiveSettings {
  readonly settings: Settings;
  /** Where each value comes from: `default`, or its place. */
  readonly origins: ReadonlyMap<SettingName, string>;
}

/**
 * Puts sources together, the later over the earlier; what nobody gives has its default. Every given value is checked,
 * also one that another overrides. Throws SettingsError with name and place.
 */
export function resolveSettings(...sources: readonly (readonly Given[])[]): EffectiveSettings {
  const values = new Map<SettingName, unknown>([...settingRows].map(([name, row]) => [name, row.default]));
  const origins = new Map<SettingName, string>([...settingRows.keys()].map(name => [name, 'default']));
  for (const given of sources.flat()) {
    values.set(given.name, checked(given));
    origins.set(given.name, given.place);
  }
  return { settings: nested(values), origins };
}

/** Values in a file's form, by dotted name, for people and programs to read. */
export function shownSettings({ settings }: Pick<EffectiveSettings, 'settings'>): Map<SettingName, unknown> {
  return new Map([...settingRows].map(([name, row]) => [name, row.kind.show(valueAt(settings, name))]));
}

function checked({ name, value, place }: Given): unknown {
  try {
    return settingRows.get(name)?.kind.read(value);
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error;
    throw new SettingsError(`${place}: ${name}${error.path}: ${error.message}`, { cause: error });
  }
}

function nested(values: ReadonlyMap<string, unknown>): Settings {
  const root: Record<string, unknown> = {};
  for (const [name, value] of values) {
    const parts = name.split('.');
    const last = parts.pop() ?? name;
    let level = root;
    for (const part of parts) level = (level[part] ??= {}) as Record<string, unknown>;
    level[last] = value;
  }
  // The table, from which the type follows, has given every name.
  return root as unknown as Settings;
}

function valueAt(settings: Settings, name: string): unknown {
  let value: unknown = settings;
  for (const part of name.split('.')) value = (value as Record<string, unknown>)[part];
  return value;
}
