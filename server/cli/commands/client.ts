import { type Command, Option } from 'commander';
import { keyTypes } from '../../../certs/index.ts';
import { withAdministrator } from '../ask/index.ts';
import {
  clientAdd,
  type ClientAddOptions,
  clientCrl,
  type ClientCrlOptions,
  clientList,
  clientRefused,
  clientRemove,
  type ClientRemoveOptions,
  clientShow,
  clientTrust,
  type ClientTrustOptions,
} from '../clients/index.ts';
import { collect } from '../options.ts';
import type { World } from '../world.ts';

export function clientCommands(program: Command, world: World): void {
  const client = program
    .command('client')
    .description('who may use the keys: clients, their certificates, trusted roots')
    .addHelpText('after', '\nExample:\n  kmipd client add vcsa-01 --cert vcsa-01.pem\n');

  withAdministrator(client.command('add').argument('<name>', 'label by which events and listings call the client'))
    .description('let a client in by its certificate; for a name that exists, add another certificate or root')
    .addOption(
      new Option('--cert <file>', 'pin a certificate that the client has, also a self-signed one').conflicts([
        ...['csr', 'issue', 'ca'],
      ]),
    )
    .addOption(new Option('--csr <file>', 'sign a certificate request of the client').conflicts(['issue', 'ca']))
    .addOption(new Option('--issue', 'make a key and a certificate for it').conflicts(['ca']))
    .option('--ca <file>', 'trust certificates of this root; the file may hold intermediates and comes with --subject')
    .option('--subject <pattern>', "which of them: 'CN=vcenter-*, O=VMware'; every part must hold, * is any characters")
    .option('--crl <file>', 'revocation list of the root, may be repeated', collect)
    .option('--out <dir>', 'folder for NAME.crt, NAME.key (--issue) and ca.crt; made if it is not there')
    .addOption(
      new Option('--key-type <type>', 'key that --issue makes (default: setting clients.keyType)').choices(keyTypes),
    )
    .option('--pkcs12', 'also write key, certificate and chain as NAME.p12')
    .option('--pkcs12-password-file <file>', 'its password (default: a random one, written to NAME.p12.password)')
    .option('--vault <vault>', 'vault whose keys it may use (default: "default")')
    .option('--username <user>', 'also demand a KMIP Username and Password credential')
    .option('--password-file <file>', 'file with the password on its first line; - reads standard input')
    .option('--force', 'overwrite files in --out')
    .option('--json', 'print what was added as JSON')
    .addHelpText(
      'after',
      '\nThe ways of vCenter’s dialog: "vCenter Certificate" is --cert, "New Certificate Signing Request" --csr,' +
        '\n"KMS certificate and private key" --issue, "vCenter Root CA Certificate" --ca.\n' +
        '\nExamples:\n  kmipd client add vcsa-01 --cert vcsa-01.pem\n  kmipd client add vcsa-01 --csr vcsa-01.csr --out ./vcsa-01\n' +
        '  kmipd client add backup --issue --out ./backup --vault vsan-lab --pkcs12\n' +
        "  kmipd client add vcsa --ca vmca.pem --subject 'CN=vcsa-*, O=VMware' --crl vmca.crl\n",
    )
    .action((name: string, options: ClientAddOptions) => clientAdd(world, name, options));

  withAdministrator(client.command('list').description('list clients with certificates and trusted roots'))
    .option('--json', 'print a JSON array')
    .addHelpText('after', '\nExample:\n  kmipd client list\n')
    .action((options: ClientRemoveOptions) => clientList(world, options));

  withAdministrator(
    client.command('show').argument('<name>').description('show what lets a client in, and when it was last seen'),
  )
    .option('--json', 'print a JSON object')
    .addHelpText('after', '\nExample:\n  kmipd client show vcsa-01\n')
    .action((name: string, options: ClientRemoveOptions) => clientShow(world, name, options));

  withAdministrator(
    client.command('remove').argument('<name>').description('shut a client out, at once; its keys stay'),
  )
    .option('--certificate <sha256>', 'only this certificate or root; the first digits of its fingerprint are enough')
    .option('--json', 'print a JSON object')
    .addHelpText(
      'after',
      '\nExamples:\n  kmipd client remove vcsa-01\n  kmipd client remove vcsa-01 --certificate 3F:0C:51:AA\n',
    )
    .action((name: string, options: ClientRemoveOptions) => clientRemove(world, name, options));

  withAdministrator(client.command('refused').description('certificates that knocked and were refused, last one first'))
    .option('--json', 'print a JSON array')
    .addHelpText('after', '\nExample:\n  kmipd client refused\n')
    .action((options: ClientRemoveOptions) => clientRefused(world, options));

  withAdministrator(
    client
      .command('trust')
      .argument('<fingerprint>', 'SHA-256 or SHA-1, or its first digits, with or without colons')
      .description('let a client in by a certificate that was refused'),
  )
    .requiredOption('--name <name>', 'label by which events and listings call the client')
    .option('--vault <vault>', 'vault whose keys it may use (default: "default")')
    .option('--json', 'print what was added as JSON')
    .addHelpText('after', '\nExample:\n  kmipd client trust 3F:0C:51:AA --name vcsa-01\n')
    .action((fingerprint: string, options: ClientTrustOptions) => clientTrust(world, fingerprint, options));

  withAdministrator(
    client
      .command('crl')
      .argument('<name>')
      .argument('<file...>', 'revocation lists, PEM or DER')
      .description('replace the revocation lists of a client’s trusted root'),
  )
    .option('--root <sha256>', 'which root, where the client has several; the first digits are enough')
    .option('--json', 'print the client’s roots as a JSON array')
    .addHelpText('after', '\nExample:\n  kmipd client crl vcsa-01 vmca.crl\n')
    .action((name: string, files: string[], options: ClientCrlOptions) => clientCrl(world, name, files, options));
}
