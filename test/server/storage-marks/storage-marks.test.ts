import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { serviceIdentity, validateEvent, type AuditEvent } from '../../../server/audit/index.ts';
import { startStorageMarks } from '../../../server/storage-marks/index.ts';
import { StoreUnavailable, type KeptEvent, type UnitOfWork } from '../../../server/store/index.ts';

const KIB = 1024;
const settings = {
  warnBytes: 800 * KIB,
  refuseChangesBytes: 400 * KIB,
  refuseAllBytes: 80 * KIB,
  reserveBytes: 160 * KIB,
};

/** Marks on a made-up disk, on which only the reserve is real. `room`: what is free beside the reserve. */
async function watch(t: Test, room: number, options: { folder?: string; settings?: Partial<typeof settings> } = {}) {
  const folder = options.folder ?? t.testdir();
  const reserve = join(folder, 'audit-reserve');
  const world = {
    folder,
    reserve,
    room,
    canRecord: true,
    measureFails: false,
    recorded: [] as AuditEvent[],
    logged: [] as string[],
    reserved: () => (existsSync(reserve) ? statSync(reserve).size : 0),
    /** What of an event matters here. */
    steps: () => world.recorded.map(({ responseData, severity }) => `${String(responseData['action'])} (${severity})`),
  };
  const say = (message: string) => void world.logged.push(message);
  const marks = await startStorageMarks({
    folder,
    settings: { ...settings, ...options.settings },
    store: {
      begin() {
        const events: KeptEvent[] = [];
        return {
          record: event => void events.push(event),
          commit() {
            if (!world.canRecord) return Promise.reject(new StoreUnavailable('no room', { isFull: true }));
            world.recorded.push(...events.map(({ json }) => JSON.parse(json) as AuditEvent));
            return Promise.resolve();
          },
        } as Partial<UnitOfWork> as UnitOfWork;
      },
    },
    service: serviceIdentity({ instanceId: randomUUID() }),
    now: () => new Date('2026-11-23T12:00:00Z'),
    newId: randomUUID,
    randomBytes,
    log: { error: say, warn: say, info: say, debug: () => {}, trace: () => {} },
    measure: () =>
      world.measureFails ? Promise.reject(new Error('gone')) : Promise.resolve(world.room - world.reserved()),
    // Looks are asked for here.
    intervalMs: 3_600_000,
  });
  t.teardown(() => marks.stop());
  const look = (free: number) => {
    world.room = free + (world.reserved() > 0 ? settings.reserveBytes : 0);
    return marks.full();
  };
  return Object.assign(world, { marks, look });
}

t.test('goes down stage by stage and up again, with an event and a line of the log for each step', async t => {
  const world = await watch(t, 5000 * KIB);
  const { marks, look } = world;
  t.equal(marks.stage(), 'enough');
  t.equal(world.reserved(), settings.reserveBytes, 'the reserve is set aside');
  t.equal(marks.freeBytes(), 5000 * KIB - settings.reserveBytes);
  t.same(world.recorded, [], 'nothing has happened yet');

  t.equal(await look(799 * KIB), 'low');
  t.equal(world.reserved(), settings.reserveBytes);
  t.equal(await look(399 * KIB), 'no changes');
  t.equal(world.reserved(), 0, 'the reserve is given back: reads have room for their events');
  t.equal(marks.freeBytes(), (399 + 160) * KIB);
  t.equal(await look(79 * KIB), 'nothing');
  t.equal(await look(90 * KIB), 'no changes');
  t.equal(await look((449 + 160) * KIB), 'no changes', 'not without room for the reserve and some more');
  t.equal(await look((450 + 160) * KIB), 'low');
  t.equal(world.reserved(), settings.reserveBytes, 'the reserve is set aside before changes are taken');
  t.equal(await look(900 * KIB), 'enough');

  t.same(world.recorded.map(validateEvent).filter(Boolean), []);
  const steps = [
    'storage low (warning)',
    'storage: changes refused (critical)',
    'storage: everything refused (critical)',
    'storage: changes refused (critical)',
    'storage recovered (normal)',
    'storage recovered (normal)',
  ];
  t.same(world.steps(), steps);
  t.match(world.recorded[0], {
    outcome: 'failure',
    initiator: { id: 'kmipd' },
    reason: { reasonForFailure: /^There is little room.* Make some/ },
    responseData: { stage: 'low', stageBefore: 'enough', freeBytes: 799 * KIB, marks: settings, refusedUnrecorded: 0 },
  });
  t.equal(world.logged.length, steps.length);
});

