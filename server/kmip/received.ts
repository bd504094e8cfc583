import type { Version } from '../../kmip-codec/index.ts';
import { versionToAnswer } from './answers.ts';

/** A request message as it came: TTLV bytes, or an encoding of which they are made when it is known who asks. */
export type Received = Uint8Array | EncodedMessage;

export interface EncodedMessage {
  /** TTLV bytes of the message. Throws CodecError when it is none. */
  readonly toTtlv: () => Uint8Array;
  /** TTLV bytes of the answer -> the same in this encoding. Throws CodecError for what it cannot say. */
  readonly fromTtlv: (bytes: Buffer) => Buffer;
  /** As the function of this name says of TTLV. */
  readonly versionToAnswer: () => Version | undefined;
}

export const ttlvOf = (message: Received): Uint8Array => (message instanceof Uint8Array ? message : message.toTtlv());

/** An answer in the encoding of the message. */
export const answerTo = (message: Received, bytes: Buffer): Buffer =>
  message instanceof Uint8Array ? bytes : message.fromTtlv(bytes);

export const answerVersionOf = (message: Received): Version | undefined =>
  message instanceof Uint8Array ? versionToAnswer(message) : message.versionToAnswer();
