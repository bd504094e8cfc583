import type { Output } from './world.ts';

/** Of a terminal's input, what is needed to read without showing. */
export interface SecretInput {
  readonly isTTY?: boolean;
  setRawMode(isRaw: boolean): unknown;
  on(event: 'data' | 'end', listener: (chunk: Buffer) => void): unknown;
  off(event: 'data' | 'end', listener: (chunk: Buffer) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

/** More than anybody types: what is held against the key is not to fill memory. */
const SECRET_BYTES_MAX = 4096;

const [CTRL_C, CTRL_D, BACKSPACE, LINE_FEED, RETURN, CTRL_U, DELETE] = [3, 4, 8, 10, 13, 21, 127] as const;

/**
 * Reads a line at the terminal without showing it; the prompt goes to `output`. `undefined` where the input is no terminal.
 * Ctrl-C, and the end of the input before the end of the line, reject.
 */
export async function readSecretAt(input: SecretInput, output: Output, prompt: string): Promise<string | undefined> {
  if (input.isTTY !== true) return undefined;
  input.setRawMode(true); // before the prompt, for whoever answers quickly
  try {
    output.write(prompt);
    return await readLine(input);
  } finally {
    input.setRawMode(false);
    input.pause();
    output.write('\n');
  }
}

function readLine(input: SecretInput): Promise<string> {
  const typed: number[] = [];
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      input.off('data', onData);
      input.off('end', onEnd);
      settle();
    };
    const onEnd = () => end(() => reject(new Error('broken off; nothing was done')));
    const onData = (chunk: Buffer) => {
      for (const byte of chunk) {
        if (byte === RETURN || byte === LINE_FEED) return end(() => resolve(Buffer.from(typed).toString()));
        if (byte === CTRL_C || (byte === CTRL_D && typed.length === 0)) return onEnd();
        if (byte === CTRL_U) typed.length = 0;
        else if (byte === BACKSPACE || byte === DELETE) removeCharacter(typed);
        else if (byte >= 0x20 && typed.length < SECRET_BYTES_MAX) typed.push(byte);
      }
    };
    input.on('data', onData);
    input.on('end', onEnd);
    input.resume();
  });
}

/** The last character in UTF-8: its first byte and those that continue it. */
function removeCharacter(typed: number[]): void {
  while (typed.length > 0 && (typed.pop()! & 0xc0) === 0x80);
}
