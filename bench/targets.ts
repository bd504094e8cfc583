import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createAuthority, issueClientCertificate, issueServerCertificate } from '../certs/index.ts';
import type { Target } from './wire.ts';

const PYTHON = '/usr/bin/python3';
const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const MAIN = path('../dist/server/cli/main.js');

/** kmipd as a user runs it: built, with its defaults, in a process of its own. */
export async function startKmipd(
  folder: string,
  flags: readonly string[] = [],
): Promise<Target & { readonly data: string }> {
  const data = join(folder, 'kmipd');
  const child = spawn(process.execPath, [MAIN, 'serve', '--data', data, '--listen', '127.0.0.1:0', ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { host, port } = await ready(child);
  const out = join(folder, 'kmipd-client');
  if (!existsSync(join(out, 'bench.crt'))) addClient(data, 'bench', '--issue', '--out', out);
  return { ...target('kmipd', child, host, port, out, 'bench'), data };
}

/** kmipd with or without its events, all else being the same. */
export async function startAudited(folder: string, kind: 'audited' | 'unaudited'): Promise<Target> {
  mkdirSync(folder, { recursive: true });
  const data = join(folder, kind);
  const server = ['--import', 'tsx', path('audit-server.ts'), data, kind];
  const child = spawn(process.execPath, server, { stdio: ['ignore', 'pipe', 'inherit'] });
  const { host, port } = await ready(child);
  const out = join(folder, `${kind}-client`);
  addClient(data, 'bench', '--issue', '--out', out);
  return target(kind, child, host, port, out, 'bench');
}

/** The same server, for a client that a trusted root lets in; its key is of the same type. */
export async function underTrustedRoot(kmipd: Target & { readonly data: string }, folder: string): Promise<Target> {
  mkdirSync(folder, { recursive: true });
  const now = new Date();
  const authority = await createAuthority({ commonName: 'bench root', now, validityDays: 365 });
  const made = await issueClientCertificate({ authority, commonName: 'bench leaf', now, validityDays: 365 });
  writeFileSync(join(folder, 'root.crt'), authority.certificatePem);
  addClient(kmipd.data, 'bench-root', '--ca', join(folder, 'root.crt'), '--subject', 'CN=bench leaf');
  return {
    ...kmipd,
    name: 'kmipd, trusted root',
    tls: { ...kmipd.tls, cert: made.certificatePem, key: made.privateKeyPem },
    stop: () => Promise.resolve(),
  };
}

function addClient(data: string, name: string, ...flags: string[]): void {
  const args = [MAIN, 'client', 'add', name, ...flags, '--data', data];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`client add ${name}: ${stderr}`);
}

/** What no server on this runtime can be faster than. `answer` is a real answer to Get. */
export async function startCeiling(folder: string, answer: Buffer): Promise<Target> {
  await writeCertificates(folder);
  writeFileSync(join(folder, 'answer.bin'), answer);
  const child = spawn(process.execPath, ['--import', 'tsx', path('ceiling.ts'), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { host, port } = await ready(child);
  return target('ceiling', child, host, port, folder, 'client');
}

/** PyKMIP's server, or undefined where python3-pykmip is not installed. */
export async function startPykmip(folder: string): Promise<Target | undefined> {
  if (spawnSync(PYTHON, ['-c', 'import kmip']).status !== 0) return undefined;
  await writeCertificates(folder);
  const port = await freePort();
  const policies = join(folder, 'policies');
  mkdirSync(policies, { recursive: true });
  const config = join(folder, 'server.conf');
  writeFileSync(
    config,
    `[server]
hostname=127.0.0.1
port=${port}
certificate_path=${join(folder, 'server.crt')}
key_path=${join(folder, 'server.key')}
ca_path=${join(folder, 'ca.crt')}
auth_suite=TLS1.2
policy_path=${policies}
enable_tls_client_auth=True
tls_cipher_suites=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
logging_level=ERROR
database_path=${join(folder, 'pykmip.db')}
`,
  );
  const program = `
import sys
from kmip.services.server import KmipServer
server = KmipServer(config_path=sys.argv[1], log_path=sys.argv[2])
server.__enter__()
server.serve()
`;
  const child = spawn(PYTHON, ['-c', program, config, join(folder, 'pykmip.log')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let problem = '';
  child.stderr.on('data', (text: Buffer) => (problem += String(text)));
  for (let i = 0; i < 100 && !(await answers(port)); i++) {
    if (child.exitCode !== null) throw new Error(`PyKMIP's server ended: ${problem.slice(-400)}`);
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  return target('PyKMIP', child, '127.0.0.1', port, folder, 'client');
}

async function writeCertificates(folder: string): Promise<void> {
  if (existsSync(join(folder, 'ca.crt'))) return;
  mkdirSync(folder, { recursive: true });
  const now = new Date();
  const authority = await createAuthority({ commonName: 'bench', now, validityDays: 30 });
  const server = await issueServerCertificate({ authority, names: ['127.0.0.1', 'localhost'], now, validityDays: 30 });
  const client = await issueClientCertificate({ authority, commonName: 'bench', now, validityDays: 30 });
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text, { mode: 0o600 });
  write('ca.crt', authority.certificatePem);
  write('server.crt', server.certificatePem);
  write('server.key', server.privateKeyPem);
  write('client.crt', client.certificatePem);
  write('client.key', client.privateKeyPem);
}

function target(name: string, child: ChildProcess, host: string, port: number, folder: string, client: string): Target {
  const read = (file: string) => readFileSync(join(folder, file));
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()));
  return {
    name,
    host,
    port,
    tls: { cert: read(`${client}.crt`), key: read(`${client}.key`), ca: read('ca.crt') },
    pid: child.pid!,
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 12_000);
      await ended;
      clearTimeout(timer);
    },
  };
}

function ready(child: ChildProcess): Promise<{ host: string; port: number }> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout!.on('data', (chunk: Buffer) => {
      text += String(chunk);
      const found = /^ready (.*):(\d+)$/m.exec(text);
      if (found) resolve({ host: found[1]!, port: Number(found[2]) });
    });
    child.once('exit', code => reject(new Error(`the server ended with ${code} before it was ready`)));
  });
}

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
