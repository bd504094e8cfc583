import t from 'tap';
import {
  AsynchronousIndicator,
  BatchErrorContinuationOption,
  decodeResponse,
  Operation,
  ResultStatus,
  V1_1,
  V1_4,
  State,
  type RequestBatchItem,
} from '../../../kmip-codec/index.ts';
import { ConflictError, type Store } from '../../../server/store/index.ts';
import { operation, operations } from '../../../server/operations/index.ts';
import { runServer, type KmipClient } from '../running-server.ts';
import { bytesOf, createItem, ending, endings, getItem, identifierIn, itemFor, NOBODYS } from './messages.ts';

const { Continue, Stop, Undo } = BatchErrorContinuationOption;

const stateOf = async (client: KmipClient, uniqueIdentifier: string) => {
  const { attributes } = await client.request(Operation.GetAttributes, { uniqueIdentifier, attributeNames: ['State'] });
  return attributes?.[0]?.value;
};

t.test('items run in order and later ones use the ID Placeholder (1.4 §4, §6.12)', async t => {
  const server = await runServer(t);
  const client = await server.connect(await server.addClient('a'));
  const { batchItems, responseHeader } = await client.batch(
    [createItem(), itemFor(Operation.Activate), getItem(), createItem(), getItem()],
    { header: { batchOrderOption: true } },
  );
  t.equal(responseHeader.batchCount, 5);
  t.same(batchItems?.map(ending), Array(5).fill('Success'));
  const [first, activated, got, second, last] = batchItems!.map(identifierIn);
  t.same([activated, got], [first, first]);
  t.not(second, first);
  t.equal(last, second, 'a later Create takes its place');
  t.equal(await stateOf(client, first!), State.Active);
  t.same(endings(await client.batch([getItem()])), ['Item Not Found'], 'and is forgotten after the message');

  const events = (await server.events()).slice(0, 5);
  t.same(
    events.map(({ requestData }) => [requestData['batchItem'], requestData['batchCount']]),
    [1, 2, 3, 4, 5].map(position => [position, 5]),
    'an event for every item',
  );
  t.equal(new Set(events.map(({ correlationId }) => correlationId)).size, 1, 'with one correlation id');
  t.equal(new Set(events.map(({ id }) => id)).size, 5);
  t.same(
    events.map(({ target }) => target.name),
    [first, first, first, second, second],
  );
});

t.test('an item that fails leaves the ID Placeholder alone', async t => {
  const server = await runServer(t);
  const client = await server.connect(await server.addClient('a'));
  const { batchItems } = await client.batch(
    [createItem(), getItem(NOBODYS), { operation: Operation.Create }, itemFor(Operation.Activate)],
    { header: { batchErrorContinuationOption: Continue } },
  );
  t.same(batchItems?.map(ending), ['Success', 'Item Not Found', 'Invalid Message', 'Success']);
  t.equal(identifierIn(batchItems![3]), identifierIn(batchItems![0]));
});

t.test('the Unique Batch Item ID comes back byte for byte (1.4 §6.4)', async t => {
  const server = await runServer(t);
  const client = await server.connect(await server.addClient('a'));
  const ids = [Buffer.alloc(0), Buffer.from([0]), Buffer.from('ffeeddccbbaa9988', 'hex'), Buffer.alloc(300, 0xa5)];
  const { batchItems } = await client.batch(
    [
      ...ids.map(uniqueBatchItemId => createItem({ uniqueBatchItemId })),
      createItem(),
      itemFor(Operation.Get, NOBODYS, { uniqueBatchItemId: Buffer.from('failed') }),
    ],
    { version: V1_1 },
  );
  t.same(
    batchItems?.map(({ uniqueBatchItemId }) => uniqueBatchItemId && Buffer.from(uniqueBatchItemId)),
    [...ids, undefined, Buffer.from('failed')],
  );
});

const threeItems: RequestBatchItem[] = [createItem(), getItem(NOBODYS), createItem()];

