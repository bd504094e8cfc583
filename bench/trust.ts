import { measure } from './measure.ts';
import { trustScenarios } from './scenarios.ts';
import type { Target } from './wire.ts';

const PARALLEL = 8;

export interface TrustRow {
  readonly scenario: string;
  /** Operations a second. */
  readonly pinned: number;
  readonly underRoot: number;
}

/**
 * The same by a client that is pinned and by one that a trusted root lets in, on the same server: one after the other, then the other
 * way round, so that neither has the better half.
 */
export async function trustWays(pinned: Target, underRoot: Target, seconds: number): Promise<TrustRow[]> {
  const rows: TrustRow[] = [];
  for (const scenario of trustScenarios) {
    const rates = new Map([pinned, underRoot].map(target => [target, 0]));
    for (const target of [pinned, underRoot, underRoot, pinned]) {
      const { rate } = await measure(scenario, target, PARALLEL, seconds / 2, Math.min(1, seconds / 3));
      rates.set(target, rates.get(target)! + rate / 2);
    }
    rows.push({ scenario: scenario.name, pinned: rates.get(pinned)!, underRoot: rates.get(underRoot)! });
  }
  return rows;
}
