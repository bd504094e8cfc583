// For property 22 of docs/audit.md.
import { measure, type Figures } from './measure.ts';
import { auditScenarios } from './scenarios.ts';
import type { Target } from './wire.ts';

const PARALLEL = [1, 8, 32];

export interface AuditRow {
  readonly scenario: string;
  readonly parallel: number;
  readonly audited: Figures;
  readonly unaudited: Figures;
}

/**
 * What the audit log costs: the same by a server that records and by one that does not, in turns within one run, so that neither
 * has the better half.
 */
export async function auditCost(audited: Target, unaudited: Target, seconds: number): Promise<AuditRow[]> {
  const rows: AuditRow[] = [];
  for (const scenario of auditScenarios) {
    for (const parallel of PARALLEL) {
      const figures = new Map<Target, Figures[]>([audited, unaudited].map(target => [target, []]));
      for (const target of [audited, unaudited, unaudited, audited]) {
        figures.get(target)!.push(await measure(scenario, target, parallel, seconds / 2, Math.min(1, seconds / 3)));
      }
      rows.push({
        scenario: scenario.name,
        parallel,
        audited: mean(figures.get(audited)!),
        unaudited: mean(figures.get(unaudited)!),
      });
    }
  }
  return rows;
}

function mean(figures: readonly Figures[]): Figures {
  const of = (value: (figure: Figures) => number) =>
    figures.reduce((sum, each) => sum + value(each), 0) / figures.length;
  return {
    rate: of(({ rate }) => rate),
    p50: of(({ p50 }) => p50),
    p99: of(({ p99 }) => p99),
    count: figures.reduce((sum, { count }) => sum + count, 0),
  };
}
