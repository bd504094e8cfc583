import { fileURLToPath } from 'node:url';
import type { TtlvItem } from '../../../kmip-codec/index.ts';
import { type CaseResult, loadTestCase, runConformance } from '../../../server/conformance/index.ts';
import { cannedServer, expectedAnswers, identity, inOrder } from './canned-server.ts';

/** Plays a case of ours (its path from here, without `.xml`) against a server that gives the expected answers, but changed: `exchange` counts from 0. */
export async function playChanged(
  path: string,
  edit: (answer: TtlvItem, exchange: number) => TtlvItem,
): Promise<CaseResult> {
  const file = fileURLToPath(new URL(`${path}.xml`, import.meta.url));
  const server = await cannedServer(inOrder(expectedAnswers(loadTestCase(file)).map(edit)));
  try {
    const report = await runConformance({
      target: server.target,
      identityOf: () => identity,
      paths: [file],
      cleansUp: false,
      now: () => new Date(),
    });
    return report.results[0]!;
  } finally {
    await server.close();
  }
}
