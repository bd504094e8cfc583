import type { EventFilter, KeptEvent } from '../store.ts';
import { meetsText, textQuery, wordsOfEvent } from './event-index-words.ts';

/** Whether an event has what the filter asks for, without any index: what every way of searching must agree with. */
export function eventTest(filter: EventFilter): (event: KeptEvent) => boolean {
  const { since, until, target, vault, correlationId } = filter;
  const [actions, initiators] = [setOf(filter.actions), setOf(filter.initiators)];
  const [outcomes, severities] = [setOf(filter.outcomes), setOf(filter.severities)];
  const query = filter.text === undefined ? [] : textQuery(filter.text);
  return event =>
    (!since || event.time >= since) &&
    (!until || event.time <= until) &&
    (!actions || actions.has(event.action)) &&
    (!initiators || initiators.has(event.initiator)) &&
    (!outcomes || outcomes.has(event.outcome)) &&
    (!severities || severities.has(event.severity)) &&
    (target === undefined || event.target === target) &&
    (vault === undefined || event.vault === vault) &&
    (correlationId === undefined || event.correlationId === correlationId) &&
    // Last: it takes a hundred times as long as all others.
    (query.length === 0 || meetsText(wordsOfEvent(event.json), query));
}

const setOf = (list: readonly string[] | undefined) => list && new Set(list);
