import type { Command } from 'commander';
import { environmentName, settingRows, shownSettings } from '../../settings/index.ts';
import { loadSettings, withSettings, type SettingsOptions } from '../options.ts';
import { printJson, printTable } from '../output.ts';
import type { World } from '../world.ts';

export function configCommand(program: Command, world: World): void {
  withSettings(program.command('config').description('effective settings, and where each comes from'), { all: true })
    .option('--json', 'print a JSON array')
    .addHelpText(
      'after',
      '\nSettings come from defaults, the settings file (YAML), environment variables and flags; the later ones win.\n' +
        '\nExamples:\n  kmipd config\n  KMIPD_LIMITS_DEPTH_MAX=16 kmipd config --set tls.minVersion=1.3\n',
    )
    .action((options: SettingsOptions) => showSettings(world, options));
}

async function showSettings(world: World, options: SettingsOptions): Promise<void> {
  const effective = await loadSettings(world, options);
  const rows = [...shownSettings(effective)].map(([name, value]) => {
    const { unit, description } = settingRows.get(name)!;
    const source = effective.origins.get(name) ?? 'default';
    return { name, value, unit, source, environment: environmentName(name), description };
  });
  if (options['json']) return printJson(world.stdout, rows);
  printTable(
    world.stdout,
    ['SETTING', 'VALUE', 'UNIT', 'FROM', 'MEANING'],
    rows.map(({ name, value, unit, source, description }) => [
      name,
      typeof value === 'string' ? value : value === null ? '-' : JSON.stringify(value),
      unit || '-',
      source,
      description,
    ]),
    '',
  );
}
