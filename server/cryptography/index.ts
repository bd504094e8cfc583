export { findCurve, findCurveByName, type Curve } from './curves.ts';
export { CryptographicFailure } from './failure.ts';
export { algorithmOf, type KeyAlgorithm } from './key-algorithm.ts';
export { keyBlockOf, keyObjectOf } from './keys.ts';
export { decrypt, encrypt, type CipherInput, type Encrypted } from './block-cipher.ts';
