import t from 'tap';
import { daysLeft, listThresholdAt, thresholdAt } from '../../../server/expiry/expiry.ts';
import { day, START } from './fixture.ts';

const MS = 1;
const before = (date: Date, ms: number) => new Date(date.getTime() - ms);

t.test('the narrowest of 90, 30, 7 and 1 days counts, 0 once it is past', async t => {
  const cases: [days: number, within: number | null, left: number][] = [
    [91, null, 91],
    [90, 90, 90],
    [31, 90, 31],
    [30, 30, 30],
    [8, 30, 8],
    [7, 7, 7],
    [2, 7, 2],
    [1, 1, 1],
    [0, 1, 0],
    [-1, 0, -1],
    [-400, 0, -400],
  ];
  for (const [days, within, left] of cases) {
    t.equal(thresholdAt(day(days), START), within, `${days} days`);
    t.equal(daysLeft(day(days), START), left, `${days} days`);
  }
  t.equal(thresholdAt(day(90), before(START, MS)), null, 'a moment earlier it is not yet within 90');
  t.equal(daysLeft(day(90), before(START, -MS)), 89, 'days are rounded down');
  t.equal(daysLeft(START, new Date(START.getTime() + MS)), -1);
  t.equal(thresholdAt(START, START), 1, 'its last moment belongs to the validity (RFC 5280 §4.1.2.5)');
  t.equal(thresholdAt(START, new Date(START.getTime() + MS)), 0);
});

t.test('a list that is replaced often is told of from half of its time on', async t => {
  const within = (validityDays: number, atDay: number) => listThresholdAt(START, day(validityDays), day(atDay));
  t.equal(within(7, 0), null, 'a weekly list does not begin with a warning');
  t.equal(within(7, 3.9), null);
  t.equal(within(7, 6), 1);
  t.equal(within(7, 7.1), 0);
  t.equal(within(1, 0.9), null, 'a daily one is told of when it is past');
  t.equal(within(1, 1.1), 0);
  t.equal(within(30, 23), 7);
  t.equal(within(365, 280), 90);
});
