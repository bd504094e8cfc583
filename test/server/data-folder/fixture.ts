import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ServeOptions } from '../../../server/data-folder/index.ts';
import { silentLogger } from '../../../server/log/index.ts';
import { readAssignment, resolveSettings } from '../../../server/settings/index.ts';

/** Elliptic curves, because their keys are made in a moment. */
const { settings } = resolveSettings([readAssignment('server.keyType=ECDSA P-256')]);

export const options: ServeOptions = {
  settings,
  now: () => new Date('2026-11-22T07:30:00Z'),
  randomBytes,
  log: silentLogger,
  names: ['kms.example', '192.0.2.1'],
  initiator: { id: 'tester' },
};

/** Name, mode, time of last change and content of every file, without what SQLite keeps beside an open database. */
export function picture(path: string): Record<string, unknown> {
  const names = readdirSync(path).filter(name => !/-(wal|shm)$/.test(name));
  return Object.fromEntries(
    names.map(name => {
      const { mode, mtimeMs } = statSync(join(path, name));
      return [
        name,
        { mode: (mode & 0o777).toString(8), mtimeMs, content: readFileSync(join(path, name)).toString('hex') },
      ];
    }),
  );
}
