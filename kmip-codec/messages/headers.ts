import * as registry from '../registry/index.ts';
import { Tag } from '../registry/index.ts';
import {
  boolean,
  byteString,
  dateTime,
  enumeration,
  integer,
  opaqueStructure,
  optional,
  repeated,
  required,
  secret,
  structure,
  textString,
  type Item,
  type TypeOf,
} from '../schema/index.ts';
import { V1_0, V1_2, V1_4, V2_0 } from '../version.ts';
import { AttestationType, Credential, Nonce, ProtocolVersion } from '../payloads/index.ts';

/** Authentication: 2.1 §9.4, 1.4 §6.6. Several credentials since 1.2. */
export const Authentication = structure(Tag.Authentication, { credentials: repeated(Credential) });

export const AsynchronousIndicator = enumeration(registry.AsynchronousIndicator);
/** In memory always of the enumeration. */
const asynchronous: Item<number> = {
  ...AsynchronousIndicator,
  since: V1_0,
  codec: version =>
    version >= V2_0
      ? AsynchronousIndicator.codec(version)
      : {
          write: (w, tag, value) => w.boolean(tag, value !== AsynchronousIndicator.Prohibited),
          read: (r, tag) => (r.boolean(tag) ? AsynchronousIndicator.Optional : AsynchronousIndicator.Prohibited),
        },
};

export const BatchErrorContinuationOption = enumeration(registry.BatchErrorContinuationOption);

/** Request Header: 2.1 §8.2, 1.4 §7.2. */
export const RequestHeader = structure(Tag.RequestHeader, {
  protocolVersion: required(ProtocolVersion),
  /** Bytes. */
  maximumResponseSize: optional(integer(Tag.MaximumResponseSize)),
  clientCorrelationValue: optional(textString(Tag.ClientCorrelationValue), { since: V1_4 }),
  serverCorrelationValue: optional(textString(Tag.ServerCorrelationValue), { since: V1_4 }),
  /** Before 2.0 a Boolean: true is Optional, false is Prohibited (1.4 §6.7). */
  asynchronousIndicator: optional(asynchronous),
  attestationCapableIndicator: optional(boolean(Tag.AttestationCapableIndicator), { since: V1_2 }),
  attestationTypes: repeated(AttestationType, { since: V1_2 }),
  authentication: optional(Authentication),
  batchErrorContinuationOption: optional(BatchErrorContinuationOption),
  batchOrderOption: optional(boolean(Tag.BatchOrderOption)),
  timeStamp: optional(dateTime(Tag.TimeStamp)),
  batchCount: required(integer(Tag.BatchCount)),
});
export type RequestHeader = TypeOf<typeof RequestHeader>;

/** Response Header: 2.1 §8.5, 1.4 §7.2. */
export const ResponseHeader = structure(Tag.ResponseHeader, {
  protocolVersion: required(ProtocolVersion),
  timeStamp: required(dateTime(Tag.TimeStamp)),
  nonce: optional(Nonce, { since: V1_2 }),
  serverHashedPassword: optional(secret(byteString(Tag.ServerHashedPassword)), { since: V2_0 }),
  attestationTypes: repeated(AttestationType, { since: V1_2 }),
  clientCorrelationValue: optional(textString(Tag.ClientCorrelationValue), { since: V1_4 }),
  serverCorrelationValue: optional(textString(Tag.ServerCorrelationValue), { since: V1_4 }),
  batchCount: required(integer(Tag.BatchCount)),
});
export type ResponseHeader = TypeOf<typeof ResponseHeader>;

/** Message Extension: 2.1 §9.13, 1.4 §6.16. */
export const MessageExtension = structure(Tag.MessageExtension, {
  vendorIdentification: optional(textString(Tag.VendorIdentification)),
  criticalityIndicator: optional(boolean(Tag.CriticalityIndicator)),
  vendorExtension: optional(opaqueStructure(Tag.VendorExtension)),
});
