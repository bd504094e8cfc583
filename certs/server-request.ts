import { fromBER } from 'asn1js';
import { Attribute, CertificationRequest, Extensions, PublicKeyInfo } from 'pkijs';
import { createPublicKey } from 'node:crypto';
import { engine } from './engine.ts';
import * as extension from './extensions.ts';
import { commonNameOnly, fitsCommonName } from './issue.ts';
import { generateKeyPair, importPrivateKey, type KeyType, privateKeyPem as pemOf } from './keys.ts';
import { toPem } from './pem.ts';
import { serverNames } from './server-names.ts';

export interface CreateServerRequest {
  /** Host names and IP addresses that clients connect to. `localhost` is left out, for many authorities certify no name of everybody's. */
  names: readonly string[];
  /** The first name unless said. */
  commonName?: string;
  /** Of a new key; RSA 2048 unless said. */
  keyType?: KeyType;
  /** A key that is there already, instead of a new one. */
  privateKeyPem?: string;
}

const LOCALHOST = 'localhost';
const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';

/**
 * Makes a request (PKCS #10) by which an authority elsewhere can certify this server, and a key unless one is given. Throws
 * CertificateError for a name that is neither host name nor address.
 */
export async function createServerRequest({
  names,
  commonName,
  keyType,
  privateKeyPem,
}: CreateServerRequest): Promise<{ csrPem: string; privateKeyPem: string }> {
  const allNames = serverNames(names).filter((name, _index, all) => name !== LOCALHOST || all.length === 1);
  const pem = privateKeyPem ?? (await pemOf((await generateKeyPair(keyType ?? 'RSA 2048')).privateKey));
  const { key, keyObject, hash } = await importPrivateKey(pem);
  const spki = createPublicKey(keyObject).export({ format: 'der', type: 'spki' });
  const asked = new Extensions({
    extensions: [
      extension.extendedKeyUsage('serverAuth', 'clientAuth'),
      extension.subjectAltNames(extension.generalNames(allNames)),
    ],
  });
  const request = new CertificationRequest({
    version: 0,
    subject: commonNameOnly(commonName ?? allNames.find(fitsCommonName) ?? LOCALHOST),
    subjectPublicKeyInfo: new PublicKeyInfo({ schema: fromBER(spki).result }),
    attributes: [new Attribute({ type: EXTENSION_REQUEST, values: [asked.toSchema()] })],
  });
  await request.sign(key, hash, engine);
  const der = new Uint8Array(request.toSchema(true).toBER());
  return { csrPem: toPem('CERTIFICATE REQUEST', der), privateKeyPem: pem };
}
