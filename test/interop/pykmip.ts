import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import type { ClientIdentity } from '../server/kmip-client.ts';
import type { ServerProcess } from '../server/server-process.ts';

/** Debian's own, for which python3-pykmip is. */
const PYTHON = '/usr/bin/python3';
const SCRIPT = fileURLToPath(new URL('pykmip_client.py', import.meta.url));
const CLIENT_MS = 90_000;

/** One thing that the client tried, and whether it went as it should. */
export interface Check {
  readonly version: string;
  readonly check: string;
  readonly ok: boolean;
  readonly found: string;
}

const isInstalled = spawnSync(PYTHON, ['-c', 'import kmip']).status === 0;

/** Whether to go on. Where it must be installed, it is a failure when it is not. */
export function hasPykmip(t: Test): boolean {
  if (isInstalled) return true;
  const text = 'PyKMIP is not installed: Debian has it as python3-pykmip';
  if (process.env['CI'] === 'true') t.fail(text);
  else t.comment(`left out: ${text}`);
  return false;
}

/** Runs PyKMIP's client as this identity; what it checked. */
export async function pykmip(
  t: Test,
  server: ServerProcess,
  identity: ClientIdentity & { readonly authorityPem: string },
  ...credential: readonly string[]
): Promise<Check[]> {
  const folder = mkdtempSync(join(tmpdir(), 'kmipd-pykmip-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const file = (name: string, content: string) => {
    writeFileSync(join(folder, name), content, { mode: 0o600 });
    return join(folder, name);
  };
  const files = [
    file('client.crt', identity.certificatePem),
    file('client.key', identity.privateKeyPem),
    file('ca.crt', identity.authorityPem),
  ];
  const args = [SCRIPT, server.host, String(server.port), ...files, ...credential];
  const child = spawn(PYTHON, args, {
    env: { HOME: folder, PYTHONDONTWRITEBYTECODE: '1' },
    timeout: CLIENT_MS,
  });
  const written = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (written.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (written.err += text));
  const status = await new Promise(resolve => child.once('close', (code, signal) => resolve(code ?? signal)));
  t.equal(status, 0, 'the client ran to its end');
  const lines = written.out.trim().split('\n');
  if (lines.pop() !== '{"done": true}') t.fail(`the client ended early: ${written.err.slice(-2000)}`);
  return lines.map(line => JSON.parse(line) as Check);
}
