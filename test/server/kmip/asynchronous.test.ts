import t from 'tap';
import {
  AsynchronousIndicator,
  BatchErrorContinuationOption,
  CancellationResult,
  CryptographicAlgorithm,
  CryptographicLength,
  CryptographicUsageMask,
  Operation,
  ProcessingStage,
  ResultStatus,
  V1_0,
  V1_4,
  V2_0,
  V2_1,
  type RequestBatchItem,
  type ResponseBatchItem,
  type ResponseOf,
  type Version,
} from '../../../kmip-codec/index.ts';
import { operation, operations } from '../../../server/operations/index.ts';
import { template } from '../operations/world.ts';
import { runServer, type KmipClient } from '../running-server.ts';
import { createItem, ending, endings, getItem, identifierIn, itemFor, NOBODYS } from './messages.ts';

const { Mandatory, Optional, Prohibited } = AsynchronousIndicator;
const { Canceled, Completed, Failed, UnableToCancel, Unavailable } = CancellationResult;
const later = (asynchronousIndicator: typeof Mandatory | typeof Optional | typeof Prohibited, version: Version) => ({
  version,
  header: { asynchronousIndicator },
});
const about = (code: RequestBatchItem['operation'], asynchronousCorrelationValue: Uint8Array): RequestBatchItem => ({
  operation: code,
  requestPayload: { asynchronousCorrelationValue },
});
const correlationOf = ({ resultStatus, asynchronousCorrelationValue }: ResponseBatchItem): Uint8Array => {
  if (resultStatus !== ResultStatus.OperationPending || !asynchronousCorrelationValue) throw new Error('not pending');
  return asynchronousCorrelationValue;
};
async function one(client: KmipClient, item: RequestBatchItem, options: object = {}): Promise<ResponseBatchItem> {
  return (await client.batch([item], options)).batchItems![0]!;
}
/** Polls until it is no longer pending. */
async function polled(client: KmipClient, correlation: Uint8Array, version: Version): Promise<ResponseBatchItem> {
  for (;;) {
    const item = await one(client, about(Operation.Poll, correlation), { version });
    if (item.resultStatus !== ResultStatus.OperationPending) return item;
    t.same(Buffer.from(correlationOf(item)), Buffer.from(correlation));
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}
const cancelled = async (client: KmipClient, correlation: Uint8Array, version: Version) => {
  const { responsePayload } = await one(client, about(Operation.Cancel, correlation), { version });
  return (responsePayload as ResponseOf<typeof Operation.Cancel>).cancellationResult;
};
const keyPair: RequestBatchItem = {
  operation: Operation.CreateKeyPair,
  requestPayload: {
    commonAttributes: template([CryptographicAlgorithm, CryptographicAlgorithm.RSA], [CryptographicLength, 2048]),
    privateKeyAttributes: template([CryptographicUsageMask, CryptographicUsageMask.Sign]),
    publicKeyAttributes: template([CryptographicUsageMask, CryptographicUsageMask.Verify]),
  },
};

t.test('what takes long is pending where the client takes that, and Poll has its answer (1.4 §6.7, §4.28)', async t => {
  const server = await runServer(t);
  const client = await server.connect(await server.addClient('a'));
  for (const version of [V1_0, V1_4, V2_0, V2_1]) {
    const pending = await one(client, { ...keyPair, uniqueBatchItemId: Buffer.from('7') }, later(Optional, version));
    t.equal(pending.operation, Operation.CreateKeyPair);
    t.equal(pending.responsePayload, undefined);
    t.equal(Buffer.from(pending.uniqueBatchItemId!).toString(), '7');
    const correlation = correlationOf(pending);
    const done = await polled(client, correlation, version);
    t.equal(done.operation, Operation.CreateKeyPair, 'as if it had been done at once');
    t.equal(done.resultStatus, ResultStatus.Success);
    const { privateKeyUniqueIdentifier } = done.responsePayload as ResponseOf<typeof Operation.CreateKeyPair>;
    t.equal((await one(client, getItem(privateKeyUniqueIdentifier), { version })).resultStatus, ResultStatus.Success);
    const again = ending(await one(client, about(Operation.Poll, correlation), { version }));
    t.equal(again, version < V2_0 ? 'Item Not Found' : 'Invalid Asynchronous Correlation Value', 'told once');
  }
  const made = (await server.events()).filter(({ action }) => action === 'hs-crypto.kmip-key.create');
  t.equal(made.length, 4, 'each is recorded once');
});

t.test('what is quick is answered at once unless the client demands otherwise (2.1 §9.2, §11.3)', async t => {
  const server = await runServer(t);
  const client = await server.connect(await server.addClient('a'));
  for (const version of [V2_0, V2_1]) {
    for (const indicator of [Optional, Prohibited])
      t.equal(ending(await one(client, createItem(), later(indicator, version))), 'Success');
    t.equal(ending(await one(client, keyPair, later(Prohibited, version))), 'Success');
    const pending = await one(client, createItem(), later(Mandatory, version));
    const done = await polled(client, correlationOf(pending), version);
    t.equal(ending(await one(client, getItem(identifierIn(done)), { version })), 'Success');
  }
  const { batchItems } = await client.batch([createItem(), about(Operation.Poll, Buffer.alloc(8))], {
    ...later(Mandatory, V2_1),
  });
  t.same(batchItems!.map(ending), ['Feature Not Supported'], 'Poll and Cancel are answered at once');
  t.equal(
    ending(await one(client, about(Operation.Poll, Buffer.alloc(8)), later(Mandatory, V2_1))),
    'Invalid Asynchronous Correlation Value',
  );
});

t.test('the items of a batch are done in order and together, each is polled by itself (2.1 §11.3)', async t => {
  const server = await runServer(t);
  const client = await server.connect(await server.addClient('a'));
  const submit = async (items: RequestBatchItem[], batchErrorContinuationOption: 1 | 2 | 3) => {
    const { batchItems } = await client.batch(items, {
      version: V2_1,
      header: { asynchronousIndicator: Mandatory, batchErrorContinuationOption },
    });
    const done: ResponseBatchItem[] = [];
    for (const item of batchItems!) done.push(await polled(client, correlationOf(item), V2_1));
    return done;
  };
  const { Stop, Undo, Continue } = BatchErrorContinuationOption;
  const all = await submit([createItem(), itemFor(Operation.Activate), getItem()], Stop);
  t.same(all.map(ending), ['Success', 'Success', 'Success'], 'with the ID Placeholder of the batch');
  t.equal(identifierIn(all[2]), identifierIn(all[0]));
  const failing = [createItem(), getItem(NOBODYS), createItem()];
  t.same((await submit(failing, Continue)).map(ending), ['Success', 'Object Not Found', 'Success']);
  t.same((await submit(failing, Stop)).map(ending), ['Success', 'Object Not Found', 'Operation Canceled By Requester']);
  t.same((await submit(failing, Undo)).map(ending).slice(0, 2), ['Operation Undone', 'Object Not Found']);
});

t.test('Cancel says how far the operation had come (2.1 §6.1.5, §11.7)', async t => {
  let end = () => {};
  let begun = () => {};
  const ended = new Promise<void>(resolve => (end = resolve));
  const isRunning = new Promise<void>(resolve => (begun = resolve));
  const slow = operation(Operation.Locate, {
    changes: false,
    async run() {
      begun();
      await ended;
      return { uniqueIdentifiers: [] };
    },
  });
  const server = await runServer(t, { operations: new Map([...operations, [Operation.Locate, slow]]) });
  const client = await server.connect(await server.addClient('a'));
  const locate: RequestBatchItem = { operation: Operation.Locate, requestPayload: {} };
  const version = V1_4;

  const first = correlationOf(await one(client, locate, later(Optional, version)));
  t.equal(await cancelled(client, first, version), Canceled);
  t.equal(await cancelled(client, first, version), Canceled, 'and again');
  t.equal(ending(await polled(client, first, version)), 'Operation Canceled By Requester');

  const second = correlationOf(await one(client, locate, later(Optional, version)));
  t.equal(ending(await one(client, about(Operation.Poll, second), { version })), 'Operation Pending');
  await isRunning;
  const both = [about(Operation.Poll, second), { operation: Operation.DiscoverVersions, requestPayload: {} } as const];
  t.same(endings(await client.batch(both, { version })), ['Operation Pending', 'Success'], 'which is no failure');
  t.equal(await cancelled(client, second, version), UnableToCancel);
  end();
  // What has begun is done to its end.
  while ((await cancelled(client, second, version)) === UnableToCancel);
  t.equal(await cancelled(client, second, version), Completed);
  t.equal(ending(await polled(client, second, version)), 'Success');
  t.equal(await cancelled(client, second, version), Unavailable);

  const failing = correlationOf(await one(client, itemFor(Operation.Archive, NOBODYS), later(Optional, version)));
  await one(client, about(Operation.Poll, failing), { version });
  while ((await cancelled(client, failing, version)) === UnableToCancel);
  t.equal(await cancelled(client, failing, version), Failed);
  t.equal(ending(await polled(client, failing, version)), 'Item Not Found');
});

t.test('what is outstanding is listed, and Process waits for it (2.1 §6.1.39, §6.1.41)', async t => {
  const server = await runServer(t);
  const client = await server.connect(await server.addClient('a'));
  const version = V2_1;
  const { batchItems } = await client.batch([createItem(), itemFor(Operation.Activate)], later(Mandatory, version));
  const [created, activated] = batchItems!.map(correlationOf) as [Uint8Array, Uint8Array];
  const list = async (request: object) => {
    const { asynchronousRequests = [] } = await client.request(Operation.QueryAsynchronousRequests, request, {
      version,
    });
    return asynchronousRequests.map(({ operation: code, processingStage }) => [code, processingStage]);
  };
  const { Submitted } = ProcessingStage;
  t.same(await list({}), [
    [Operation.Create, Submitted],
    [Operation.Activate, Submitted],
  ]);
  t.same(await list({ operations: { operations: [Operation.Activate] } }), [[Operation.Activate, Submitted]]);
  const values = { asynchronousCorrelationValues: [created] };
  t.same(await list({ asynchronousCorrelationValues: values }), [[Operation.Create, Submitted]]);

  const process = async () => ending(await one(client, about(Operation.Process, created), { version }));
  t.equal(await process(), 'Success');
  t.same(await list({}), [
    [Operation.Create, ProcessingStage.Completed],
    [Operation.Activate, ProcessingStage.Completed],
  ]);
  t.equal(await process(), 'Duplicate Process Request');
  const done = await client.batch([about(Operation.Poll, created), about(Operation.Poll, activated)], { version });
  t.same(endings(done), ['Success', 'Success']);
  t.same(await list({}), []);
  t.equal(await process(), 'Invalid Asynchronous Correlation Value');
});

t.test('no client sees what another asked for, and time ends what nobody fetches', async t => {
  const server = await runServer(t, { now: new Date() });
  const client = await server.connect(await server.addClient('a'));
  const other = await server.connect(await server.addClient('b'));
  const version = V2_1;
  const correlation = correlationOf(await one(client, createItem(), later(Mandatory, version)));
  const poll = (who: KmipClient) => one(who, about(Operation.Poll, correlation), { version });
  t.equal(ending(await poll(other)), 'Invalid Asynchronous Correlation Value');
  t.equal(await cancelled(other, correlation, version), Unavailable);
  t.equal(ending(await poll(client)), 'Operation Pending');
  server.clock.later(600);
  t.equal(ending(await poll(client)), 'Invalid Asynchronous Correlation Value');
});

t.test('a client has no more outstanding than its share', async t => {
  const server = await runServer(t);
  const client = await server.connect(await server.addClient('a'));
  const version = V2_1;
  const many = Array.from({ length: 100 }, () => itemFor(Operation.Locate));
  const endingsOf = async (items: RequestBatchItem[], indicator: typeof Mandatory | typeof Optional) =>
    new Set(endings(await client.batch(items, later(indicator, version))));
  t.same(await endingsOf(many, Mandatory), new Set(['Operation Pending']));
  t.same(await endingsOf([itemFor(Operation.Locate)], Mandatory), new Set(['Server Limit Exceeded']));
  t.same(await endingsOf([itemFor(Operation.Locate)], Optional), new Set(['Success']), 'is answered at once instead');
});
