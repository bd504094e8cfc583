import { holdsAddress } from '../audit/index.ts';
import type { SinkSetting } from '../settings/index.ts';

/**
 * A label for each sink: its configured name, or its type and a number, as `syslog-1`. The names that sinks have otherwise hold
 * a host or a path, which no metric tells; so does not a configured name that holds an address.
 */
export function sinkLabels(sinks: readonly SinkSetting[]): string[] {
  const named = sinks.map(({ name }) => (name === undefined || holdsAddress(name) ? undefined : name));
  const taken = new Set(named);
  return sinks.map(({ type }, i) => {
    const name = named[i];
    if (name !== undefined) return name;
    let number = 1;
    while (taken.has(`${type}-${number}`)) number++;
    taken.add(`${type}-${number}`);
    return `${type}-${number}`;
  });
}
