const LENGTH_BYTES = 4;

/** Several byte strings as one value: each after its length, 4 bytes, big-endian. None are no bytes at all. */
export function bytesOfList(list: readonly Uint8Array[]): Buffer {
  const parts = list.flatMap(bytes => {
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt32BE(bytes.length);
    return [length, bytes];
  });
  return Buffer.concat(parts);
}

/** What `bytesOfList` was given. Throws RangeError when the lengths do not add up. */
export function listOfBytes(stored: Buffer): Buffer[] {
  const list: Buffer[] = [];
  for (let at = 0; at < stored.length;) {
    const start = at + LENGTH_BYTES;
    const end = start + stored.readUInt32BE(at);
    if (end > stored.length) throw new RangeError(`list of bytes ends at ${stored.length}, its item at ${end}`);
    list.push(stored.subarray(start, end));
    at = end;
  }
  return list;
}
