import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Test } from 'tap';
import { run } from '../../../server/cli/run.ts';
import type { World } from '../../../server/cli/world.ts';
import { openDataFolder } from '../../../server/data-folder/index.ts';
import { options } from '../data-folder/fixture.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Who runs the commands of these tests. */
export const USER = 'alice';

/** A world of its own for one command: what it wrote, and how to ask it to end. */
export function testWorld(changes: Partial<World> = {}) {
  const written = { out: '', err: '' };
  const stops = new Set<() => void>();
  const world: World = {
    stdout: { write: text => void (written.out += text), isTerminal: false },
    stderr: { write: text => void (written.err += text), isTerminal: false },
    readStdin: () => Promise.resolve(''),
    readStdinBytes: () => Promise.resolve(new Uint8Array()),
    readSecret: () => Promise.resolve(undefined),
    env: {},
    now: () => new Date('2026-11-22T08:00:00.250Z'),
    randomBytes,
    user: USER,
    hostName: 'kms',
    addresses: () => ['192.0.2.10'],
    onStop(callback) {
      stops.add(callback);
      return () => stops.delete(callback);
    },
    ...changes,
  };
  return { world, written, stop: () => stops.forEach(callback => callback()) };
}

/** Runs one command to its end, in this process. */
export async function kmipd(argv: readonly string[], changes: Partial<World> = {}): Promise<Ran> {
  const { world, written } = testWorld(changes);
  const code = await run(argv, world);
  return { code, ...written };
}

/** A data folder as the first start leaves it, and a `kmipd` that works on it. */
export async function dataFolder(t: Test) {
  const parent = t.testdir();
  const data = join(parent, 'data');
  await (await openDataFolder(data, options)).close();
  return {
    parent,
    data,
    kmipd: (argv: readonly string[], changes?: Partial<World>) =>
      kmipd([...argv, '--data', data, '--set', 'server.keyType=ECDSA P-256'], changes),
    /** Opens the folder to look at it, and closes it when the test is over. */
    async open() {
      const { useDataFolder } = await import('../../../server/data-folder/index.ts');
      const folder = await useDataFolder(data, options);
      t.teardown(() => folder.close());
      return folder;
    },
  };
}

export const parsed = ({ out }: Ran): unknown => JSON.parse(out);
