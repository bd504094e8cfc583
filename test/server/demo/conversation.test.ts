import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import {
  decodeItem,
  decodeRequest,
  decodeResponse,
  encodeRequest,
  encodeResponse,
  ItemType,
  Operation,
  ResultStatus,
  State,
  tagName,
  toProtocolVersion,
  type RequestMessage,
  type ResponseMessage,
  type TtlvItem,
} from '../../../kmip-codec/index.ts';
import { boot, conversation, conversationVersion, type Connection } from '../../../server/demo/conversation.ts';

const subject = {
  product: { version: '8.0.3 build-1', vendor: 'Example', product: 'Example Center' },
  use: { identifier: '4c4c4544-0000-1000-8000-000000000001', component: 'Virtual Machine', name: 'vm-1' },
};

/** Answers as a server would that has no attributes set yet. */
function answer({ requestHeader, batchItems = [] }: RequestMessage, state: number = State.PreActive): ResponseMessage {
  const uniqueIdentifier = 'key-1';
  return {
    responseHeader: {
      protocolVersion: requestHeader.protocolVersion,
      timeStamp: new Date(0),
      batchCount: batchItems.length,
    },
    batchItems: batchItems.map(({ operation, uniqueBatchItemId, requestPayload }) => {
      const asksState = (requestPayload as { attributeNames?: string[] }).attributeNames?.includes('State');
      const payloads = new Map<number, object>([
        [Operation.DiscoverVersions, { protocolVersions: [toProtocolVersion(conversationVersion)] }],
        [Operation.Query, {}],
        [Operation.Create, { objectType: 2, uniqueIdentifier }],
        [
          Operation.GetAttributes,
          { uniqueIdentifier, attributes: asksState ? [{ attribute: State, value: state }] : [] },
        ],
        [Operation.AddAttribute, { uniqueIdentifier, attribute: (requestPayload as { attribute?: object }).attribute }],
        [Operation.Get, { objectType: 2, uniqueIdentifier, object: { keyBlock: { keyFormatType: 1 } } }],
        [Operation.Activate, { uniqueIdentifier }],
      ]);
      return {
        operation,
        uniqueBatchItemId,
        resultStatus: ResultStatus.Success,
        responsePayload: payloads.get(operation),
      };
    }),
  };
}

/** Plays one connection over bytes, as over a socket. Returns the requests. */
function play(connection: Connection, serve = (request: RequestMessage) => answer(request)): Buffer[] {
  const sent: Buffer[] = [];
  const steps = connection.steps();
  for (let next = steps.next(); !next.done;) {
    const request = encodeRequest(next.value.request, conversationVersion);
    sent.push(request);
    const response = encodeResponse(serve(decodeRequest(request).message), conversationVersion);
    next = steps.next(decodeResponse(response).message);
  }
  return sent;
}

function playAll(serve?: (request: RequestMessage) => ResponseMessage): { sent: Buffer[][]; uniqueIdentifier: string } {
  const sent: Buffer[][] = [];
  const connections = conversation(subject);
  let next = connections.next();
  for (; !next.done; next = connections.next()) sent.push(play(next.value, serve));
  return { sent, uniqueIdentifier: next.value };
}

const operationsIn = (requests: Buffer[]): string[] =>
  requests.map(bytes =>
    decodeRequest(bytes)
      .message.batchItems!.map(one => Operation.names.show(one.operation))
      .join('+'),
  );

t.test('the conversation makes, marks, fetches and activates one key', async t => {
  const { sent, uniqueIdentifier } = playAll();
  t.equal(uniqueIdentifier, 'key-1');
  t.same(sent.map(operationsIn), [
    ['Discover Versions', 'Discover Versions'],
    [],
    ['Discover Versions', 'Query'],
    ['Discover Versions', 'Create'],
    [
      'Discover Versions',
      'Get Attributes',
      'Get Attributes',
      'Get Attributes',
      'Add Attribute+Add Attribute+Add Attribute',
    ],
    ['Discover Versions', 'Get', 'Get Attributes', 'Activate'],
    [
      'Discover Versions',
      'Get Attributes',
      'Get Attributes',
      'Get Attributes',
      'Add Attribute+Add Attribute+Add Attribute',
    ],
  ]);
  t.same(operationsIn(play(boot('key-1'))), ['Discover Versions', 'Get', 'Get Attributes']);
});

t.test('it gives up where vCenter would', async t => {
  t.throws(() => playAll(request => answer(request, State.Active)), /the new key is Active, must be Pre-Active/);
  t.throws(
    () => playAll(request => ({ ...answer(request), batchItems: [{ resultStatus: ResultStatus.OperationFailed }] })),
    /Discover Versions: Operation Failed/,
  );
  t.throws(() => playAll(request => ({ ...answer(request), batchItems: [] })), /0 answers to 1 batch items/);
  const withoutIds = (items: ResponseMessage['batchItems']) =>
    items?.map(item => ({ ...item, uniqueBatchItemId: undefined }));
  t.throws(
    () => playAll(request => ({ ...answer(request), batchItems: withoutIds(answer(request).batchItems) })),
    /Discover Versions again: Unique Batch Item ID none, must be 44454d4f01000000/,
  );
});

/** Tags, item types, names of attributes and operations of a message: all but its values. */
function shapeOf(item: TtlvItem): unknown {
  if (item.type === ItemType.Structure) return [tagName(item.tag), ...item.value.map(shapeOf)];
  const name = tagName(item.tag);
  return ['AttributeName', 'Operation', 'QueryFunction', 'ObjectType', 'BatchCount'].includes(name)
    ? [name, item.type, item.value]
    : [name, item.type];
}

t.test('every request has the shape of one that vCenter was recorded to send', async t => {
  const folder = process.env['KMIP_CAPTURES'];
  if (folder === undefined) return t.comment('left out: KMIP_CAPTURES does not say where the recordings are');
  const recorded = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.request.hex'))
    .map(name => decodeItem(Buffer.from(readFileSync(join(folder, name), 'utf8').trim(), 'hex')));
  const shapes = new Set(recorded.map(item => JSON.stringify(shapeOf(item))));
  const ours = new Set(
    playAll()
      .sent.flat()
      .map(bytes => JSON.stringify(shapeOf(decodeItem(bytes)))),
  );
  for (const shape of ours) t.ok(shapes.has(shape), shape);
  for (const shape of shapes) t.ok(ours.has(shape), `recorded: ${shape}`);
});
