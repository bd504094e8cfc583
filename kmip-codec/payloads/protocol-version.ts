import { Tag } from '../registry/index.ts';
import { integer, required, structure, type TypeOf } from '../schema/index.ts';
import { version, type Version } from '../version.ts';

/** Protocol Version: 2.1 §9.16, 1.4 §6.1. */
export const ProtocolVersion = structure(Tag.ProtocolVersion, {
  protocolVersionMajor: required(integer(Tag.ProtocolVersionMajor)),
  protocolVersionMinor: required(integer(Tag.ProtocolVersionMinor)),
});
export type ProtocolVersion = TypeOf<typeof ProtocolVersion>;

export const toProtocolVersion = (v: Version): ProtocolVersion => ({
  protocolVersionMajor: v >> 8,
  protocolVersionMinor: v & 255,
});
/** undefined when the numbers are no version that could ever be spoken. */
export function fromProtocolVersion({
  protocolVersionMajor: major,
  protocolVersionMinor: minor,
}: ProtocolVersion): Version | undefined {
  return major >= 0 && major <= 255 && minor >= 0 && minor <= 255 ? version(major, minor) : undefined;
}
