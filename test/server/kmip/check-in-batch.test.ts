import t from 'tap';
import {
  BatchErrorContinuationOption,
  CryptographicUsageMask,
  Operation,
  V1_0,
  V1_4,
} from '../../../kmip-codec/index.ts';
import { runServer } from '../running-server.ts';
import { createItem, endings, getItem, itemFor } from './messages.ts';

const checkFor = (cryptographicUsageMask: number) => ({
  operation: Operation.Check,
  requestPayload: { cryptographicUsageMask },
});

t.test('a Check that fails empties the ID Placeholder, one that succeeds keeps it (2.1 §6.1.7, 1.4 §4.10)', async t => {
  const server = await runServer(t);
  const client = await server.connect(await server.addClient('a'));
  const { Encrypt, Sign } = CryptographicUsageMask;
  const header = { batchErrorContinuationOption: BatchErrorContinuationOption.Continue };
  for (const version of [V1_0, V1_4]) {
    const batch = [createItem(), checkFor(Encrypt), getItem(), checkFor(Sign), getItem(), itemFor(Operation.Activate)];
    t.same(endings(await client.batch(batch, { version, header })), [
      'Success',
      'Success',
      'Success',
      'Permission Denied',
      'Item Not Found',
      'Item Not Found',
    ]);
  }
  const uses = (await server.events()).filter(({ action }) => action === 'hs-crypto.kmip-key.use');
  t.same(
    uses.map(({ outcome }) => outcome),
    ['success', 'failure', 'success', 'failure'],
    'and each leaves an event',
  );
});
