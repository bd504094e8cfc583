import type { Command } from 'commander';
import { printJson } from '../output.ts';
import { programVersion } from '../program-version.ts';
import type { World } from '../world.ts';

export function versionCommand(program: Command, world: World): void {
  program
    .command('version')
    .description('version of kmipd and of what it runs on')
    .option('--json', 'print a JSON object')
    .addHelpText('after', '\nExample:\n  kmipd version --json\n')
    .action(({ json }: { json?: true }) => {
      const versions = { kmipd: programVersion(), node: process.versions.node, openssl: process.versions.openssl };
      if (json) return printJson(world.stdout, versions);
      world.stdout.write(`kmipd ${versions.kmipd} (Node.js ${versions.node}, OpenSSL ${versions.openssl})\n`);
    });
}
