import type { ConnectionOptions } from 'node:tls';
import {
  CodecError,
  ResultReason,
  ResultStatus,
  toProtocolVersion,
  V1_4,
  type KnownOperation,
  type RequestBatchItem,
  type RequestHeader,
  type RequestMessage,
  type RequestOf,
  type ResponseBatchItem,
  type ResponseMessage,
  type ResponseOf,
  type Version,
} from '../../kmip-codec/index.ts';
import { KmipClient as PlainKmipClient } from '../../server/demo/index.ts';

/** Certificate and key by which a client is known, PEM. */
export interface ClientIdentity {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

/** The answer was not Success. */
export class RequestFailed extends Error {
  readonly item: ResponseBatchItem;
  /** Name of the Result Reason. */
  readonly reason: string;
  constructor(item: ResponseBatchItem) {
    const reason = item.resultReason === undefined ? 'no Result Reason' : ResultReason.names.show(item.resultReason);
    super(`${ResultStatus.names.show(item.resultStatus)}: ${reason}: ${item.resultMessage}`);
    this.item = item;
    this.reason = reason;
  }
}

export interface BatchOptions {
  readonly version?: Version;
  readonly header?: Partial<RequestHeader>;
}

/** A KMIP client for tests: with any options of node:tls, and with one operation a call. */
export class KmipClient extends PlainKmipClient {
  /** Connects; rejects when the handshake fails. The certificate is sent if there is one. */
  static override async connect(
    options: ConnectionOptions & { host: string; port: number },
    identity?: ClientIdentity,
  ): Promise<KmipClient> {
    const { certificatePem: cert, privateKeyPem: key } = identity ?? {};
    return (await this.over({ ...(identity && { cert, key }), ...options })) as KmipClient;
  }

  /** Sends a batch; Batch Count and version are filled in. */
  batch(items: readonly RequestBatchItem[], options: BatchOptions = {}): Promise<ResponseMessage> {
    return this.send(requestMessage(items, options), options.version ?? V1_4);
  }

  /** Sends one operation and gives its batch item, however it ended. */
  async item<O extends KnownOperation>(
    operation: O,
    requestPayload: RequestOf<O>,
    options: BatchOptions = {},
  ): Promise<ResponseBatchItem> {
    const { batchItems = [] } = await this.batch([{ operation, requestPayload }], options);
    if (batchItems.length !== 1) throw new Error(`${batchItems.length} batch items came back, 1 is expected`);
    return batchItems[0]!;
  }

  /** Sends one operation and gives its response payload. Throws RequestFailed unless the answer is Success. */
  async request<O extends KnownOperation>(
    operation: O,
    requestPayload: RequestOf<O>,
    options: BatchOptions = {},
  ): Promise<ResponseOf<O>> {
    const item = await this.item(operation, requestPayload, options);
    if (item.resultStatus !== ResultStatus.Success) throw new RequestFailed(item);
    if (item.responsePayload instanceof CodecError) throw item.responsePayload;
    return item.responsePayload as ResponseOf<O>;
  }
}

/** A Request Message of these items. */
export function requestMessage(
  batchItems: readonly RequestBatchItem[],
  { version = V1_4, header }: BatchOptions = {},
): RequestMessage {
  return {
    requestHeader: { protocolVersion: toProtocolVersion(version), batchCount: batchItems.length, ...header },
    batchItems: [...batchItems],
  };
}
