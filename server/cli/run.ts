import { Command, CommanderError } from 'commander';
import { commands } from './commands/index.ts';
import { CommandEnd, exitCodes, exitCodesHelp, exitReasonOf } from './exit-codes.ts';
import { programVersion } from './program-version.ts';
import type { World } from './world.ts';

/**
 * Runs the command that the arguments (without program and script) name. Gives the exit code; what went wrong stands in
 * one line on standard error.
 */
export async function run(argv: readonly string[], world: World): Promise<number> {
  const program = createProgram(world);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCodes.success.code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.success.code;
    // Help that was shown because nothing was asked for is no answer to anything.
    const isHelp = error instanceof CommanderError && error.code === 'commander.help';
    if (!isHelp && !(error instanceof CommandEnd)) {
      world.stderr.write(`kmipd: ${whatWentWrong(error, commandPath(program, argv))}\n`);
      if (['debug', 'trace'].includes(world.env['KMIPD_LOG_LEVEL'] ?? '') && error instanceof Error)
        world.stderr.write(`${error.stack}\n`);
    }
    return exitCodes[exitReasonOf(error)].code;
  }
}

function createProgram(world: World): Command {
  const program = new Command('kmipd')
    .description('KMIP key server for vCenter, vSAN and other clients')
    .version(programVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .exitOverride()
    .configureOutput({
      writeOut: text => world.stdout.write(text),
      writeErr: text => world.stderr.write(text),
      outputError() {}, // said in one line, in `run`
    })
    .configureHelp({ helpWidth: 100 })
    .addHelpText('after', `${exitCodesHelp()}\nExample:\n  kmipd serve --data ./data\n`);
  for (const register of commands) register(program, world);
  return program;
}

function whatWentWrong(error: unknown, command: string): string {
  if (error instanceof CommanderError) {
    const message = error.message.replace(/^error: /, '').replaceAll(/\s*\n\s*/g, ' ');
    return `${message}; see \`${command} --help\``;
  }
  const message = error instanceof Error ? error.message.replaceAll(/\s*\n\s*/g, ' ') : String(error);
  if (message.includes('; ')) return message;
  return `${message}; ${REMEDIES[exitReasonOf(error)] ?? 'set KMIPD_LOG_LEVEL=debug to see where'}`;
}

/** For errors that do not say themselves what to do. */
const REMEDIES: Partial<Record<keyof typeof exitCodes, string>> = {
  usage: '`kmipd config` shows what can be set',
  notFound: 'check the name',
  refused: 'check who may read and write there',
  unavailable: 'see to the cause, then try again',
};

/** `kmipd client add`, from what was typed. */
function commandPath(program: Command, argv: readonly string[]): string {
  const path = [program.name()];
  let command = program;
  for (const word of argv) {
    const next = command.commands.find(each => each.name() === word);
    if (!next) break;
    path.push(word);
    command = next;
  }
  return path.join(' ');
}