t.test('a disk that is filled to the last byte leaves the reserve for reads', async t => {
  const { look, marks, ...world } = await watch(t, 5000 * KIB);
  t.equal(await look(0), 'no changes');
  t.equal(marks.freeBytes(), settings.reserveBytes);
  t.equal(await look(0), 'nothing', 'until that is gone too');
  t.equal(await look(5000 * KIB), 'enough', 'and all of it comes back by itself');
  t.ok(existsSync(world.reserve));
});

t.test('a step that cannot be recorded is recorded when it can be, in order, with its own time', async t => {
  const world = await watch(t, 5000 * KIB);
  world.canRecord = false;
  await world.look(0);
  await world.look(0);
  world.marks.refusedUnrecorded();
  world.marks.refusedUnrecorded();
  t.same(world.recorded, []);
  world.canRecord = true;
  await world.look(5000 * KIB);
  t.same(world.steps(), [
    'storage: changes refused (critical)',
    'storage: everything refused (critical)',
    'storage recovered (normal)',
  ]);
  t.match(world.recorded[2], { responseData: { refusedUnrecorded: 2, stage: 'enough', stageBefore: 'nothing' } });
  await world.look(500 * KIB);
  await world.look(5000 * KIB);
  t.match(world.recorded.at(-1), { responseData: { refusedUnrecorded: 0 } }, 'each is counted once');
});

t.test('what stop finds unrecorded is recorded then', async t => {
  const world = await watch(t, 5000 * KIB);
  world.canRecord = false;
  await world.look(500 * KIB);
  world.canRecord = true;
  await world.marks.stop();
  t.same(world.steps(), ['storage low (warning)']);
});

t.test('a start with little room goes without the reserve, and says so', async t => {
  const world = await watch(t, 500 * KIB);
  t.equal(world.marks.stage(), 'low');
  t.equal(world.reserved(), 0);
  t.same(world.steps(), ['storage low (warning)']);
  t.equal(await world.look(5000 * KIB), 'enough');
  t.equal(world.reserved(), settings.reserveBytes);
});

t.test('a reserve that an earlier run has left is used; one that is not whole is made anew', async t => {
  const [whole, torn] = ['whole', 'torn'].map(name => join(t.testdir(), name));
  for (const folder of [whole!, torn!]) mkdirSync(folder);
  writeFileSync(join(whole!, 'audit-reserve'), Buffer.alloc(settings.reserveBytes, 7));
  writeFileSync(join(torn!, 'audit-reserve'), Buffer.alloc(settings.reserveBytes - 1, 7));
  const before = statSync(join(whole!, 'audit-reserve'));
  await watch(t, 5000 * KIB, { folder: whole! });
  t.same(statSync(join(whole!, 'audit-reserve')).mtimeMs, before.mtimeMs);
  const { reserved, reserve } = await watch(t, 5000 * KIB, { folder: torn! });
  t.equal(reserved(), settings.reserveBytes);
  const { blocks, mode } = statSync(reserve);
  t.ok(blocks * 512 >= settings.reserveBytes, 'no holes in it');
  t.equal(mode & 0o777, 0o600);
});

t.test('a reserve that cannot be made: low, whatever else there is; recovery waits for it', async t => {
  const folder = t.testdir({ 'audit-reserve': { 'in the way': '' } });
  const world = await watch(t, 5000 * KIB, { folder });
  t.equal(world.marks.stage(), 'low');
  t.match(world.logged.join(), /cannot be set aside/);
});

t.test('without a reserve in the settings none is made', async t => {
  const world = await watch(t, 5000 * KIB, { settings: { reserveBytes: 0 } });
  t.equal(world.marks.stage(), 'enough');
  t.notOk(existsSync(world.reserve));
});

t.test('a disk that cannot be asked leaves the stage as it is, and is told once', async t => {
  const world = await watch(t, 500 * KIB);
  world.measureFails = true;
  const lines = world.logged.length;
  t.equal(await world.marks.full(), 'low');
  t.equal(await world.marks.full(), 'low');
  t.equal(world.logged.length, lines + 1);
});

t.test('looks that are asked for together are one', async t => {
  const world = await watch(t, 5000 * KIB);
  world.room = settings.reserveBytes;
  const stages = await Promise.all(Array.from({ length: 20 }, () => world.marks.full()));
  t.same(new Set(stages), new Set(['no changes']));
  t.equal(world.steps().length, 1);
});
