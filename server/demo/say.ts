import {
  CodecError,
  CryptographicLength,
  CryptographicAlgorithm,
  CryptographicUsageMask,
  fromProtocolVersion,
  KeyFormatType,
  ObjectType,
  Operation,
  QueryFunction,
  ResultReason,
  ResultStatus,
  showVersion,
  type RequestMessage,
  type RequestOf,
  type ResponseMessage,
  type ResponseOf,
} from '../../kmip-codec/index.ts';

/** What a request of the conversation asks, in one line. */
export function sayRequest({ batchItems = [] }: RequestMessage): string {
  const [first] = batchItems;
  if (first === undefined) return 'nothing';
  const name = Operation.names.show(first.operation);
  const details = batchItems.map(({ operation, requestPayload }) =>
    requestPayload === undefined || requestPayload instanceof CodecError ? '' : asked(operation, requestPayload),
  );
  const several = batchItems.length > 1 ? ` ×${batchItems.length} in one batch` : '';
  return [`${name}${several}`, details.filter(Boolean).join(', ')].filter(Boolean).join(': ');
}

/** What the server answered, in one line, without key material. */
export function sayAnswer({ batchItems = [] }: ResponseMessage): string {
  return batchItems
    .map(({ operation, resultStatus, resultReason, resultMessage, responsePayload }) => {
      const status = ResultStatus.names.show(resultStatus);
      if (resultStatus !== ResultStatus.Success) {
        const reason = resultReason === undefined ? '' : `, ${ResultReason.names.show(resultReason)}`;
        return `${status}${reason}: ${resultMessage ?? ''}`;
      }
      if (responsePayload instanceof CodecError) return `an answer that cannot be read: ${responsePayload.message}`;
      if (operation === undefined || responsePayload === undefined) return status;
      return answered(operation, responsePayload) || status;
    })
    .join(', ');
}

function asked(operation: number, payload: object): string {
  switch (operation) {
    case Operation.Create: {
      const { objectType, attributes } = payload as RequestOf<typeof Operation.Create>;
      const algorithm = attributes.get(CryptographicAlgorithm);
      const usage = attributes.get(CryptographicUsageMask);
      return [
        ObjectType.names.show(objectType),
        algorithm === undefined ? '' : CryptographicAlgorithm.names.show(algorithm),
        `${attributes.get(CryptographicLength) ?? '?'} bits`,
        usage === undefined ? '' : CryptographicUsageMask.names.showBits(usage).join('+'),
      ].join(', ');
    }
    case Operation.Query:
      return ((payload as RequestOf<typeof Operation.Query>).queryFunctions ?? [])
        .map(queryFunction => QueryFunction.names.show(queryFunction))
        .join(', ');
    case Operation.GetAttributes:
      return (payload as RequestOf<typeof Operation.GetAttributes>).attributeNames?.join(', ') ?? '';
    case Operation.AddAttribute: {
      const { attribute } = (payload as RequestOf<typeof Operation.AddAttribute>).attribute;
      return attribute.attributeName;
    }
    default:
      return '';
  }
}

function answered(operation: number, payload: object): string {
  switch (operation) {
    case Operation.DiscoverVersions: {
      const { protocolVersions = [] } = payload as ResponseOf<typeof Operation.DiscoverVersions>;
      const versions = protocolVersions.map(fromProtocolVersion).filter(version => version !== undefined);
      return `KMIP ${versions.map(showVersion).join(', ')}`;
    }
    case Operation.Query:
      return (payload as ResponseOf<typeof Operation.Query>).vendorIdentification ?? '';
    case Operation.Create:
      return `Unique Identifier ${(payload as ResponseOf<typeof Operation.Create>).uniqueIdentifier}`;
    case Operation.GetAttributes: {
      const { attributes = [] } = payload as ResponseOf<typeof Operation.GetAttributes>;
      return attributes.map(({ attribute, value }) => String(attribute.describe(value))).join(', ') || 'not set';
    }
    case Operation.Get:
      return sayKey(payload as ResponseOf<typeof Operation.Get>);
    default:
      return '';
  }
}

function sayKey({ objectType, object }: ResponseOf<typeof Operation.Get>): string {
  const keyBlock = 'keyBlock' in object ? object.keyBlock : undefined;
  if (keyBlock === undefined) return ObjectType.names.show(objectType);
  const { cryptographicAlgorithm: algorithm, cryptographicLength: bits, keyFormatType } = keyBlock;
  const what = algorithm === undefined ? '' : ` ${CryptographicAlgorithm.names.show(algorithm)}`;
  return `${ObjectType.names.show(objectType)},${what} ${bits ?? '?'} bits, ${KeyFormatType.names.show(keyFormatType)} (not shown here)`;
}
