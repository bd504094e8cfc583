import { type Command, InvalidArgumentError, Option } from 'commander';
import { keyTypes } from '../../../certs/index.ts';
import { withAdministrator } from '../ask/index.ts';
import {
  authorityImport,
  certsCrl,
  type CertsCrlOptions,
  certsShow,
  type CertsShowOptions,
  type ImportOptions,
  serverCsr,
  type ServerCsrOptions,
  serverImport,
  serverRenew,
  type ServerRenewOptions,
} from '../certificates/index.ts';
import { collect } from '../options.ts';
import type { World } from '../world.ts';

export function certsCommands(program: Command, world: World): void {
  const certs = program
    .command('certs')
    .description('the server’s own certificate and the authority')
    .addHelpText('after', '\nExample:\n  kmipd certs show\n');

  withAdministrator(
    certs.command('show').description('show the server’s certificate as vCenter’s dialog does, and the authority’s'),
  )
    .addOption(new Option('--pem', 'print only the server’s certificate, PEM').conflicts(['json']))
    .option('--json', 'print a JSON object')
    .addHelpText('after', '\nExamples:\n  kmipd certs show\n  kmipd certs show --pem > kms.pem\n')
    .action((options: CertsShowOptions) => certsShow(world, options));

  serverCommands(certs, world);

  const authority = certs
    .command('authority')
    .description('the authority that signs the certificates of clients')
    .addHelpText('after', '\nExample:\n  kmipd certs authority import --cert ca.crt --key ca.key --chain root.crt\n');
  withImport(authority.command('import').description('let an authority made elsewhere take the place of ours'))
    .option('--json', 'print a JSON object')
    .addHelpText('after', '\nExample:\n  kmipd certs authority import --cert ca.crt --key ca.key --chain root.crt\n')
    .action((options: ImportOptions) => authorityImport(world, options));

  withAdministrator(certs.command('crl').description('the revocation list of our authority, made now'))
    .option('--out <file>', 'write it to this file (default: standard output)')
    .option('--force', 'overwrite the file')
    .addHelpText('after', '\nExample:\n  kmipd certs crl --out kmipd.crl\n')
    .action((options: CertsCrlOptions) => certsCrl(world, options));
}

function serverCommands(certs: Command, world: World): void {
  const server = certs
    .command('server')
    .description('replace the server’s certificate, which vCenter must then trust anew')
    .addHelpText('after', '\nExample:\n  kmipd certs server renew\n');

  withNames(
    server
      .command('renew')
      .description('make a new certificate, with the names of the present one unless others are given'),
  )
    .option('--days <n>', 'how long it is valid (default: setting server.validityDays)', days)
    .option('--json', 'print a JSON object')
    .addHelpText(
      'after',
      '\nExamples:\n  kmipd certs server renew\n  kmipd certs server renew --reuse-key --name kms.example --name 192.0.2.10\n',
    )
    .action((options: ServerRenewOptions) => serverRenew(world, options));

  withNames(server.command('csr').description('make a request for another authority; its key waits in the data folder'))
    .option('--common-name <name>', 'common name of the subject (default: the first name)')
    .option('--out <file>', 'write it to this file (default: standard output)')
    .option('--force', 'overwrite the file')
    .addHelpText('after', '\nExample:\n  kmipd certs server csr --name kms.example --out kms.csr\n')
    .action((options: ServerCsrOptions) => serverCsr(world, options));

  withImport(
    server
      .command('import')
      .description('serve a certificate made elsewhere; without a key, for the request that waits'),
  )
    .option('--json', 'print a JSON object')
    .addHelpText(
      'after',
      '\nExamples:\n  kmipd certs server import --cert kms.crt --chain chain.pem\n' +
        '  kmipd certs server import --pkcs12 kms.p12 --pkcs12-password-file kms.p12.password\n',
    )
    .action((options: ImportOptions) => serverImport(world, options));
}

const withNames = (command: Command): Command =>
  withAdministrator(command)
    .option('--name <host-or-address>', 'host name or address in it, may be repeated', collect)
    .addOption(new Option('--key-type <type>', 'its key (default: setting server.keyType)').choices(keyTypes))
    .addOption(new Option('--reuse-key', 'keep the present key').conflicts(['keyType']));

const withImport = (command: Command): Command =>
  withAdministrator(command)
    .option('--cert <file>', 'certificate, PEM or DER; the chain may be in it')
    .option('--key <file>', 'its private key, PEM')
    .option('--key-passphrase-file <file>', 'passphrase of an encrypted key (default: asked for)')
    .option('--chain <file>', 'certificates that stand above it, in any order')
    .addOption(new Option('--pkcs12 <file>', 'all of it as PKCS#12').conflicts(['cert', 'key']))
    .option('--pkcs12-password-file <file>', 'its password (default: asked for)');

function days(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError('A whole number of days is expected.');
  return Number(text);
}
