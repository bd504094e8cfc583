import type { Version } from '../../kmip-codec/index.ts';
import { versionToAnswer } from './answers.ts';

/** A request message as it came: TTLV bytes, or an encoding of which they are made when it is known who asks. */
export type Received = Uint8Array | EncodedMessage;

export interface EncodedMessage {
  /** TTLV bytes of the message. Throws CodecError when it is none. */
  readonly toTtlv: () => Uint8Array;
  /** As the function of this name says of TTLV. */
  readonly versionToAnswer: () => Version | undefined;
}

export const ttlvOf = (message: Received): Uint8Array => (message instanceof Uint8Array ? message : message.toTtlv());

export const answerVersionOf = (message: Received): Version | undefined =>
  message instanceof Uint8Array ? versionToAnswer(message) : message.versionToAnswer();