t.test('after a failure Stop, the default, goes no further, and Continue does (1.4 §6.13)', async t => {
  const server = await runServer(t);
  const client = await server.connect(await server.addClient('a'));
  for (const header of [{}, { batchErrorContinuationOption: Stop }]) {
    const { batchItems, responseHeader } = await client.batch(threeItems, { header });
    t.same(batchItems?.map(ending), ['Success', 'Item Not Found']);
    t.equal(responseHeader.batchCount, 2);
    t.equal(await stateOf(client, identifierIn(batchItems![0])), State.PreActive, 'what was done stays done');
  }
  t.same(endings(await client.batch(threeItems, { header: { batchErrorContinuationOption: Continue } })), [
    'Success',
    'Item Not Found',
    'Success',
  ]);
  const outcomes = (await server.events()).map(({ outcome }) => outcome);
  t.same(outcomes.slice(-3), ['success', 'failure', 'success']);
});

t.test('Undo takes back what was done before the failure (1.4 §6.9, §6.13)', async t => {
  const server = await runServer(t);
  const client = await server.connect(await server.addClient('a'));
  const { batchItems } = await client.batch([createItem()]);
  const uniqueIdentifier = identifierIn(batchItems![0]);
  const before = (await server.events()).length;
  const answer = await client.batch(
    [
      itemFor(Operation.Activate, uniqueIdentifier),
      createItem(),
      itemFor(Operation.Destroy),
      getItem(NOBODYS),
      createItem(),
    ],
    { header: { batchErrorContinuationOption: Undo } },
  );
  t.same(endings(answer), ['Operation Undone', 'Operation Undone', 'Operation Undone', 'Item Not Found']);
  for (const { resultReason, resultStatus } of answer.batchItems!.slice(0, 3))
    t.same([resultStatus, resultReason], [ResultStatus.OperationUndone, undefined]);
  const [activated, created, destroyed] = answer.batchItems!.map(one => one.responsePayload);
  t.same(activated, { uniqueIdentifier }, 'which object that was');
  t.same(Object.keys(destroyed!), ['uniqueIdentifier']);
  t.equal(created, undefined, 'nothing of what never became');
  t.equal(await stateOf(client, uniqueIdentifier), State.PreActive);
  t.equal((await server.store.directory.objects({ limit: 10 })).length, 1);
  const events = (await server.events()).slice(before, before + 4);
  t.same(
    events.map(({ outcome, reason, responseData }) => [outcome, reason.reasonCode, responseData['resultStatus']]),
    [
      ['failure', 424, 'Operation Undone'],
      ['failure', 424, 'Operation Undone'],
      ['failure', 424, 'Operation Undone'],
      ['failure', 404, 'Operation Failed'],
    ],
  );
  t.equal(events[0]?.target.name, uniqueIdentifier);
  t.same(endings(await client.batch([createItem(), getItem()], { header: { batchErrorContinuationOption: Undo } })), [
    'Success',
    'Success',
  ]);
});

t.test('a Batch Count that lies, and a batch of none, is an Invalid Message (1.4 §6.14)', async t => {
  const server = await runServer(t);
  const client = await server.connect(await server.addClient('a'));
  for (const [items, batchCount] of [
    [[createItem()], 2],
    [[createItem(), createItem()], 1],
    [[createItem()], 0],
    [[], 0],
    [[], 1],
    [[createItem()], -1],
  ] as const) {
    t.same(endings(await client.batch(items, { header: { batchCount } })), ['Invalid Message'], `${batchCount}`);
    t.match((await server.events()).at(-1), { action: 'hs-crypto.kmip-key.default', reason: { reasonCode: 400 } });
  }
  t.equal((await server.store.directory.objects({ limit: 1 })).length, 0);
  t.same(endings(await client.batch([createItem()])), ['Success']);
});

t.test('more batch items than allowed are refused before they are read', async t => {
  const server = await runServer(t, { settings: { 'limits.batchCountMax': 3 } });
  const client = await server.connect(await server.addClient('a'));
  t.same(endings(await client.batch(Array(3).fill(createItem()))), ['Success', 'Success', 'Success']);
  const { batchItems } = await client.batch(Array(4).fill(createItem()));
  t.match(batchItems, [{ operation: undefined, resultMessage: /4 batch items, at most 3 are taken/ }]);
  t.match((await server.events()).at(-1), { reason: { reasonCode: 413 } });
  t.same(endings(await client.batch([createItem()])), ['Success'], 'the connection is kept');
});

