import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';

/** Programs that others wrote, by the package in which Debian has each. */
const TOOLS = {
  openssl: 'openssl',
  curl: 'curl',
  keytool: 'default-jre-headless',
  rsyslogd: 'rsyslog and rsyslog-gnutls',
} as const;
export type Tool = keyof typeof TOOLS;

const RUN_MS = 60_000;

/** Whether to go on. Where the program must be installed, it is a failure when it is not. */
export function hasTool(t: Test, tool: Tool): boolean {
  if (spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0) return true;
  const text = `${tool} is not installed: Debian has it in ${TOOLS[tool]}`;
  if (process.env['CI'] === 'true') t.fail(text);
  else t.comment(`left out: ${text}`);
  return false;
}

export interface ToolRan {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a program to its end, without the settings of whoever runs the tests. */
export function ran(tool: Tool, args: readonly string[], input: string | Uint8Array = ''): ToolRan {
  const { status, stdout, stderr } = spawnSync(tool, args, { input, env: environment(), timeout: RUN_MS });
  return { code: status, out: String(stdout), err: String(stderr) };
}

/** The same, of a program that must succeed; what it wrote to standard output. */
export function output(tool: Tool, args: readonly string[], input: string | Uint8Array = ''): string {
  const { code, out, err } = ran(tool, args, input);
  if (code !== 0) throw new Error(`${tool} ${args.join(' ')} ended with ${code}: ${err}${out}`);
  return out;
}

/**
 * Runs a program that talks to a server and does not end by itself: gives `input` to it, and what it wrote as soon as `isEnough`
 * says so or it has ended.
 */
export function talk(
  tool: Tool,
  args: readonly string[],
  input: Uint8Array,
  isEnough: (written: Buffer) => boolean,
): Promise<{ readonly out: Buffer; readonly err: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(tool, args, { env: environment(), timeout: RUN_MS });
    let out = Buffer.alloc(0);
    let err = '';
    child.stdout.on('data', (data: Buffer) => {
      out = Buffer.concat([out, data]);
      if (isEnough(out)) child.kill();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.stdin.on('error', () => {}); // it ended before it had read all; what it wrote says why
    child.once('error', reject);
    child.once('close', () => resolve({ out, err }));
    child.stdin.write(input);
  });
}

/** A folder that goes with the test, and files in it. */
export function workFolder(t: Test): {
  readonly path: string;
  file(name: string, content: string | Uint8Array): string;
} {
  const path = mkdtempSync(join(tmpdir(), 'kmipd-interop-'));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return {
    path,
    file(name, content) {
      writeFileSync(join(path, name), content, { mode: 0o600 });
      return join(path, name);
    },
  };
}

const environment = () => ({ PATH: process.env['PATH'] ?? '', HOME: tmpdir(), LC_ALL: 'C.UTF-8' });
