import { type Command, Option } from 'commander';
import { signingKeyTypes } from '../../../certs/index.ts';
import {
  adminCreate,
  type AdminCreateOptions,
  adminList,
  adminRemove,
  type AdminRemoveOptions,
  adminRenew,
  adminShow,
} from '../administrators/index.ts';
import { type AskOptions, withAdministrator } from '../ask/index.ts';
import type { World } from '../world.ts';

export function adminCommands(program: Command, world: World): void {
  const admin = program
    .command('admin')
    .description('who may change clients, certificates, vaults: administrators and their signature keys')
    .addHelpText('after', '\nExample:\n  kmipd admin create alice\n');

  withKey(
    admin
      .command('create')
      .argument('<name>', 'label by which events and listings call the administrator')
      .description('make an administrator with a signature key; the first one ends the time without signatures'),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  kmipd admin create alice\n  kmipd admin create bob --admin alice.admin.pem --new-passphrase-file ./bob\n',
    )
    .action((name: string, options: AdminCreateOptions) => adminCreate(world, name, options));

  withKey(
    admin
      .command('renew')
      .argument('<name>')
      .description('make another key for an administrator; the present one ends at once'),
  )
    .addHelpText('after', '\nExample:\n  kmipd admin renew alice --admin alice.admin.pem --out alice-2.admin.pem\n')
    .action((name: string, options: AdminCreateOptions) => adminRenew(world, name, options));

  withAdministrator(admin.command('list').description('list administrators'))
    .option('--json', 'print a JSON array')
    .addHelpText('after', '\nExample:\n  kmipd admin list\n')
    .action((options: AskOptions) => adminList(world, options));

  withAdministrator(admin.command('show').argument('<name>').description('show an administrator'))
    .option('--json', 'print a JSON object')
    .addHelpText('after', '\nExample:\n  kmipd admin show alice\n')
    .action((name: string, options: AskOptions) => adminShow(world, name, options));

  withAdministrator(
    admin.command('remove').argument('<name>').description('remove an administrator; the key signs nothing any more'),
  )
    .option(
      '--recover',
      'without a signature, for a lost key: by the owner of the data folder, with the server stopped',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  kmipd admin remove bob --admin alice.admin.pem\n  kmipd admin remove alice --recover\n',
    )
    .action((name: string, options: AdminRemoveOptions) => adminRemove(world, name, options));
}

const withKey = (command: Command): Command =>
  withAdministrator(command)
    .option('--out <file>', 'where the key file goes (default: ./NAME.admin.pem)')
    .addOption(new Option('--key-type <type>', 'signature key').choices(signingKeyTypes).default('Ed25519'))
    .option(
      '--new-passphrase-file <file>',
      'passphrase of the new key (default: --passphrase-file where nobody signs, or asked for)',
    )
    .option('--force', 'overwrite the key file')
    .option('--json', 'print a JSON object');
