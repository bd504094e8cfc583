import type { GetAttributesResponse } from '../../kmip-codec/index.ts';
import {
  AttributeSet,
  CryptographicAlgorithm,
  CryptographicLength,
  CryptographicUsageMask,
  customAttribute,
  customText,
  ObjectType,
  Operation,
  QueryFunction,
  ResultReason,
  ResultStatus,
  State,
  toProtocolVersion,
  V1_1,
  type CreateResponse,
  type KnownOperation,
  type RequestMessage,
  type RequestOf,
  type ResponseMessage,
  type TypeOf,
} from '../../kmip-codec/index.ts';

/** What vCenter tells the key server about the key and who uses it, as custom attributes of the key. */
export interface Subject {
  /** x-Product_Version, x-Vendor, x-Product: the same for every key. */
  readonly product: { readonly version: string; readonly vendor: string; readonly product: string };
  /** x-Identifier, x-Component, x-Name: what the key is for. */
  readonly use: { readonly identifier: string; readonly component: string; readonly name: string };
}

/** One request of a conversation, and what it is for, in words. */
export interface Step {
  readonly title: string;
  readonly request: RequestMessage;
}

/** One TLS connection. `steps` yields a request and takes the decoded response to it; some connections send nothing at all. */
export interface Connection {
  readonly title: string;
  readonly steps: () => Generator<Step, void, ResponseMessage>;
}

/** The version of every message, whatever the server offers. */
export const conversationVersion = V1_1;

/**
 * The connections of a vCenter that tries its key server and then makes a key for one virtual machine, in order; each is to
 * be closed before the next is opened. The order is the one recorded from vCenter 7.0.3, the values are ours.
 * Returns the key's Unique Identifier. Throws Error where vCenter would give up: a step failed, or the key is not Pre-Active.
 */
export function* conversation(subject: Subject): Generator<Connection, string> {
  yield { title: 'ask for the versions', steps: () => talk([step('Discover Versions again', discoverVersions(true))]) };
  yield { title: 'nothing, as a health check', steps: () => nothing() };
  yield { title: 'ask who the server is', steps: () => talk([step('Query', queryServerInformation())]) };

  let uniqueIdentifier = '';
  yield {
    title: 'make the key',
    *steps() {
      yield* discover();
      const answer = yield* ask(step('Create', create()));
      uniqueIdentifier = (answer as TypeOf<typeof CreateResponse>).uniqueIdentifier;
    },
  };
  const { product, use } = subject;
  const attributesOf = (values: Readonly<Record<string, string>>) => () =>
    talk([
      ...Object.keys(values).map(name => step(`is ${name} set?`, getAttributes(uniqueIdentifier, name))),
      step('set them', addAttributes(uniqueIdentifier, values)),
    ]);
  yield {
    title: 'say who made the key',
    steps: attributesOf({
      'x-Product_Version': product.version,
      'x-Vendor': product.vendor,
      'x-Product': product.product,
    }),
  };
  yield {
    title: 'fetch the key and activate it',
    *steps() {
      yield* discover();
      yield* ask(step('Get', get(uniqueIdentifier)));
      const { attributes } = (yield* ask(step('State', getState(uniqueIdentifier)))) as TypeOf<
        typeof GetAttributesResponse
      >;
      const state = attributes?.[0]?.value;
      if (state !== State.PreActive) throw new Error(`the new key is ${showState(state)}, must be Pre-Active`);
      yield* ask(step('Activate', activate(uniqueIdentifier)));
    },
  };
  yield {
    title: 'say what the key is for',
    steps: attributesOf({ 'x-Identifier': use.identifier, 'x-Component': use.component, 'x-Name': use.name }),
  };
  return uniqueIdentifier;
}

/** A host that comes back after a power cut: what it sends on one new connection to have its key again. */
export const boot = (uniqueIdentifier: string): Connection => ({
  title: 'fetch the key after a restart',
  steps: () => talk([step('Get', get(uniqueIdentifier)), step('State', getState(uniqueIdentifier))]),
});

/** Only the first request of a connection comes without Unique Batch Item ID. */
export const discoverVersions = (withId: boolean): RequestMessage =>
  message([of(Operation.DiscoverVersions, {})], withId);
