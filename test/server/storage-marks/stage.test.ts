import t from 'tap';
import { stageAfter, type StorageStage } from '../../../server/storage-marks/stage.ts';
import { storageProblem } from '../../../server/storage-marks/storage-problem.ts';

const marks = { warnBytes: 800, refuseChangesBytes: 400, refuseAllBytes: 80, reserveBytes: 160 };

/** The stages that follow when the room goes from one number to the next. */
function along(first: StorageStage, ...rooms: number[]): StorageStage[] {
  let stage = first;
  return rooms.map(room => (stage = stageAfter(stage, room, marks)));
}

t.test('each stage begins below its mark', t => {
  t.same(along('enough', 5000, 800, 799, 400, 399), ['enough', 'enough', 'low', 'low', 'no changes']);
  t.same(along('no changes', 399 + 160, 80, 79, 0), ['no changes', 'no changes', 'nothing', 'nothing']);
  t.same(along('enough', 0), ['nothing'], 'stages may be passed over');
  t.end();
});

t.test('a stage is left only where its mark is passed by an eighth', t => {
  t.same(along('low', 899, 900), ['low', 'enough']);
  t.same(along('nothing', 89, 90), ['nothing', 'no changes']);
  t.end();
});

t.test('while changes are refused, the reserve that was given back does not count as room', t => {
  t.same(along('no changes', 400 + 160, 449 + 160, 450 + 160), ['no changes', 'no changes', 'low']);
  t.same(along('no changes', 900 + 160 - 1), ['low']);
  t.same(along('no changes', 900 + 160), ['enough']);
  t.same(along('nothing', 900 + 160), ['enough'], 'and everything can come back at once');
  t.end();
});

t.test('no stage is entered and left by turns where the room stands still', t => {
  for (const first of ['enough', 'low', 'no changes', 'nothing'] as const) {
    for (let room = 0; room < 1300; room++) {
      const [one, two, three] = along(first, room, room, room);
      // The second look may go on, now that the reserve counts or does not; from then on it stays.
      if (two !== three) t.fail(`${first}, ${room} bytes: ${one}, ${two}, ${three}`);
    }
  }
  t.pass('over every room');
  t.end();
});

t.test('a mark of 0 is none', t => {
  const none = { warnBytes: 0, refuseChangesBytes: 0, refuseAllBytes: 0, reserveBytes: 0 };
  t.equal(stageAfter('enough', 0, none), 'enough');
  t.end();
});

t.test('marks that contradict each other are named', t => {
  t.equal(storageProblem(marks), undefined);
  t.equal(storageProblem({ ...marks, warnBytes: 400, refuseAllBytes: 400 }), undefined, 'they may be equal');
  t.equal(
    storageProblem({ ...marks, warnBytes: 399 }),
    'audit.storage.warnBytes: 399, must be at least audit.storage.refuseChangesBytes (400)',
  );
  t.equal(
    storageProblem({ ...marks, refuseAllBytes: 401 }),
    'audit.storage.refuseChangesBytes: 400, must be at least audit.storage.refuseAllBytes (401)',
  );
  t.end();
});
