import { readFileSync } from 'node:fs';

export interface Example {
  readonly code: string;
  /** What stands below it in the README. */
  readonly prints: string;
}

/** The examples of the codec's README, each with what it prints. Throws if there is one of which it is not said. */
export function examples(): Example[] {
  const readme = readFileSync('kmip-codec/README.md', 'utf8');
  const found = [...readme.matchAll(/```js\n([^]*?)```\n(?:\n```text\n([^]*?)```\n)?/g)];
  return found.map(([, code, prints]) => {
    if (code === undefined || prints === undefined) throw new Error(`it is not said what this prints: ${code}`);
    return { code, prints };
  });
}
