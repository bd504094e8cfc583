import type { Command } from 'commander';
import { withSettings, type SettingsOptions } from '../options.ts';
import type { World } from '../world.ts';

export function serveCommand(program: Command, world: World): void {
  withSettings(program.command('serve').description('serve KMIP; on an empty data folder, first make all it needs'), {
    all: true,
  })
    .addHelpText(
      'after',
      '\nWhen it accepts connections it prints one line `ready HOST:PORT`. SIGTERM and SIGINT end it.\n' +
        '\nExamples:\n  kmipd serve\n  kmipd serve --data /var/lib/kmipd --name kms.example --name 192.0.2.10\n',
    )
    .action(async (options: SettingsOptions) => {
      // The server's code is loaded only by those who serve.
      const { serve } = await import('../serve.ts');
      await serve(world, options);
    });
}