t.test('nothing is done when the answer is larger than the Maximum Response Size (1.4 §6.3, §11.1)', async t => {
  const server = await runServer(t);
  const client = await server.connect(await server.addClient('a'));
  const answer = await client.sendBytes(bytesOf([createItem(), createItem()]));
  const { length } = answer!;
  for (const maximumResponseSize of [length - 1, 1, 0, -5]) {
    const before = (await server.events()).length;
    t.same(endings(await client.batch([createItem(), createItem()], { header: { maximumResponseSize } })), [
      'Response Too Large',
      'Response Too Large',
    ]);
    t.equal((await server.store.directory.objects({ limit: 10 })).length, 2);
    t.match((await server.events()).slice(before), [
      { action: /create/, outcome: 'failure', reason: { reasonCode: 413 } },
      { action: /create/, outcome: 'failure', reason: { reasonCode: 413 } },
    ]);
  }
  const fits = await client.batch([createItem(), createItem()], { header: { maximumResponseSize: length } });
  t.same(endings(fits), ['Success', 'Success']);
});

t.test('a request that allows asynchronous answers is answered synchronously (1.4 §6.7, §6.8)', async t => {
  const server = await runServer(t);
  const client = await server.connect(await server.addClient('a'));
  for (const asynchronousIndicator of [AsynchronousIndicator.Optional, AsynchronousIndicator.Prohibited]) {
    const { batchItems } = await client.batch([createItem()], { header: { asynchronousIndicator } });
    t.match(batchItems, [{ resultStatus: ResultStatus.Success, asynchronousCorrelationValue: undefined }]);
  }
});

t.test('a critical Message Extension makes the whole message fail, any other is passed over (1.4 §6.16)', async t => {
  const server = await runServer(t);
  const client = await server.connect(await server.addClient('a'));
  const extension = (criticalityIndicator: boolean) => ({
    messageExtension: { vendorIdentification: 'Acme', criticalityIndicator, vendorExtension: [] },
  });
  t.same(endings(await client.batch([createItem(extension(false))])), ['Success']);
  const { batchItems } = await client.batch([createItem(extension(true))]);
  t.match(batchItems, [{ operation: Operation.Create, resultMessage: /"Acme" is not understood/ }]);
  t.same(batchItems?.map(ending), ['Feature Not Supported']);
  t.same(endings(await client.batch([createItem(), createItem(extension(true))])), [
    'Feature Not Supported',
    'Feature Not Supported',
  ]);
  t.equal((await server.store.directory.objects({ limit: 10 })).length, 1, 'nothing of the message was done');
  t.match((await server.events()).slice(-2), [{ outcome: 'failure' }, { outcome: 'failure' }]);
});

t.test('an operation that this server does not have is not supported, as its item says', async t => {
  const server = await runServer(t);
  const client = await server.connect(await server.addClient('a'));
  const items = [{ operation: Operation.Notify }, { operation: 0x7777 as never }, createItem()];
  const { batchItems } = await client.batch(items, { header: { batchErrorContinuationOption: Continue } });
  t.same(batchItems?.map(ending), ['Operation Not Supported', 'Operation Not Supported', 'Success']);
  t.same(
    batchItems?.map(({ operation }) => operation),
    [Operation.Notify, 0x7777, Operation.Create],
  );
});

t.test(
  'an answer tells the time, and the correlation values from 1.4 on if the client has one (1.4 §6.5, §6.18)',
  async t => {
    const now = new Date(Math.floor(Date.now() / 1000) * 1000);
    const server = await runServer(t);
    const client = await server.connect(await server.addClient('a'));
    server.clock.set(now);
    const header = { clientCorrelationValue: 'job 17', timeStamp: new Date(0) };
    const { responseHeader } = await client.batch([createItem()], { header });
    t.match(responseHeader, { timeStamp: now, clientCorrelationValue: undefined });
    t.ok(responseHeader.serverCorrelationValue);
    const said = server.logged.find(({ level, message }) => level === 'debug' && message === 'message');
    t.match(said?.fields, {
      clientCorrelationValue: 'job 17',
      correlationId: responseHeader.serverCorrelationValue,
    });
    t.equal(responseHeader.serverCorrelationValue, (await server.events()).at(-1)?.correlationId);
    const plain = await client.batch([createItem()], { version: V1_4 });
    t.equal(plain.responseHeader.serverCorrelationValue, undefined);
  },
);

