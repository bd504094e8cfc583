import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { administratorInitiatorId } from '../../../server/admin/index.ts';
import { buildEvent, type Occurrence, toKept } from '../../../server/audit/index.ts';
import { dataFolder, type Ran } from './fixture.ts';

export const KEYS = ['5d6b1f8e-7f0e-4a2b-9c1d-2f4f0e6a8b31', '7e1b2c3d-0000-4a2b-9c1d-2f4f0e6a8b32'] as const;
export const CORRELATIONS = ['019409c0-abe5-71c6-8e66-55d81de2d044', '019409c0-abe5-71c6-8e66-55d81de2d045'] as const;
/** Of the first event of the log below; one a minute from then on. */
export const BEGIN = new Date('2026-11-22T05:30:00Z');
export const EVENTS = 24;

/**
 * A data folder with a client `web`, an administrator `root`, and events of theirs: at each third one `web` has destroyed a key, at each
 * next one it has read it, and at each last one a stranger was refused. `at` is the seq of the first; what came before is the commands'.
 */
export async function withEvents(t: Test) {
  const folder = await dataFolder(t);
  const passphrase = join(folder.parent, 'passphrase');
  writeFileSync(passphrase, 'correct horse battery\n');
  await folder.kmipd(['client', 'add', 'web', '--issue', '--out', folder.parent]);
  const key = join(folder.parent, 'root.pem');
  await folder.kmipd(['admin', 'create', 'root', '--out', key, '--passphrase-file', passphrase]);
  await folder.kmipd(['vault', 'list', '--admin', key, '--passphrase-file', passphrase]);
  const { store, service } = await folder.open();
  const client = (await store.directory.clientNamed('web'))!;
  const [certificate] = await store.directory.certificates(client.id);
  const { fingerprint } = certificate!;
  const { keyId } = (await store.directory.administratorNamed('root'))!;
  const before = await store.events.lastSeq();
  const unit = store.begin();
  const ids: string[] = [];
  for (let i = 0; i < EVENTS; i++) {
    const id = `0194073b-c00b-7395-8ba1-${String(i).padStart(12, '0')}`;
    ids.push(id);
    const isRefused = i % 3 === 2;
    const time = new Date(BEGIN.getTime() + i * 60_000);
    const uniqueIdentifier = KEYS[i % 2]!;
    const occurrence: Occurrence = {
      ...{ id, time, uniqueIdentifier, version: '1.4', vault: i % 2 === 0 ? 'lab' : 'plant' },
      operation: i % 3 === 0 ? 'Destroy' : 'Get',
      initiator: isRefused
        ? { id: `CertificateID-${'cd'.repeat(32)}` }
        : { id: `CertificateID-${fingerprint}`, name: 'web' },
      outcome: isRefused
        ? { ok: false, cause: 'forbidden', detail: 'elsewhere', reasonForFailure: 'It belongs to another vault.' }
        : { ok: true },
      requestData: { uniqueIdentifier, vault: i % 2 === 0 ? 'lab' : 'plant', note: `Turbine rotor${i}x` },
      responseData: {},
      correlationId: CORRELATIONS[i < EVENTS / 2 ? 0 : 1],
    };
    unit.record(toKept(buildEvent(occurrence, service)!, { time }));
  }
  await unit.commit();
  return {
    ...folder,
    store,
    service,
    fingerprint,
    administrator: administratorInitiatorId(keyId),
    at: before + 1,
    ids,
  };
}

/** The lines of what a command has printed. */
export const linesOf = ({ out }: Ran): string[] => out.split('\n').slice(0, -1);
