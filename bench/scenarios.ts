import * as requests from './requests.ts';
import { createdIdentifier, Wire, type Target } from './wire.ts';

/** What one of several parallel clients does again and again. `once` is one operation: it is what is counted and timed. */
export interface Worker {
  once(): Promise<void>;
  close(): void;
}
export interface Scenario {
  readonly name: string;
  worker(target: Target): Promise<Worker>;
}

const isCeiling = (target: Target) => target.name === 'ceiling';

/** The identifier that a Create answer holds; any will do where every answer is the same. */
function identifierIn(target: Target, reply: Buffer): string {
  return isCeiling(target) ? '00000000-0000-4000-8000-000000000000' : createdIdentifier(reply);
}

/** A connection that stays, and one request on it over and over. */
const keepAlive = (name: string, request: (uniqueIdentifier: string) => Buffer): Scenario => ({
  name,
  async worker(target) {
    const wire = await Wire.open(target);
    const uniqueIdentifier = identifierIn(target, await wire.exchange(requests.create()));
    const bytes = request(uniqueIdentifier);
    const reply = await wire.exchange(bytes);
    if (!isCeiling(target)) identifierIn(target, reply);
    return { once: async () => void (await wire.exchange(bytes)), close: () => wire.close() };
  },
});

/** Four connections, as vCenter opens them to make the key of one virtual machine; its Add Attribute batches included. */
const oneVm: Scenario = {
  name: 'one VM (4 connections, 18 messages)',
  async worker(target) {
    const talk = async (...messages: Buffer[]): Promise<Buffer[]> => {
      const wire = await Wire.open(target);
      const replies = [await wire.exchange(requests.discoverVersions())];
      for (const message of messages) replies.push(await wire.exchange(message));
      wire.close();
      return replies;
    };
    return {
      async once() {
        const [, created] = await talk(requests.create());
        const id = identifierIn(target, created!);
        const ask = (...names: string[]) => names.map(name => requests.getAttributes(id, name));
        await talk(
          ...ask('x-Product_Version', 'x-Vendor', 'x-Product'),
          requests.addAttributes(id, {
            'x-Product_Version': '8.0.3 build-24022510',
            'x-Vendor': 'VMware, Inc.',
            'x-Product': 'VMware vSphere',
          }),
        );
        await talk(requests.get(id), ...ask('State'), requests.activate(id));
        await talk(
          ...ask('x-Identifier', 'x-Component', 'x-Name'),
          requests.addAttributes(id, { 'x-Identifier': 'vm-1', 'x-Component': 'Virtual Machine', 'x-Name': 'bench' }),
        );
      },
      close() {},
    };
  },
};

/** What each of thousands of hosts does after a power cut, on a connection of its own. */
const bootStorm = (resumes: boolean): Scenario => ({
  name: `boot storm, ${resumes ? 'sessions resumed' : 'full handshakes'}`,
  async worker(target) {
    const first = await Wire.open(target);
    const id = identifierIn(target, await first.exchange(requests.create()));
    const messages = [requests.discoverVersions(), requests.get(id), requests.getAttributes(id, 'State')];
    const session = resumes ? first.socket.getSession() : undefined;
    first.close();
    return {
      async once() {
        const wire = await Wire.open(target, session && { session });
        for (const message of messages) await wire.exchange(message);
        wire.close();
      },
      close() {},
    };
  },
});

/** In what a client of a trusted root could differ from one that is pinned: first contact, and every request after it. */
export const trustScenarios: readonly Scenario[] = [keepAlive('Get', requests.get), bootStorm(false), bootStorm(true)];

/** What the audit log can cost: a change, a read, and a short visit. */
export const auditScenarios: readonly Scenario[] = [
  keepAlive('Create', () => requests.create()),
  keepAlive('Get', requests.get),
  bootStorm(false),
];

export const scenarios: readonly Scenario[] = [
  keepAlive('Create', () => requests.create()),
  keepAlive('Get', requests.get),
  keepAlive('Get Attributes (State)', id => requests.getAttributes(id, 'State')),
  oneVm,
  bootStorm(false),
  bootStorm(true),
];
