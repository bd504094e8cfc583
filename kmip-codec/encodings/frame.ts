const HEADER_BYTES = 8;

/**
 * Bytes of the message that begins with `start`, its header included; undefined until the header has come whole. A message is
 * a structure, so nothing pads it: what follows is the next one (2.1 §10.1).
 */
export function messageBytes(start: Uint8Array): number | undefined {
  if (start.length < HEADER_BYTES) return undefined;
  return HEADER_BYTES + new DataView(start.buffer, start.byteOffset).getUint32(4);
}
