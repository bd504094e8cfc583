export { type EventsOptions, listFormats, showEvents } from './list.ts';
export { actionMatches } from './query.ts';
export { showEvent, type ShowEventOptions } from './show.ts';
export { eventStats, groups, type StatsOptions } from './stats.ts';
