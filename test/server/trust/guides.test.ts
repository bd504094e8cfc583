import { readFileSync } from 'node:fs';
import t from 'tap';
import { pathRules } from '../../../certs/index.ts';
import { kmipd } from '../cli/fixture.ts';

const read = (name: string) => readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8');
const GUIDES = ['README.md', 'docs/vcenter.md', 'docs/certificates.md', 'docs/operation.md'];

/** Commands of a guide, in the text and in blocks: the words up to the end of the code or of the line. */
function commandsIn(text: string): string[] {
  const blocks = [...text.matchAll(/^ *```\n([^]*?)^ *```$/gm)].map(([, block = '']) => block);
  const inBlocks = blocks.flatMap(block => [...block.matchAll(/^ *kmipd (.+)$/gm)].map(([, command = '']) => command));
  const inText = [...text.matchAll(/`kmipd ([^`]+)`/g)].map(([, command = '']) => command);
  const all = [...inText, ...inBlocks].map(command => command.replaceAll(/\s+/g, ' ').trim());
  return all.filter(command => !/^(COMMAND )?--help$/.test(command));
}

/** `a|b c` as `a c` and `b c`; tables write `\|`. */
function alternatives(command: string): string[] {
  const [words, ...rest] = command
    .replaceAll('\\|', '|')
    .split(' ')
    .map(word => word.split('|'));
  return rest.reduce(
    (all, choices) => all.flatMap(begun => choices.map(choice => `${begun} ${choice}`)),
    [...(words ?? [])],
  );
}

t.test('every command in the guides exists, with the flags that they show', async t => {
  const helps = new Map<string, string>();
  const helpOf = async (path: readonly string[]): Promise<string> => {
    const key = path.join(' ');
    const known = helps.get(key) ?? (await kmipd([...path, '--help'])).out;
    helps.set(key, known);
    return known;
  };
  let looked = 0;
  for (const guide of GUIDES)
    for (const command of commandsIn(read(guide)).flatMap(alternatives)) {
      const words = command.split(' ');
      const path: string[] = [];
      for (const word of words) {
        if (!/^[a-z]+$/.test(word)) break;
        if (!(await helpOf([...path, word])).startsWith(`Usage: kmipd ${[...path, word].join(' ')} `)) break;
        path.push(word);
      }
      const help = await helpOf(path);
      t.ok(path.length > 0, `${guide}: kmipd ${command}`);
      // A table may name a group of commands, but nobody can run one; `events` is a command and has some.
      if (words.length > path.length && path.join(' ') !== 'events')
        t.notMatch(help, /^Commands:/m, `${guide}: kmipd ${command} is a whole command`);
      for (const flag of command.match(/--[a-z0-9-]+/g) ?? [])
        t.ok(help.includes(flag), `${guide}: kmipd ${command}: ${flag}`);
      looked++;
    }
  t.ok(looked > 60, `${looked} commands`);
});

t.test('the guide for vCenter explains every reason for which a certificate is refused', t => {
  const guide = read('docs/vcenter.md');
  const explained = new Set(
    guide
      .slice(guide.indexOf('### What kmipd says'))
      .split('\n')
      .filter(line => line.startsWith('| '))
      .flatMap(line =>
        line
          .split('|')[1]!
          .split(',')
          .map(reason => reason.trim()),
      ),
  );
  const ofPins = ['no certificate', 'unknown certificate', 'expired certificate', 'certificate not yet valid'];
  for (const reason of [...ofPins, ...pathRules]) t.ok(explained.has(reason), reason);
  t.end();
});
