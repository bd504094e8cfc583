import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Operation, type RequestMessage, type ResponseMessage } from '../../kmip-codec/index.ts';
import { addressesIn } from './addresses.ts';
import { KmipClient } from './client.ts';
import { boot, type Step, type Subject } from './conversation.ts';
import { Kmipd } from './kmipd.ts';
import { playConnection, playConversation, type Onlooker } from './play.ts';
import { sayAnswer, sayRequest } from './say.ts';

/** What the demo needs of the program that it is a command of. */
export interface DemoWorld {
  readonly stdout: { write(text: string): void; readonly isTerminal: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Calls back when the person asks the program to end; gives how to stop listening. */
  readonly onStop: (callback: () => void) => () => void;
  /** Paints text at a terminal, leaves it as it is elsewhere. */
  readonly paint: (text: string, colour: 'bold' | 'green' | 'grey') => string;
}

export interface DemoOptions {
  /** Path of the program, for the commands that the demo runs. */
  readonly main: string;
  /** Leaves the folder behind. */
  readonly keep: boolean;
}

const CLIENT = 'vcenter';
const HOST = '127.0.0.1';

const subject: Subject = {
  product: { version: '7.0.3 build-1', vendor: 'VMware, Inc.', product: 'VMware vSphere' },
  use: { identifier: '4c4c4544-0000-1000-8000-000000000001', component: 'Virtual Machine', name: 'demo-vm' },
};

/**
 * Shows on loopback, in a temporary folder, what a key server does when vCenter encrypts one virtual machine. Throws Error when a step
 * did not get what vCenter needs. Whatever happens, nothing is left running, and without `keep` no file.
 */
export async function demo(world: DemoWorld, { main, keep }: DemoOptions): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'kmipd-demo-'));
  const settings = Object.entries(world.env).filter(([name]) => !name.startsWith('KMIPD_'));
  const kmipd = new Kmipd({ main, env: Object.fromEntries(settings), logPath: join(folder, 'server.log') });
  const tidy = () => {
    kmipd.kill();
    if (!keep) rmSync(folder, { recursive: true, force: true });
  };
  // For an end that gives no time to wait, as when nobody reads the output any more.
  process.once('exit', tidy);
  let forget = () => {};
  const stopped = new Promise<never>((_, reject) => {
    forget = world.onStop(() => reject(new Error('the demo was stopped; run it again to see the rest')));
  });
  try {
    const shown = show(world, kmipd, folder);
    shown.catch(() => {}); // what is cut off after a stop is of no interest
    await Promise.race([shown, stopped]);
  } catch (error) {
    const { message } = error as Error;
    const remedy = keep ? `its log is ${join(folder, 'server.log')}` : 'to look into its folder, use --keep';
    throw new Error(message.includes('; ') ? message : `${message}; ${remedy}`, { cause: error });
  } finally {
    forget();
    await kmipd.end();
    tidy();
    process.off('exit', tidy);
    if (keep) world.stdout.write(`The folder is kept: ${folder}\n`);
  }
  if (!keep) world.stdout.write('The server has ended and the folder is gone.\n');
}

