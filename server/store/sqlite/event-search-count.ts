import type { EventFilter, EventGroup, SequencedEvent } from '../store.ts';
import type { Block } from './event-index-block.ts';
import type { EventNumbers } from './event-index-numbers.ts';
import type { EventWalker } from './event-search-walk.ts';

const HOUR_MS = 3_600_000;

export class EventCounts {
  readonly #walker: EventWalker;
  readonly #numbers: EventNumbers;

  constructor(walker: EventWalker, numbers: EventNumbers) {
    this.#walker = walker;
    this.#numbers = numbers;
  }

  /** As `EventReader.count`: of the events that there are when it begins. */
  async count(by: EventGroup, filter: EventFilter): Promise<{ value: string; count: number }[]> {
    /** What was counted along the index, by number; and by name. */
    const numbered = new Map<number, number>();
    const named = new Map<string, number>();
    const { ofEvent, ofBlock } = keys[by];
    await this.#walker.run({
      filter,
      before: Number.MAX_SAFE_INTEGER,
      work: Infinity,
      blocksFirst: Infinity,
      wantsEvents: false,
      take(seq, block, event) {
        if (block) add(numbered, ofBlock(block, seq), 1);
        else add(named, ofEvent(event!), 1);
        return false;
      },
    });
    const nameOf = this.#names(by);
    for (const [number, count] of numbered) add(named, nameOf(number), count);
    const counts = [...named].map(([value, count]) => ({ value, count }));
    return counts.sort((a, b) => (by === 'hour' ? 0 : b.count - a.count) || (a.value < b.value ? -1 : 1));
  }

  #names(by: EventGroup): (number: number) => string {
    if (by === 'hour') return hourNamed;
    if (by === 'initiator') return number => this.#numbers.initiator(number) ?? '';
    const classes = new Map(this.#numbers.classes().map(each => [each.number, each[by]]));
    return number => classes.get(number) ?? '';
  }
}

interface Key {
  readonly ofEvent: (event: SequencedEvent) => string;
  readonly ofBlock: (block: Block, seq: number) => number;
}
const classKey = (by: 'action' | 'outcome' | 'severity' | 'vault'): Key => ({
  ofEvent: event => event[by],
  ofBlock: (block, seq) => block.classOf(seq),
});
const keys: Readonly<Record<EventGroup, Key>> = {
  action: classKey('action'),
  outcome: classKey('outcome'),
  severity: classKey('severity'),
  vault: classKey('vault'),
  initiator: { ofEvent: event => event.initiator, ofBlock: (block, seq) => block.initiatorOf(seq) },
  hour: {
    ofEvent: event => hourNamed(Math.floor(event.time.getTime() / HOUR_MS)),
    ofBlock: (block, seq) => Math.floor(block.timeOf(seq) / HOUR_MS),
  },
};

/** `2026-11-23T07`; `number`: hours since 1970. */
const hourNamed = (number: number) => new Date(number * HOUR_MS).toISOString().slice(0, 13);

const add = <K>(counts: Map<K, number>, key: K, count: number) => counts.set(key, (counts.get(key) ?? 0) + count);
