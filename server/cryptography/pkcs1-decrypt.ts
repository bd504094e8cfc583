import { constants, createHash, createHmac, privateDecrypt, type KeyObject } from 'node:crypto';

/**
 * What was encrypted by PKCS#1 v1.5 (RFC 8017 §7.2.2), with implicit rejection, which not every OpenSSL under node:crypto has: where
 * the padding is wrong other data come out, made of key and ciphertext, the same each time. So nobody learns from the answer whether
 * the padding was right, and the server is no oracle for who has another's ciphertext. Throws RangeError for what is no number
 * below the modulus, which everybody can see. What depends on the padding is computed without branches.
 *
 * The other data are those of OpenSSL 3.2 and later: HMAC-SHA-256 under the hash of the private exponent.
 */
export function pkcs1Decrypt(key: KeyObject, data: Uint8Array): Buffer {
  const length = Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 0) / 8);
  if (data.length !== length || length < MIN_BYTES) throw new RangeError('not of the length of the modulus');
  const block = privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, data);
  const other = otherData(key, data);
  let isRight = isZero(block[0]!) & isZero(block[1]! ^ 2);
  let separator = 0;
  for (let at = 2; at < length; at++) separator |= at & -(isZero(block[at]!) & isZero(separator));
  // Eight bytes of padding at least, and an end to them.
  isRight &= 1 ^ (((separator - MIN_SEPARATOR) >> 31) & 1);
  const begin = select(isRight, separator + 1, length - other.length);
  const chosen = Buffer.alloc(length);
  for (let at = 0; at < length; at++) chosen[at] = select(isRight, block[at]!, other.message[at]!);
  return chosen.subarray(begin);
}

/** Two bytes before the padding, eight of it, one after it. */
const MIN_BYTES = 11;
const MIN_SEPARATOR = 10;
const LENGTH_CANDIDATES = 128;

/** A block of the modulus' length, and how many bytes at its end are the data. */
function otherData(key: KeyObject, data: Uint8Array): { readonly message: Buffer; readonly length: number } {
  const exponent = Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url');
  const padded = Buffer.concat([Buffer.alloc(Math.max(0, data.length - exponent.length)), exponent]);
  const hash = createHash('sha256').update(padded).digest();
  const secret = createHmac('sha256', hash).update(data).digest();
  const candidates = expanded(secret, 'length', LENGTH_CANDIDATES * 2);
  const max = data.length - MIN_SEPARATOR;
  const bits = 2 ** (32 - Math.clz32(max)) - 1;
  let length = 0;
  for (let at = 0; at < candidates.length; at += 2) {
    const candidate = candidates.readUInt16BE(at) & bits;
    length = select(((candidate - max) >> 31) & 1, candidate, length);
  }
  return { message: expanded(secret, 'message', data.length), length };
}

function expanded(secret: Buffer, label: string, bytes: number): Buffer {
  const end = Buffer.alloc(2);
  end.writeUInt16BE(bytes * 8);
  const blocks: Buffer[] = [];
  for (let i = 0; i * 32 < bytes; i++) {
    const count = Buffer.from([i >> 8, i & 0xff]);
    blocks.push(createHmac('sha256', secret).update(count).update(label).update(end).digest());
  }
  return Buffer.concat(blocks).subarray(0, bytes);
}

/** 1 for 0, 0 for any other number below 2^31. */
const isZero = (value: number): number => ((value - 1) >> 31) & 1;
const select = (isFirst: number, first: number, second: number): number =>
  (first & -isFirst) | (second & (isFirst - 1));
