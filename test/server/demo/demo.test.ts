import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { demo } from '../../../server/demo/index.ts';

/** As built: `make test` builds before it tests. */
const MAIN = fileURLToPath(new URL('../../../dist/server/cli/main.js', import.meta.url));

/** A folder for temporary files, to see what is left behind. */
function temporary(t: Test): string {
  const folder = join(t.testdir(), 'tmp');
  mkdirSync(folder);
  return folder;
}

function start(folder: string, env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [MAIN, 'demo'], {
    env: { PATH: process.env['PATH'], TMPDIR: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (written.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (written.err += text));
  const exited = new Promise<number | null>(resolve => child.once('close', resolve));
  return { child, written, exited };
}

/** Resolves when the output holds the text. */
async function shows({ child, written, exited }: ReturnType<typeof start>, text: string): Promise<void> {
  const seen = new Promise<void>(resolve => {
    child.stdout.on('data', () => {
      if (written.out.includes(text)) resolve();
    });
  });
  await Promise.race([seen, exited]);
  if (!written.out.includes(text)) throw new Error(`it ended without ${text}: ${written.err}`);
}

/** Whether anything still answers where the demo's server was. */
async function isServed(out: string): Promise<boolean> {
  const port = Number(/It is ready on 127\.0\.0\.1, port (\d+)/.exec(out)?.[1]);
  const { connect } = await import('node:net');
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => (socket.destroy(), resolve(true)));
    socket.once('error', () => resolve(false));
  });
}

t.test('the demo encrypts a machine as vCenter does, shows the events, leaves nothing', async t => {
  const folder = temporary(t);
  // Settings of whoever runs it have no say.
  const run = start(folder, { KMIPD_LISTEN: 'nonsense' });
  t.equal(await run.exited, 0);
  t.equal(run.written.err, '');
  const { out } = run.written;
  t.equal(out.match(/^ {2}Connection \d/gm)?.length, 8);
  t.match(out, /Create: Symmetric Key, AES, 256 bits, Encrypt\+Decrypt +→ Unique Identifier [0-9a-f-]{36}/);
  t.match(out, /Add Attribute ×3 in one batch: .* → Success, Success, Success/);
  t.match(out, /Get Attributes: State +→ Pre-Active\n +Activate +→ Success/);
  t.match(out, /#\d+ +.* kmip-key\.create +vcenter +create kmip-key /);
  t.match(out, /None of the \d+ events holds a host address/);
  t.match(out, /default +Symmetric Key +Active/);
  t.notOk(out.includes('\u001b'), 'no colours where no person looks');
  t.same(readdirSync(folder), [], 'the folder is gone');
  t.equal(await isServed(out), false, 'the server has ended');
});

t.test('with --keep the folder stays, and nothing was said of the key', async t => {
  const world = quietWorld();
  await demo(world, { main: MAIN, keep: true });
  const [, kept = ''] = /\nThe folder is kept: (.+)\n$/.exec(world.written()) ?? [];
  t.teardown(() => rmSync(kept, { recursive: true, force: true }));
  for (const name of ['data/kmipd.db', 'client/vcenter.key', 'server.log']) t.ok(existsSync(join(kept, name)), name);
  t.equal(await isServed(world.written()), false);
  t.notMatch(world.written().replaceAll(/CertificateID-[0-9a-f]{64}/g, ''), /[0-9a-f]{32}/i);
});

t.test('stopped in the middle it cleans up, and says that it was stopped', async t => {
  for (const [signal, moment] of [
    ['SIGINT', 'serve --data'],
    ['SIGTERM', 'It is ready'],
    ['SIGINT', 'Connection 4'],
  ] as const) {
    const folder = temporary(t);
    const run = start(folder);
    await shows(run, moment);
    run.child.kill(signal);
    t.equal(await run.exited, 1, `${signal} at ${moment}`);
    t.equal(run.written.err, 'kmipd: the demo was stopped; run it again to see the rest\n');
    t.same(readdirSync(folder), []);
    if (moment !== 'serve --data') t.equal(await isServed(run.written.out), false);
  }
});

t.test('cleans up when nobody reads its output any more', async t => {
  const folder = temporary(t);
  const run = start(folder);
  await shows(run, 'Connection 1');
  run.child.stdout.destroy();
  await run.exited;
  t.same(readdirSync(folder), []);
  t.equal(await isServed(run.written.out), false);
});

t.test('says which step did not get what vCenter needs', async t => {
  // A server that takes no batch of three.
  const main = join(t.testdir(), 'main.mjs');
  writeFileSync(
    main,
    `if (process.argv[2] === 'serve') process.argv.push('--set', 'limits.batchCountMax=2');\nawait import(${JSON.stringify(MAIN)});\n`,
  );
  const world = quietWorld();
  await t.rejects(demo(world, { main, keep: false }), {
    message: /^set them: .*batchItems.*; to look into its folder/,
  });
  t.match(world.written(), /Add Attribute ×3 in one batch: .* → Operation Failed, Invalid Message: /);
  t.equal(await isServed(world.written()), false);
});

t.test('says when the server does not start', async t => {
  const main = join(t.testdir(), 'main.mjs');
  writeFileSync(main, 'process.exit(3);\n');
  await t.rejects(demo(quietWorld(), { main, keep: false }), {
    message: /^the server ended before it was ready \(exit code 3\); /,
  });
});

function quietWorld() {
  let out = '';
  return {
    stdout: { write: (text: string) => void (out += text), isTerminal: false },
    env: { PATH: process.env['PATH'] },
    onStop: () => () => {},
    paint: (text: string) => text,
    written: () => out,
  };
}
