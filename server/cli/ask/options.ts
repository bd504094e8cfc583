import type { Command } from 'commander';
import { ADMIN_PASSPHRASE_VARIABLE, ADMIN_VARIABLE } from '../../settings/index.ts';
import { type SettingsOptions, withSettings } from '../options.ts';

/** What the flags of `withAdministrator` leave. */
export type AskOptions = SettingsOptions & {
  readonly admin?: string;
  readonly passphraseFile?: string;
  readonly server?: string;
  readonly serverFingerprint?: string;
};

/** Flags of every command that asks the certificate manager: where it is, and who asks. */
export function withAdministrator(command: Command): Command {
  return withSettings(command)
    .option('--admin <file>', `sign as the administrator of this key file (default: ${ADMIN_VARIABLE}, if it is set)`)
    .option(
      '--passphrase-file <file>',
      `file with the key’s passphrase on its first line, - for standard input (default: ${ADMIN_PASSPHRASE_VARIABLE}, or asked for)`,
    )
    .option('--server <host:port>', 'ask the administrator port of a server (default: the one of the data folder)')
    .option(
      '--server-fingerprint <sha256>',
      'know that server by its certificate (default: by the authority in the key file)',
    );
}
