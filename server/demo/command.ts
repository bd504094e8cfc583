import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { demo, type DemoWorld } from './demo.ts';

/** Adds `kmipd demo`: exit code 0 when vCenter would have had all it needs, 1 otherwise. */
export function registerDemo(program: Command, world: DemoWorld): void {
  program
    .command('demo')
    .description(
      'on this machine alone: a server, a client that plays vCenter, the events it left; cleans up after itself',
    )
    .option('--keep', 'keep the folder with data, certificates and the server’s log')
    .addHelpText('after', '\nExample:\n  kmipd demo\n')
    .action(async ({ keep = false }: { keep?: boolean }) => {
      await demo(world, { main: MAIN, keep });
    });
}

/** As built; a command runs others as a person would. */
const MAIN = fileURLToPath(new URL('../cli/main.js', import.meta.url));
