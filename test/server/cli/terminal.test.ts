import { EventEmitter } from 'node:events';
import t from 'tap';
import { readSecretAt, type SecretInput } from '../../../server/cli/terminal.ts';

/** A terminal at which nobody sits. */
function terminal(isTTY = true) {
  const input = new EventEmitter();
  const raw: boolean[] = [];
  let written = '';
  const fake = Object.assign(input, {
    isTTY,
    setRawMode: (isRaw: boolean) => void raw.push(isRaw),
    resume: () => {},
    pause: () => {},
  }) as SecretInput & EventEmitter;
  const output = {
    isTerminal: true,
    write(text: string) {
      t.equal(raw.at(-1), written === '', 'nothing is shown from before the prompt until the line has ended');
      written += text;
    },
  };
  return { fake, raw, output, written: () => written };
}

async function typed(...chunks: (string | Buffer)[]) {
  const { fake, raw, output, written } = terminal();
  const answer = readSecretAt(fake, output, 'Passphrase: ');
  for (const chunk of chunks) fake.emit('data', Buffer.from(chunk as string));
  try {
    return { answer: await answer, raw, written: written() };
  } finally {
    for (const event of ['data', 'end']) t.equal(fake.listenerCount(event), 0, 'nobody listens any more');
  }
}

t.test('a secret is read to the end of the line and never shown', async t => {
  t.same(await typed('open ', 'sesame\r'), {
    answer: 'open sesame',
    raw: [true, false],
    written: 'Passphrase: \n',
  });
  t.match(await typed('schön\n'), { answer: 'schön' });
  t.match(await typed(Buffer.from([0xc3]), Buffer.from([0xb6, 13])), { answer: 'ö' }, 'also a character in two parts');
});

t.test('what was typed can be taken back', async t => {
  t.match(await typed('abc\u007f\u007fd\r'), { answer: 'ad' });
  t.match(await typed('aö\u007fb\r'), { answer: 'ab' }, 'a whole character');
  t.match(await typed('\u007f\u0008x\r'), { answer: 'x' });
  t.match(await typed('wrong\u0015right\r'), { answer: 'right' });
  t.match(await typed('a\u0004b\u001b\r'), { answer: 'ab' }, 'other controls are no characters');
});

t.test('who breaks off is heard, and sees again what is typed', async t => {
  for (const end of ['\u0003', 'abc\u0003', '\u0004'])
    await t.rejects(typed(end), { message: 'broken off; nothing was done' });
  const { fake, raw, output } = terminal();
  const answer = readSecretAt(fake, output, '? ');
  fake.emit('end');
  await t.rejects(answer, { message: /^broken off/ });
  t.same(raw, [true, false]);
});

t.test('where there is no terminal nothing is asked', async t => {
  const { fake, output, written } = terminal(false);
  t.equal(await readSecretAt(fake, output, 'Passphrase: '), undefined);
  t.equal(written(), '');
});
