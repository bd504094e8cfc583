import { type Command, Option } from 'commander';
import { decode, type DecodeOptions } from '../decode.ts';
import type { World } from '../world.ts';

export function decodeCommand(program: Command, world: World): void {
  program
    .command('decode <file>')
    .description('print KMIP messages for reading, whether TTLV bytes, hex digits, XML or JSON; - is standard input')
    .addOption(new Option('--xml', 'print XML').conflicts(['json']))
    .option('--json', 'print JSON')
    .option('--show-secrets', 'also print key material, passwords and data, which are hidden otherwise')
    .addHelpText('after', '\nExamples:\n  kmipd decode request.bin\n  echo 42007801… | kmipd decode -\n')
    .action((file: string, options: DecodeOptions) => decode(world, file, options));
}
