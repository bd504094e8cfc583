import t from 'tap';
import {
  ActivationDate,
  AsynchronousIndicator,
  BatchErrorContinuationOption,
  BlockCipherMode,
  DataReference,
  Operation,
  PaddingMethod,
  registry,
  ResultStatus,
  showVersion,
  V2_0,
  V2_1,
  type RequestBatchItem,
} from '../../../kmip-codec/index.ts';
import { aes256, template } from '../operations/world.ts';
import { runServer } from '../running-server.ts';
import { createItem, endings, getItem, identifierIn, NOBODYS } from './messages.ts';

// Header and batch item as 2.0 and 2.1 have them, over TLS.

for (const version of [V2_0, V2_1]) {
  const says = `KMIP ${showVersion(version)}`;

  t.test(`an ephemeral item keeps its Data for the items after it, ${says} (2.1 §8.3)`, async t => {
    const server = await runServer(t);
    const client = await server.connect(await server.addClient('a'));
    const attributes = template(...aes256, [ActivationDate, new Date(0)]);
    const create = { operation: Operation.Create, requestPayload: { objectType: 2, attributes } };
    const made = await client.batch([create], { version });
    const uniqueIdentifier = identifierIn(made.batchItems![0]);
    const use = (operation: RequestBatchItem['operation'], data: Uint8Array, ephemeral?: boolean) => {
      const cryptographicParameters = { blockCipherMode: BlockCipherMode.ECB, paddingMethod: PaddingMethod.PKCS5 };
      return { operation, ephemeral, requestPayload: { uniqueIdentifier, cryptographicParameters, data } };
    };
    const encrypted = new DataReference('origin', registry.Data.values.Encrypt[0]) as unknown as Uint8Array;
    const { batchItems } = await client.batch(
      [use(Operation.Encrypt, Buffer.from('plain'), true), use(Operation.Decrypt, encrypted, false)],
      { version },
    );
    t.same(batchItems![0]!.responsePayload, { uniqueIdentifier });
    t.equal(Buffer.from((batchItems![1]!.responsePayload as { data: Uint8Array }).data).toString(), 'plain');
  });

  t.test(`one critical Message Extension of several makes the message fail, ${says} (2.1 §9.13)`, async t => {
    const server = await runServer(t);
    const client = await server.connect(await server.addClient('a'));
    const extension = (criticalityIndicator: boolean) => ({
      vendorIdentification: 'Acme',
      criticalityIndicator,
      vendorExtension: [],
    });
    const send = async (...criticality: boolean[]) =>
      endings(await client.batch([createItem({ messageExtensions: criticality.map(extension) })], { version }));
    t.same(await send(false, false), ['Success']);
    t.same(await send(false, true), ['Feature Not Supported']);
    t.equal((await server.store.directory.objects({ limit: 10 })).length, 1, 'nothing of the message was done');
  });

  t.test(`the Asynchronous Indicator is an enumeration, ${says} (2.1 §9.2, §11.3)`, async t => {
    const server = await runServer(t);
    const client = await server.connect(await server.addClient('a'));
    for (const asynchronousIndicator of [AsynchronousIndicator.Optional, AsynchronousIndicator.Prohibited]) {
      const { batchItems } = await client.batch([createItem()], { version, header: { asynchronousIndicator } });
      t.match(batchItems, [{ resultStatus: ResultStatus.Success, asynchronousCorrelationValue: undefined }]);
    }
    const header = { asynchronousIndicator: AsynchronousIndicator.Mandatory };
    const [pending] = (await client.batch([createItem()], { version, header })).batchItems!;
    t.equal(pending!.resultStatus, ResultStatus.OperationPending);
    t.ok(pending!.asynchronousCorrelationValue);
  });

  t.test(`without options a batch stops at the first failure, in its order, ${says} (2.1 §8.2)`, async t => {
    const server = await runServer(t);
    const client = await server.connect(await server.addClient('a'));
    const items = [createItem(), getItem(NOBODYS), createItem()];
    const { Continue, Stop, Undo } = BatchErrorContinuationOption;
    const run = async (header = {}) => endings(await client.batch(items, { version, header }));
    t.same(await run(), ['Success', 'Object Not Found']);
    t.same(await run({ batchErrorContinuationOption: Stop }), ['Success', 'Object Not Found']);
    t.same(await run({ batchErrorContinuationOption: Continue, batchOrderOption: true }), [
      'Success',
      'Object Not Found',
      'Success',
    ]);
    t.same(await run({ batchErrorContinuationOption: Undo }), ['Operation Undone', 'Object Not Found']);
    t.equal((await server.store.directory.objects({ limit: 10 })).length, 4);
  });

  t.test(`who sends a correlation value is told the server's, ${says} (2.1 §9.9, §9.10)`, async t => {
    const server = await runServer(t);
    const client = await server.connect(await server.addClient('a'));
    const header = { clientCorrelationValue: 'job 17', serverCorrelationValue: 'of the call before' };
    const { responseHeader } = await client.batch([createItem()], { version, header });
    t.equal(responseHeader.clientCorrelationValue, undefined, 'for server to client operations only');
    t.equal(responseHeader.serverCorrelationValue, (await server.events()).at(-1)?.correlationId);
  });
}
