import {
  AttributeSet,
  CryptographicAlgorithm,
  CryptographicLength,
  CryptographicUsageMask,
  customAttribute,
  customText,
  encodeRequest,
  Name,
  NameType,
  ObjectType,
  Operation,
  toProtocolVersion,
  V1_1,
  V1_4,
  type RequestMessage,
  type Version,
} from '../kmip-codec/index.ts';

/** One batch item with what vCenter sends along. */
function message(operation: number, requestPayload: object, version: Version = V1_1): Buffer {
  const request = {
    requestHeader: { protocolVersion: toProtocolVersion(version), batchCount: 1 },
    batchItems: [{ operation, uniqueBatchItemId: Buffer.from([1, 0, 0, 0, 0, 0, 0, 1]), requestPayload }],
  };
  return encodeRequest(request as unknown as RequestMessage, version);
}

function keyAttributes(): AttributeSet {
  return new AttributeSet()
    .add(CryptographicAlgorithm, CryptographicAlgorithm.AES)
    .add(CryptographicUsageMask, CryptographicUsageMask.Encrypt | CryptographicUsageMask.Decrypt)
    .add(CryptographicLength, 256);
}

export const create = (): Buffer =>
  message(Operation.Create, { objectType: ObjectType.SymmetricKey, attributes: keyAttributes() });
export const discoverVersions = (): Buffer => message(Operation.DiscoverVersions, {});
export const get = (uniqueIdentifier: string): Buffer => message(Operation.Get, { uniqueIdentifier });
export const getAttributes = (uniqueIdentifier: string, ...attributeNames: string[]): Buffer =>
  message(Operation.GetAttributes, { uniqueIdentifier, attributeNames });
export const activate = (uniqueIdentifier: string): Buffer => message(Operation.Activate, { uniqueIdentifier });

/** Three Add Attribute items in one batch, as vCenter sends them. */
export function addAttributes(uniqueIdentifier: string, values: Record<string, string>): Buffer {
  const batchItems = Object.entries(values).map(([name, value], i) => ({
    operation: Operation.AddAttribute,
    uniqueBatchItemId: Buffer.from([1, 0, 0, 0, 0, 0, 0, i + 1]),
    requestPayload: { uniqueIdentifier, attribute: { attribute: customAttribute(name), value: customText(value) } },
  }));
  const request = {
    requestHeader: { protocolVersion: toProtocolVersion(V1_1), batchCount: batchItems.length },
    batchItems,
  };
  return encodeRequest(request, V1_1);
}

/** Batch of Creates with a Name and a custom attribute each, to fill a server with keys. */
export function createNamed(names: readonly string[]): Buffer {
  const batchItems = names.map((name, i) => ({
    operation: Operation.Create,
    uniqueBatchItemId: Buffer.from([i >> 8, i & 0xff]),
    requestPayload: {
      objectType: ObjectType.SymmetricKey,
      attributes: keyAttributes()
        .add(Name, { nameValue: name, nameType: NameType.UninterpretedTextString })
        .add(customAttribute('x-Identifier'), customText(`id-${name}`)),
    },
  }));
  const request = {
    requestHeader: { protocolVersion: toProtocolVersion(V1_4), batchCount: batchItems.length },
    batchItems,
  };
  return encodeRequest(request, V1_4);
}

export const locateByName = (name: string): Buffer =>
  message(Operation.Locate, {
    attributes: [{ attribute: Name, value: { nameValue: name, nameType: NameType.UninterpretedTextString } }],
  });
export const locateByCustom = (name: string, value: string): Buffer =>
  message(Operation.Locate, { attributes: [{ attribute: customAttribute(name), value: customText(value) }] });
