import type { EventFilter } from '../store.ts';

const LISTS = [
  ['actions', 'action'],
  ['initiators', 'initiator'],
  ['outcomes', 'outcome'],
  ['severities', 'severity'],
] as const;
const SINGLES = [
  ['target', 'target'],
  ['vault', 'vault'],
  ['correlationId', 'correlation_id'],
] as const;

/** The filter as SQL on `event`, but for its text. */
export function conditionsOf(filter: EventFilter): { conditions: string[]; values: (string | number)[] } {
  const conditions: string[] = [];
  const values: (string | number)[] = [];
  const must = (condition: string, value: string | number) => {
    conditions.push(condition);
    values.push(value);
  };
  if (filter.since) must('time >= ?', filter.since.getTime());
  if (filter.until) must('time <= ?', filter.until.getTime());
  for (const [name, column] of LISTS) {
    const list = filter[name];
    // As one value, so that there are as few statements as combinations.
    if (list) must(`${column} IN (SELECT value FROM json_each(?))`, JSON.stringify(list));
  }
  for (const [name, column] of SINGLES) {
    const value = filter[name];
    if (value !== undefined) must(`${column} = ?`, value);
  }
  return { conditions, values };
}
