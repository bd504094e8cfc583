import { createHash } from 'node:crypto';

/** OIDs of hashes for DigestInfo, DER without tag and length of the sequence (RFC 8017 §B.1), by OpenSSL's word. */
const oids: ReadonlyMap<string, string> = new Map([
  ['md5', '06082a864886f70d0205'],
  ['sha1', '06052b0e03021a'],
  ['ripemd160', '06052b24030201'],
  ['sha224', '0609608648016503040204'],
  ['sha256', '0609608648016503040201'],
  ['sha384', '0609608648016503040202'],
  ['sha512', '0609608648016503040203'],
  ['sha512-224', '0609608648016503040205'],
  ['sha512-256', '0609608648016503040206'],
  ['sha3-224', '0609608648016503040207'],
  ['sha3-256', '0609608648016503040208'],
  ['sha3-384', '0609608648016503040209'],
  ['sha3-512', '060960864801650304020a'],
]);

/** What PKCS#1 v1.5 signs of a digest (RFC 8017 §9.2): a DigestInfo as DER. Undefined where the digest is not that long. */
export function digestInfoOf(hash: string, digest: Uint8Array): Buffer | undefined {
  const oid = oids.get(hash);
  if (oid === undefined || digest.length !== createHash(hash).digest().length) return undefined;
  const algorithm = tagged(0x30, Buffer.from(`${oid}0500`, 'hex'));
  return tagged(0x30, Buffer.concat([algorithm, tagged(0x04, digest)]));
}

/** Every content here is shorter than 128 bytes. */
const tagged = (tag: number, content: Uint8Array) => Buffer.concat([Buffer.of(tag, content.length), content]);
