import { measure, type Figures } from './measure.ts';
import { trustScenarios } from './scenarios.ts';
import type { Target } from './wire.ts';

const PARALLEL = 8;

export interface TrustRow {
  readonly scenario: string;
  readonly pinned: Figures;
  readonly underRoot: Figures;
}

/** The same by a client that is pinned and by one that a trusted root lets in, on the same server. */
export async function trustWays(pinned: Target, underRoot: Target, seconds: number): Promise<TrustRow[]> {
  const rows: TrustRow[] = [];
  for (const scenario of trustScenarios) {
    const warmup = Math.min(1, seconds / 3);
    rows.push({
      scenario: scenario.name,
      pinned: await measure(scenario, pinned, PARALLEL, seconds, warmup),
      underRoot: await measure(scenario, underRoot, PARALLEL, seconds, warmup),
    });
  }
  return rows;
}
