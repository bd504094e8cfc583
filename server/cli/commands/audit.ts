import { type Command, InvalidArgumentError } from 'commander';
import {
  auditCheckProof,
  auditExport,
  type AuditExportOptions,
  auditKey,
  auditProve,
  auditSegments,
  auditVerify,
  type AuditVerifyOptions,
  type CheckProofOptions,
  type ProveOptions,
} from '../audit/index.ts';
import { collect, type SettingsOptions, withSettings } from '../options.ts';
import type { World } from '../world.ts';

const EXIT_CODES = '\nExit codes:\n  0   intact\n  1   altered: it says which record and how\n  2   could not check\n';

export function auditCommands(program: Command, world: World): void {
  const audit = program
    .command('audit')
    .description('prove that the log of events is whole and unchanged')
    .addHelpText('after', '\nExample:\n  kmipd audit verify\n');

  withSettings(audit.command('verify [exports...]').description('check the log of the data folder, or exports of it'))
    .option('--key <file>', 'verifier key (default: audit.pub in the data folder; exports need one)')
    .option(
      '--checkpoint <file>',
      'a checkpoint kept elsewhere, or a file that a sink has written; may be repeated',
      collect,
    )
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `${EXIT_CODES}\nExamples:\n  kmipd audit verify\n  kmipd audit verify exports/ --key audit.pub --checkpoint events.jsonl\n`,
    )
    .action((exports: string[], options: AuditVerifyOptions) => auditVerify(world, exports, options));

  withSettings(audit.command('export').description('write records as a file that can be verified elsewhere'))
    .option('--from <seq>', 'first record', wholeNumber)
    .option('--to <seq>', 'last record', wholeNumber)
    .option('--out <file>', 'file, or - for standard output', '-')
    .option('--force', 'overwrite the file')
    .addHelpText('after', '\nExample:\n  kmipd audit export --out audit.jsonl\n')
    .action((options: AuditExportOptions) => auditExport(world, options));

  withSettings(audit.command('prove <id-or-seq>').description('a small proof that one event is in the log'))
    .option('--out <file>', 'file (default: standard output)')
    .option('--force', 'overwrite the file')
    .addHelpText('after', '\nExample:\n  kmipd audit prove 1234 --out proof.json\n')
    .action((name: string, options: ProveOptions) => auditProve(world, name, options));

  audit
    .command('check-proof <file>')
    .description('check such a proof, and print its event')
    .requiredOption('--key <file>', 'verifier key, as `kmipd audit key` prints it')
    .option('--json', 'print JSON')
    .addHelpText('after', `${EXIT_CODES}\nExample:\n  kmipd audit check-proof proof.json --key audit.pub\n`)
    .action((file: string, options: CheckProofOptions) => auditCheckProof(world, file, options));

  withSettings(audit.command('key').description('print the verifier key, with which anyone can check'))
    .addHelpText('after', '\nExample:\n  kmipd audit key > audit.pub\n')
    .action((options: SettingsOptions) => auditKey(world, options));

  withSettings(audit.command('segments').description('list the closed segments of the log'))
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  kmipd audit segments\n')
    .action((options: SettingsOptions & { readonly json?: true }) => auditSegments(world, options));
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number) && number > 0) return number;
  throw new InvalidArgumentError('it must be a record’s seq: 1, 2, 3 …');
}
