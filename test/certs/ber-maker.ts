import { DerReader } from '../../certs/der.ts';

/** DER as some writers of BER have it: every length indefinite, every long octet string in two pieces. Inside of strings nothing changes. */
export function indefiniteBer(der: Uint8Array): Buffer {
  const reader = new DerReader(der);
  const parts: Uint8Array[] = [];
  while (!reader.isAtEnd) {
    const element = reader.any('an element');
    const content = reader.content(element);
    const end = Buffer.of(0, 0);
    if (element.tag === 0x04 && content.length > 8) {
      parts.push(Buffer.of(0x24, 0x80), piece(content.subarray(0, 5)), piece(content.subarray(5)), end);
    } else if (element.tag & 0x20) {
      parts.push(Buffer.of(element.tag, 0x80), indefiniteBer(content), end);
    } else {
      parts.push(reader.whole(element));
    }
  }
  return Buffer.concat(parts);
}

function piece(octets: Uint8Array): Buffer {
  const { length } = octets;
  const header = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(0x04, ...header), octets]);
}
