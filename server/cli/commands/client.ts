import { type Command, Option } from 'commander';
import { clientAdd, type ClientAddOptions } from '../client-add.ts';
import { clientList, clientRemove, clientShow } from '../clients.ts';
import { withSettings, type SettingsOptions } from '../options.ts';
import type { World } from '../world.ts';

type Options = SettingsOptions & { readonly json?: true };

export function clientCommands(program: Command, world: World): void {
  const client = program
    .command('client')
    .description('who may use the keys: clients and their certificates')
    .addHelpText('after', '\nExample:\n  kmipd client add vcsa-01 --cert vcsa-01.pem\n');

  withSettings(client.command('add').argument('<name>', 'label by which events and listings call the client'))
    .description('let a client in by its certificate; for a name that exists, add another certificate')
    .addOption(new Option('--issue', 'make a key and a certificate for it').conflicts(['cert', 'csr']))
    .addOption(
      new Option('--cert <file>', 'pin a certificate that the client has, also a self-signed one').conflicts(['csr']),
    )
    .option('--csr <file>', 'sign a certificate request of the client')
    .option('--out <dir>', 'folder for NAME.crt, NAME.key (--issue) and ca.crt; made if it is not there')
    .option('--vault <vault>', 'vault whose keys it may use (default: "default")')
    .option('--username <user>', 'also demand a KMIP Username and Password credential')
    .option('--password-file <file>', 'file with the password on its first line; - reads standard input')
    .option('--force', 'overwrite files in --out')
    .option('--json', 'print what was added as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  kmipd client add vcsa-01 --cert vcsa-01.pem\n  kmipd client add vcsa-01 --csr vcsa-01.csr --out ./vcsa-01\n  kmipd client add backup --issue --out ./backup --vault vsan-lab\n',
    )
    .action((name: string, options: ClientAddOptions) => clientAdd(world, name, options));

  withSettings(client.command('list').description('list clients and their certificates'))
    .option('--json', 'print a JSON array')
    .addHelpText('after', '\nExample:\n  kmipd client list\n')
    .action((options: Options) => clientList(world, options));

  withSettings(client.command('show').argument('<name>').description('show a client with its certificates'))
    .option('--json', 'print a JSON object')
    .addHelpText('after', '\nExample:\n  kmipd client show vcsa-01\n')
    .action((name: string, options: Options) => clientShow(world, name, options));

  withSettings(
    client.command('remove').argument('<name>').description('shut a client out, with all its certificates; keys stay'),
  )
    .addHelpText('after', '\nExample:\n  kmipd client remove vcsa-01\n')
    .action((name: string, options: Options) => clientRemove(world, name, options));
}