export const queryServerInformation = (): RequestMessage =>
  message([of(Operation.Query, { queryFunctions: [QueryFunction.QueryServerInformation] })]);
export const create = (): RequestMessage =>
  message([
    of(Operation.Create, {
      objectType: ObjectType.SymmetricKey,
      attributes: new AttributeSet()
        .add(CryptographicAlgorithm, CryptographicAlgorithm.AES)
        .add(CryptographicUsageMask, CryptographicUsageMask.Encrypt | CryptographicUsageMask.Decrypt)
        .add(CryptographicLength, 256),
    }),
  ]);
export const getAttributes = (uniqueIdentifier: string, attributeName: string): RequestMessage =>
  message([of(Operation.GetAttributes, { uniqueIdentifier, attributeNames: [attributeName] })]);
export const getState = (uniqueIdentifier: string): RequestMessage =>
  getAttributes(uniqueIdentifier, State.attributeName);
/** One batch, an item for each attribute. */
export const addAttributes = (uniqueIdentifier: string, values: Readonly<Record<string, string>>): RequestMessage =>
  message(
    Object.entries(values).map(([name, value]) =>
      of(Operation.AddAttribute, {
        uniqueIdentifier,
        attribute: { attribute: customAttribute(name), value: customText(value) },
      }),
    ),
  );
export const get = (uniqueIdentifier: string): RequestMessage => message([of(Operation.Get, { uniqueIdentifier })]);
export const activate = (uniqueIdentifier: string): RequestMessage =>
  message([of(Operation.Activate, { uniqueIdentifier })]);

type Item = NonNullable<RequestMessage['batchItems']>[number];
const of = <O extends KnownOperation>(operation: O, requestPayload: RequestOf<O>): Item => ({
  operation,
  requestPayload,
});

/** The header holds nothing but version and count; the items are numbered anew in each message. */
function message(items: readonly Item[], withIds = true): RequestMessage {
  return {
    requestHeader: { protocolVersion: toProtocolVersion(conversationVersion), batchCount: items.length },
    batchItems: items.map((item, i) => (withIds ? { ...item, uniqueBatchItemId: batchItemId(i + 1) } : item)),
  };
}

/** Eight bytes: four letters, and a number with its lowest byte first. */
function batchItemId(number: number): Uint8Array {
  const id = Buffer.from('DEMO\0\0\0\0', 'latin1');
  id.writeUInt32LE(number, 4);
  return id;
}

type Steps = Generator<Step, void, ResponseMessage>;
const step = (title: string, request: RequestMessage): Step => ({ title, request });

function* discover(): Steps {
  yield* ask(step('Discover Versions', discoverVersions(false)));
}
function* talk(steps: readonly Step[]): Steps {
  yield* discover();
  for (const one of steps) yield* ask(one);
}
function* nothing(): Steps {
  // The handshake is all there is.
}

/** Sends one request; its first response payload. Throws if any of its items failed. */
function* ask(one: Step): Generator<Step, unknown, ResponseMessage> {
  const { batchItems = [] } = yield one;
  for (const { resultStatus, resultReason, resultMessage } of batchItems) {
    if (resultStatus === ResultStatus.Success) continue;
    const reason = resultReason === undefined ? '' : `, ${ResultReason.names.show(resultReason)}`;
    throw new Error(`${one.title}: ${ResultStatus.names.show(resultStatus)}${reason}: ${resultMessage ?? ''}`);
  }
  const asked = one.request.batchItems ?? [];
  if (batchItems.length !== asked.length)
    throw new Error(`${one.title}: ${batchItems.length} answers to ${asked.length} batch items`);
  for (const [i, { uniqueBatchItemId }] of batchItems.entries()) {
    const sent = hex(asked[i]?.uniqueBatchItemId);
    if (hex(uniqueBatchItemId) === sent) continue;
    throw new Error(`${one.title}: Unique Batch Item ID ${hex(uniqueBatchItemId)}, must be ${sent}`);
  }
  return batchItems[0]?.responsePayload;
}

const hex = (bytes: Uint8Array | undefined): string =>
  bytes === undefined ? 'none' : Buffer.from(bytes).toString('hex');
const showState = (state: unknown): string => (typeof state === 'number' ? State.names.show(state) : 'without State');
