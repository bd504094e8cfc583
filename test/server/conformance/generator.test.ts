import { fileURLToPath } from 'node:url';
import t from 'tap';
import { registry, type TtlvItem } from '../../../kmip-codec/index.ts';
import { loadTestCase, runConformance } from '../../../server/conformance/index.ts';
import { cannedServer, expectedAnswers, identity, inOrder } from './canned-server.ts';
import { change, items, type Step, value } from './change.ts';

const file = fileURLToPath(new URL('generator/OWN-M-5-21.xml', import.meta.url));
const { RNGAlgorithm } = registry;
const payload: Step[] = ['BatchItem', 'ResponsePayload'];
const generator: Step[] = [...payload, 'Attributes', 'RandomNumberGenerator'];

/** How the case ends where the answer to one exchange is changed. */
async function played(exchange: number, at: readonly Step[], to: (item: TtlvItem) => TtlvItem) {
  const answers = expectedAnswers(loadTestCase(file)).map((answer, index) =>
    index === exchange ? change(answer, at, to) : answer,
  );
  const server = await cannedServer(inOrder(answers));
  try {
    const report = await runConformance({
      ...{ target: server.target, identityOf: () => identity, paths: [file], cleansUp: false, now: () => new Date() },
    });
    return report.results[0]!;
  } finally {
    await server.close();
  }
}

t.test('what a server says of its random number generator is its own (2.1 §4.46)', async t => {
  const other = await played(1, [...generator, 'RNGAlgorithm'], value(RNGAlgorithm.values.Unspecified[0]));
  t.match(other, { status: 'passed', tolerances: ['random-number-generator'] }, JSON.stringify(other.failure));
  const less = await played(
    1,
    generator,
    items(all => [all[0]!]),
  );
  t.match(less, { status: 'passed', tolerances: ['random-number-generator'] }, JSON.stringify(less.failure));
});

t.test('that it says it is not', async t => {
  const { status } = await played(
    1,
    [...payload, 'Attributes'],
    items(all => [all[0]!]),
  );
  t.equal(status, 'failed');
});

t.test('how much of a seed is used is the server’s, up to all of it (2.1 §6.1.50)', async t => {
  for (const length of [0, 3]) {
    const result = await played(2, [...payload, 'DataLength'], value(length));
    t.match(result, { status: 'passed', tolerances: ['seed-used'] }, `${length} bytes`);
  }
  for (const length of [9, -1])
    t.equal((await played(2, [...payload, 'DataLength'], value(length))).status, 'failed', `${length} bytes`);
});
