import { constants, createHash, privateDecrypt, publicEncrypt, timingSafeEqual, type KeyObject } from 'node:crypto';

/** The hash of the label, the hash of MGF1, by OpenSSL's names, and the label (RFC 8017 §7.1). */
export interface OaepOptions {
  readonly hash: string;
  readonly maskHash: string;
  readonly label: Uint8Array;
}

/**
 * OAEP with two different hashes, which node:crypto cannot do: RSAES-OAEP-ENCRYPT (RFC 8017 §7.1.1). Throws RangeError when the
 * data are too long for the key.
 */
export function oaepEncrypt(
  key: KeyObject,
  { hash, maskHash, label }: OaepOptions,
  data: Uint8Array,
  randomBytes: (length: number) => Buffer,
): Buffer {
  const labelHash = createHash(hash).update(label).digest();
  const length = modulusBytes(key) - labelHash.length - 1;
  const zeros = length - labelHash.length - 1 - data.length;
  if (zeros < 0) throw new RangeError(`${data.length} bytes are too long`);
  const block = Buffer.concat([labelHash, Buffer.alloc(zeros), Buffer.of(1), data]);
  const seed = randomBytes(labelHash.length);
  const maskedBlock = xor(block, mask(maskHash, seed, block.length));
  const maskedSeed = xor(seed, mask(maskHash, maskedBlock, seed.length));
  const encoded = Buffer.concat([Buffer.of(0), maskedSeed, maskedBlock]);
  return publicEncrypt({ key, padding: constants.RSA_NO_PADDING }, encoded);
}

/**
 * What `oaepEncrypt` was given (RFC 8017 §7.1.2). Throws one RangeError whatever is wrong, after the same work: everything is looked
 * at before anything is judged.
 */
export function oaepDecrypt(key: KeyObject, { hash, maskHash, label }: OaepOptions, data: Uint8Array): Buffer {
  const labelHash = createHash(hash).update(label).digest();
  const bytes = modulusBytes(key);
  if (data.length !== bytes || bytes < 2 * labelHash.length + 2) throw wrong();
  const encoded = privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, data);
  const maskedSeed = encoded.subarray(1, 1 + labelHash.length);
  const maskedBlock = encoded.subarray(1 + labelHash.length);
  const seed = xor(maskedSeed, mask(maskHash, maskedBlock, maskedSeed.length));
  const block = xor(maskedBlock, mask(maskHash, seed, maskedBlock.length));
  let isBad = encoded[0]! | (timingSafeEqual(block.subarray(0, labelHash.length), labelHash) ? 0 : 1);
  let begin = 0;
  for (let at = labelHash.length; at < block.length; at++) {
    const isBefore = begin === 0 ? 1 : 0;
    begin += isBefore & (block[at] === 1 ? 1 : 0) ? at + 1 : 0;
    isBad |= isBefore & (block[at]! > 1 ? 1 : 0);
  }
  if (isBad !== 0 || begin === 0) throw wrong();
  return block.subarray(begin);
}

const wrong = () => new RangeError('not encrypted so with this key');

const modulusBytes = (key: KeyObject): number => Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 0) / 8);

/** MGF1 (RFC 8017, appendix B.2.1). */
function mask(hash: string, seed: Uint8Array, length: number): Buffer {
  const blocks: Buffer[] = [];
  const counter = Buffer.alloc(4);
  for (let have = 0; have < length; have += blocks[0]!.length) {
    counter.writeUInt32BE(blocks.length);
    blocks.push(createHash(hash).update(seed).update(counter).digest());
  }
  return Buffer.concat(blocks).subarray(0, length);
}

const xor = (a: Uint8Array, b: Uint8Array): Buffer => Buffer.from(a.map((byte, i) => byte ^ b[i]!));
