export { findCurve, findCurveByName, type Curve } from './curves.ts';
export { CryptographicFailure } from './failure.ts';
export { algorithmOf, type KeyAlgorithm } from './key-algorithm.ts';
export { keyBlockOf, keyObjectOf } from './keys.ts';
export {
  decrypt,
  decrypting,
  encrypt,
  encrypting,
  type Ciphering,
  type CipherInput,
  type CipherKey,
  type Encrypted,
} from './block-cipher.ts';
export { hashNameOf } from './hashes.ts';
export { decryptWithRsa, encryptWithRsa } from './rsa-cipher.ts';
export { hmacHashOf, macOf } from './mac.ts';
export { isSignatureOf, isSignatureOfDigest, signatureOf, signatureOfDigest } from './signature.ts';
export { agree, derive, type DerivationInput } from './derivation.ts';