async function show(world: DemoWorld, kmipd: Kmipd, folder: string): Promise<void> {
  const { paint, stdout } = world;
  const line = (text = '') => stdout.write(`${text}\n`);
  const title = (text: string) => line(`\n${paint(text, 'bold')}`);
  const command = (...args: string[]) => line(paint(`  $ kmipd ${args.join(' ')}`, 'grey'));
  const data = join(folder, 'data');
  const files = join(folder, 'client');

  title('1. A key server on this machine, in a folder of its own');
  command('serve', '--data', data, '--listen', `${HOST}:0`);
  const server = await kmipd.serve('--data', data, '--listen', `${HOST}:0`);
  line(`  ${server.introduction.split('\n')[0]?.replace(/ in \/.*$/, '')}`);
  line(`  It is ready on ${HOST}, port ${server.port}`);

  title('2. A client that it trusts');
  const add = ['client', 'add', CLIENT, '--issue', '--out', files, '--data', data];
  command(...add);
  line(`  ${(await kmipd.run(...add)).split('\n')[0]}`);
  const read = (name: string) => readFileSync(join(files, name), 'utf8');
  const identity = {
    certificatePem: read(`${CLIENT}.crt`),
    privateKeyPem: read(`${CLIENT}.key`),
    caPem: read('ca.crt'),
  };
  const fingerprint = new X509Certificate(identity.certificatePem).fingerprint256.replaceAll(':', '').toLowerCase();
  line(`  Events will name it CertificateID-${fingerprint}`);

  title('3. What vCenter does to encrypt a virtual machine: short connections, one after the other');
  const connect = () => KmipClient.connect({ ...identity, host: HOST, port: server.port, maxVersion: 'TLSv1.2' });
  const onlooker = narrator(line, paint);
  const uniqueIdentifier = await playConversation(subject, connect, onlooker);
  await playConnection(boot(uniqueIdentifier), connect, onlooker);
  if (!onlooker.isOneKey()) throw new Error('Get gave another key the second time');
  line(`  ${paint('✓', 'green')} The key was fetched twice and was the same; it is 256 bits long`);

  title('4. The events that this left');
  command('events', '--data', data);
  if (stdout.isTerminal) await kmipd.show('events', '--data', data);
  else line(await kmipd.run('events', '--data', data));
  const events = (await kmipd.run('events', '--json', '--limit', '1000', '--data', data)).split('\n');
  const ofClient = events.filter(event => initiatorOf(event) === `CertificateID-${fingerprint}`);
  if (ofClient.length !== onlooker.eventsDue())
    throw new Error(`${ofClient.length} events for ${onlooker.eventsDue()} things done with keys`);
  line(`  ${paint('✓', 'green')} ${ofClient.length} things were done with keys, and each has its event`);
  const addresses = events.flatMap(addressesIn);
  if (addresses.length > 0) throw new Error(`an event holds a host address: ${addresses[0]}`);
  line(`  ${paint('✓', 'green')} None of the ${events.length} events holds a host address`);

  title('5. The key, as the administrator sees it');
  command('keys', 'list', '--data', data);
  const keys = await kmipd.run('keys', 'list', '--data', data);
  line(keys.replaceAll(/^/gm, '  '));
  if (!keys.includes(`${uniqueIdentifier} `)) throw new Error('the key is not in the list');

  title('6. Cleaning up');
  await server.stop();
}

/** Tells of each connection, request and answer, and remembers what is to be checked. */
function narrator(line: (text: string) => void, paint: DemoWorld['paint']) {
  let connections = 0;
  let eventsDue = 0;
  const keys: Buffer[] = [];
  return {
    onConnection({ title, steps }, { socket }) {
      line(`  Connection ${++connections} (mutual ${socket.getProtocol()?.replace('v', ' ')}): ${title}`);
      if (steps().next().done) line(`    ${paint('closed after the handshake: nothing special', 'grey')}`);
    },
    onAnswer({ request }: Step, answer: ResponseMessage) {
      line(`    ${sayRequest(request).padEnd(36)} ${paint('→', 'grey')} ${sayAnswer(answer)}`);
      eventsDue += eventsOf(request);
      for (const { responsePayload } of answer.batchItems ?? []) {
        const key = keyMaterialIn(responsePayload);
        if (key) keys.push(Buffer.from(key));
      }
    },
    eventsDue: () => eventsDue,
    isOneKey: () => keys.length === 2 && keys.every(key => key.length === 32 && key.equals(keys[0]!)),
  } satisfies Onlooker & Record<string, unknown>;
}

/** Nothing is done with a key by asking who the server is. */
const WITHOUT_EVENT: readonly number[] = [Operation.DiscoverVersions, Operation.Query];
const eventsOf = ({ batchItems = [] }: RequestMessage): number =>
  batchItems.filter(({ operation }) => !WITHOUT_EVENT.includes(operation)).length;

function keyMaterialIn(payload: unknown): Uint8Array | undefined {
  const { object } = (payload ?? {}) as { object?: { keyBlock?: { keyValue?: { keyMaterial?: unknown } } } };
  const material = object?.keyBlock?.keyValue?.keyMaterial;
  return material instanceof Uint8Array ? material : undefined;
}

const initiatorOf = (event: string) => (JSON.parse(event) as { initiator: { id: string } }).initiator.id;