t.test('an error that nobody foresaw is a General Failure; its text goes to the log and nowhere else', async t => {
  const broken = operation(Operation.Activate, {
    changes: true,
    run: () => Promise.reject(new TypeError('the secret of the house')),
  });
  const unsayable = operation(Operation.Destroy, {
    changes: true,
    run: () => Promise.resolve({} as { uniqueIdentifier: string }),
  });
  const server = await runServer(t, {
    operations: new Map([...operations, [Operation.Activate, broken], [Operation.Destroy, unsayable]]),
  });
  const client = await server.connect(await server.addClient('a'));
  for (const [items, expected] of [
    [
      [createItem(), itemFor(Operation.Activate)],
      ['Success', 'General Failure'],
    ],
    [
      [createItem(), itemFor(Operation.Destroy)],
      ['General Failure', 'General Failure'],
    ],
  ] as const) {
    const before = (await server.events()).length;
    const answer = (await client.sendBytes(bytesOf(items)))!;
    const { message } = decodeResponse(answer);
    t.same(endings(message), expected);
    t.notMatch(answer.toString('latin1'), /secret of the house/);
    const events = (await server.events()).slice(before);
    t.equal(events.length, 2);
    t.notMatch(JSON.stringify(events), /secret of the house/);
    t.match(events[1], { outcome: 'failure', reason: { reasonCode: 500 } });
    const logged = server.logged.filter(({ level }) => level === 'error');
    t.equal(logged.at(-1)?.fields['correlationId'], events[1]?.correlationId);
    t.match(message.batchItems?.[1]?.resultMessage, events[1]!.correlationId, 'the answer says where to look');
  }
  t.match(server.logged.find(({ level }) => level === 'error')?.fields, {
    error: { message: 'the secret of the house' },
  });
  t.equal((await server.store.directory.objects({ limit: 10 })).length, 1, 'what cannot be answered is not done');
  t.same(endings(await client.batch([createItem()])), ['Success']);
});

t.test('two clients that change one object at once are both answered as if one came first', async t => {
  const server = await runServer(t);
  const clients = await Promise.all(
    ['a', 'b', 'c', 'd'].map(async name => server.connect(await server.addClient(name))),
  );
  for (let round = 0; round < 10; round++) {
    const { batchItems } = await clients[0]!.batch([createItem()]);
    const uniqueIdentifier = identifierIn(batchItems![0]);
    const answers = await Promise.all(
      clients.map(client => client.batch([itemFor(Operation.Activate, uniqueIdentifier)])),
    );
    t.same(answers.flatMap(endings).sort(), ['Permission Denied', 'Permission Denied', 'Permission Denied', 'Success']);
    t.equal(await stateOf(clients[1]!, uniqueIdentifier), State.Active);
  }
  const activations = (await server.events()).filter(({ action }) => action.includes('activate'));
  t.equal(activations.length, 40);
  t.equal(activations.filter(({ outcome }) => outcome === 'success').length, 10);
});

t.test('who is always too late gets General Failure, and an event says so', async t => {
  let conflicts = 0;
  const late = (store: Store): Store => ({
    ...store,
    directory: store.directory,
    begin() {
      const unit = store.begin();
      const hasChanges = { value: false };
      return new Proxy(unit, {
        get(target, name) {
          if (name === 'insert') hasChanges.value = true;
          if (name === 'commit' && hasChanges.value)
            return () => {
              conflicts++;
              return Promise.reject(new ConflictError('too late'));
            };
          const member = Reflect.get(target, name) as unknown;
          return typeof member === 'function' ? member.bind(target) : member;
        },
      });
    },
    generation: () => store.generation(),
    close: () => store.close(),
  });
  const server = await runServer(t, { store: late });
  const client = await server.connect(await server.addClient('a'));
  t.same(endings(await client.batch([createItem()])), ['General Failure']);
  t.ok(conflicts > 1, `tried ${conflicts} times`);
  t.match(await server.events(), [{ action: /create/, outcome: 'failure', reason: { reasonCode: 500 } }]);
});
