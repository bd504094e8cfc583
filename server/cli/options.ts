import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Command, Option } from 'commander';
import { isSystemError, readIfPresent, SETTINGS_FILE } from '../data-folder/index.ts';
import {
  CONFIG_VARIABLE,
  type EffectiveSettings,
  fromText,
  type Given,
  readAssignment,
  readEnvironment,
  readSettingsFile,
  resolveSettings,
  SettingsError,
  settingRows,
} from '../settings/index.ts';
import { CommandError } from './exit-codes.ts';
import type { World } from './world.ts';

/** What the flags of `withSettings` leave. */
export interface SettingsOptions {
  readonly config?: string;
  readonly set?: readonly string[];
  readonly [flag: string]: unknown;
}

/** For a flag that may be repeated. */
export const collect = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value];

/** Flags by which every command finds its data folder and settings. `all`: also those that only a server heeds. */
export function withSettings(command: Command, { all = false } = {}): Command {
  for (const [name, { flag, description, kind, default: value }] of settingRows) {
    if (flag === undefined || !(all || name === 'data')) continue;
    const shown = JSON.stringify(kind.show(value));
    const isList = Array.isArray(value);
    const option = new Option(`${flag} <${PLACEHOLDERS[flag] ?? 'value'}>`, `${description} (default: ${shown})`);
    if (isList) option.argParser(collect).description += ', may be repeated';
    command.addOption(option);
  }
  return command
    .option('--config <file>', `settings file (default: ${SETTINGS_FILE} in the data folder)`)
    .option('--set <name=value>', 'any setting of `kmipd config`, may be repeated', collect);
}

const PLACEHOLDERS: Readonly<Record<string, string>> = {
  '--listen': 'host:port',
  '--data': 'dir',
  '--name': 'host-or-address',
  '--key-type': 'type',
  '--log-level': 'level',
  '--log-format': 'format',
};

/** Settings from file, environment and flags. Throws SettingsError, or CommandError if a file that was named is not there. */
export async function loadSettings(world: World, options: SettingsOptions): Promise<EffectiveSettings> {
  const fromEnvironment = readEnvironment(world.env);
  const fromFlags = [...settingFlags(options), ...(options.set ?? []).map(readAssignment)];
  const named = options.config ?? world.env[CONFIG_VARIABLE];
  if (named !== undefined) {
    return resolveSettings(readSettingsFile(basename(named), await readNamed(named)), fromEnvironment, fromFlags);
  }
  const { data } = resolveSettings(fromEnvironment, fromFlags).settings;
  const content = await readIfPresent(join(data, SETTINGS_FILE));
  const fromFile = content === undefined ? [] : readSettingsFile(SETTINGS_FILE, content.toString());
  const circular = fromFile.find(({ name }) => name === 'data');
  if (circular) {
    throw new SettingsError(
      `${circular.place}: data: this file was found by it; name the file with --config, or remove the setting`,
    );
  }
  return resolveSettings(fromFile, fromEnvironment, fromFlags);
}

function settingFlags(options: SettingsOptions): Given[] {
  return [...settingRows].flatMap(([name, { flag }]) => {
    if (flag === undefined) return [];
    const value = options[flag.slice(2).replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())];
    if (value === undefined) return [];
    return [{ name, value: typeof value === 'string' ? fromText(name, value) : value, place: flag }];
  });
}

async function readNamed(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
    throw new CommandError('notFound', `${path}: no such file; name the settings file with --config`, { cause: error });
  }
}
