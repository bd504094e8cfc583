import { SettingsError } from './error.ts';
import { suggestion } from './similar.ts';
import { environmentName, settingRows, type SettingName } from './table.ts';

/** A value that somebody gives a setting, not yet checked, and where: `kmipd.yaml:3:5`, `KMIPD_LISTEN`, `--listen`. */
export interface Given {
  readonly name: SettingName;
  readonly value: unknown;
  readonly place: string;
}

/** Names the settings file; no setting itself. */
export const CONFIG_VARIABLE = 'KMIPD_CONFIG';
/** Name the administrator's key file and the file with its passphrase; no settings either. */
export const ADMIN_VARIABLE = 'KMIPD_ADMIN';
export const ADMIN_PASSPHRASE_VARIABLE = 'KMIPD_ADMIN_PASSPHRASE_FILE';

const NO_SETTINGS: readonly string[] = [CONFIG_VARIABLE, ADMIN_VARIABLE, ADMIN_PASSPHRASE_VARIABLE];

/** What environment variables say. Throws SettingsError for one that begins with KMIPD_ and is no setting. */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): Given[] {
  const names = new Map([...settingRows.keys()].map(name => [environmentName(name), name]));
  return Object.entries(env).flatMap(([variable, text]) => {
    if (!variable.startsWith('KMIPD_') || NO_SETTINGS.includes(variable) || text === undefined) return [];
    const name = names.get(variable);
    if (name === undefined) {
      throw new SettingsError(`${variable}: no such setting${suggestion(variable, [...names.keys(), ...NO_SETTINGS])}`);
    }
    return [{ name, value: fromText(name, text), place: variable }];
  });
}

/** What `--set NAME=VALUE` says. Throws SettingsError without `=` and for a name that is no setting. */
export function readAssignment(assignment: string): Given {
  const [, name, text] = /^([^=]+)=(.*)$/s.exec(assignment) ?? [];
  if (name === undefined || text === undefined) {
    throw new SettingsError(`--set ${assignment}: NAME=VALUE is expected`);
  }
  if (!settingRows.has(name as SettingName)) {
    throw new SettingsError(`--set ${name}: no such setting${suggestion(name, settingRows.keys())}`);
  }
  return { name: name as SettingName, value: fromText(name as SettingName, text), place: `--set ${name}` };
}

/** The value that a file would hold for what a person typed. */
export function fromText(name: SettingName, text: string): unknown {
  return settingRows.get(name)?.kind.fromText(text);
}
