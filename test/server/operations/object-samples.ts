import { generateKeyPairSync } from 'node:crypto';
import {
  CertificateType,
  CryptographicAlgorithm,
  KeyFormatType,
  managedObjects,
  ObjectType,
  CertificateRequestType,
  SecretDataType,
  SplitKeyMethod,
  existsIn,
  type KeyBlock,
  type ManagedObjectValue,
  type Version,
} from '../../../kmip-codec/index.ts';
import { createAuthority, createServerRequest, parseCsr } from '../../../certs/index.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const rsaPublic = publicKey;
export const rsaPrivate = privateKey;

/** A certificate of our own, DER; made once. */
const own = await createAuthority({
  commonName: 'own',
  keyType: 'ECDSA P-256',
  now: new Date('2030-01-01'),
  validityDays: 30,
});
export const certificateDer = Buffer.from(own.der);

const requestBy = async (privateKeyPem: string) =>
  Buffer.from(parseCsr((await createServerRequest({ names: ['asks.example'], privateKeyPem })).csrPem).der);
/** Certificate requests (PKCS #10, DER) for the public key and for the certificate of these samples. */
export const requestDer = await requestBy(privateKey.export({ format: 'pem', type: 'pkcs8' }) as string);
export const certificateRequestDer = await requestBy(own.privateKeyPem);

export const keyBlockOf = (keyFormatType: KeyBlock['keyFormatType'], keyMaterial: Uint8Array): KeyBlock => ({
  keyFormatType,
  keyValue: { keyMaterial },
});
const secret = Buffer.from('0f1e2d3c4b5a69788796a5b4c3d2e1f0', 'hex');
export const aesBlock: KeyBlock = {
  ...keyBlockOf(KeyFormatType.Raw, secret),
  cryptographicAlgorithm: CryptographicAlgorithm.AES,
  cryptographicLength: 128,
};

/** One object of every type. */
export const objectSamples: ReadonlyMap<number, ManagedObjectValue> = new Map<number, ManagedObjectValue>([
  [ObjectType.Certificate, { certificateType: CertificateType.X_509, certificateValue: certificateDer }],
  [ObjectType.SymmetricKey, { keyBlock: aesBlock }],
  [
    ObjectType.PublicKey,
    { keyBlock: keyBlockOf(KeyFormatType.X_509, publicKey.export({ format: 'der', type: 'spki' })) },
  ],
  [
    ObjectType.PrivateKey,
    { keyBlock: keyBlockOf(KeyFormatType.PKCS_1, privateKey.export({ format: 'der', type: 'pkcs1' })) },
  ],
  [
    ObjectType.SplitKey,
    {
      splitKeyParts: 3,
      keyPartIdentifier: 1,
      splitKeyThreshold: 2,
      splitKeyMethod: SplitKeyMethod.PolynomialSharingPrimeField,
      primeFieldSize: 104729n,
      keyBlock: keyBlockOf(KeyFormatType.Raw, secret),
    },
  ],
  [ObjectType.Template, { attributes: [] }],
  [
    ObjectType.SecretData,
    { secretDataType: SecretDataType.Password, keyBlock: keyBlockOf(KeyFormatType.Raw, Buffer.from('open sesame')) },
  ],
  [ObjectType.OpaqueObject, { opaqueDataType: 0x80000001 as never, opaqueDataValue: secret }],
  [ObjectType.PGPKey, { pgpKeyVersion: 4, keyBlock: keyBlockOf(KeyFormatType.Raw, secret) }],
  [
    ObjectType.CertificateRequest,
    { certificateRequestType: CertificateRequestType.PKCS_10, certificateRequestValue: requestDer },
  ],
]);

/** Those that the version has. */
export const samplesIn = (version: Version): [number, ManagedObjectValue][] =>
  [...objectSamples].filter(([objectType]) => existsIn(managedObjects.get(objectType)!, version));
