import { DerReader, DerTag } from './der.ts';
import * as der from './der-writer.ts';
import { type Encryption, encryptWith, readEncryption } from './encryption.ts';
import type { RandomBytes } from './issue.ts';

/** PKCS#8 under a password, DER (RFC 5958 §3). */
export async function encryptedPrivateKeyInfo(
  pkcs8: Uint8Array,
  password: string,
  options: { iterations: number; randomBytes: RandomBytes },
): Promise<Uint8Array> {
  const { algorithm, data } = await encryptWith(password, pkcs8, options);
  return der.sequence(algorithm, der.octetString(data));
}

/** Reads such a structure without opening it. Throws CertificateError for a way of encryption that we do not open. */
export function readEncryptedPrivateKey(info: Uint8Array): { encryption: Encryption; data: Uint8Array } {
  const outer = new DerReader(info);
  const fields = outer.into(outer.next(DerTag.sequence, 'an encrypted private key'));
  outer.finish('the encrypted private key');
  const encryption = readEncryption(fields);
  return { encryption, data: fields.content(fields.next(DerTag.octetString, 'the encrypted private key')) };
}
