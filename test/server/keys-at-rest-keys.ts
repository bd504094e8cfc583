import { randomBytes } from 'node:crypto';
import type { Test } from 'tap';
import {
  BlockCipherMode,
  CredentialType,
  CryptographicAlgorithm,
  CryptographicLength,
  CryptographicParameters,
  CryptographicUsageMask,
  EncodingOption,
  ItemType,
  KeyFormatType,
  ObjectType,
  Operation,
  ResultStatus,
  Tag,
  WrappingMethod,
  type KeyBlock,
  type KnownOperation,
  type RequestHeader,
  type RequestOf,
  type ResponseOf,
  type SymmetricKey,
} from '../../kmip-codec/index.ts';
import type { KmipClient } from './kmip-client.ts';
import { template } from './operations/world.ts';

/** A key as a client knows it. */
export interface KnownKey {
  readonly name: string;
  readonly uniqueIdentifier: string;
  /** Its bytes; for a key that was wrapped by the client, what that wrapped. */
  readonly key: Buffer;
}

export const USERNAME = 'vcsa';

/** Header of a client that has to give a password. */
export const withPassword = (password: string): Partial<RequestHeader> => ({
  authentication: {
    credentials: [
      { credentialType: CredentialType.UsernameAndPassword, credentialValue: { username: USERNAME, password } },
    ],
  },
});

export type Ask = <O extends KnownOperation>(operation: O, request: RequestOf<O>) => Promise<ResponseOf<O>>;

export const asking =
  (client: KmipClient, password: string): Ask =>
  (operation, request) =>
    client.request(operation, request, { header: withPassword(password) });

const { Encrypt, Decrypt, WrapKey } = CryptographicUsageMask;
const aesKeyWrap = { blockCipherMode: BlockCipherMode.NISTKeyWrap };
const wrappedBy = (uniqueIdentifier: string) => ({
  wrappingMethod: WrappingMethod.Encrypt,
  encryptionKeyInformation: {
    uniqueIdentifier,
    cryptographicParameters: aesKeyWrap,
  },
  encodingOption: EncodingOption.NoEncoding,
});

/** Keys of every kind and origin, each fetched by Get; what was registered comes back as it was. */
export async function makeKeys(t: Test, ask: Ask): Promise<KnownKey[]> {
  const fetched = async (name: string, uniqueIdentifier: string, registered?: Buffer): Promise<KnownKey> => {
    const { object } = await ask(Operation.Get, { uniqueIdentifier });
    const key = bytesIn((object as SymmetricKey).keyBlock);
    if (registered) t.ok(key.equals(registered), `${name}: Get gives what was registered`);
    return { name, uniqueIdentifier, key };
  };
  const keys: KnownKey[] = [];
  for (const [name, algorithm, length] of CREATED) {
    const { uniqueIdentifier } = await ask(Operation.Create, {
      objectType: ObjectType.SymmetricKey,
      attributes: template(
        [CryptographicAlgorithm, algorithm],
        [CryptographicLength, length],
        [CryptographicUsageMask, Encrypt | Decrypt | WrapKey],
        [CryptographicParameters, aesKeyWrap],
      ),
    });
    keys.push(await fetched(`created ${name}`, uniqueIdentifier));
  }
  for (const [name, keyBlock] of registeredBlocks(keys[0]!.uniqueIdentifier)) {
    const { uniqueIdentifier } = await ask(Operation.Register, registering(keyBlock));
    keys.push(await fetched(`registered ${name}`, uniqueIdentifier, bytesIn(keyBlock)));
  }
  return keys;
}

/** Another way for a key to leave: wrapped by a key of the same vault, which is Active. */
export const getWrapped = (ask: Ask, { uniqueIdentifier }: KnownKey, wrapping: KnownKey) =>
  ask(Operation.Get, { uniqueIdentifier, keyWrappingSpecification: wrappedBy(wrapping.uniqueIdentifier) });

export const registering = (keyBlock: KeyBlock): RequestOf<typeof Operation.Register> => ({
  objectType: ObjectType.SymmetricKey,
  attributes: template([CryptographicUsageMask, Encrypt | Decrypt]),
  object: { keyBlock },
});

/** A key that no AES key can be: Register fails, with the key in the request. */
export const tooShort = (key: Buffer): KeyBlock => ({
  keyFormatType: KeyFormatType.Raw,
  keyValue: { keyMaterial: key },
  cryptographicAlgorithm: CryptographicAlgorithm.AES,
});

/** Sends a message whose Key Material says that it is an Integer; the answer is Invalid Message. */
export async function registerDamaged(client: KmipClient, message: Buffer): Promise<number | undefined> {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(Tag.KeyMaterial * 256 + ItemType.ByteString);
  const at = message.indexOf(head);
  message[at + 3] = ItemType.Integer;
  const answer = await client.sendBytes(message);
  return answer === undefined ? undefined : ResultStatus.OperationFailed;
}

const CREATED = [
  ['AES-256', CryptographicAlgorithm.AES, 256],
  ['AES-128', CryptographicAlgorithm.AES, 128],
  ['3DES', CryptographicAlgorithm.DES3, 168],
  ['HMAC-SHA256', CryptographicAlgorithm.HMAC_SHA256, 256],
] as const;

function registeredBlocks(wrappingKey: string): [name: string, keyBlock: KeyBlock][] {
  const raw = (bytes: number, cryptographicAlgorithm: KeyBlock['cryptographicAlgorithm']): KeyBlock => ({
    keyFormatType: KeyFormatType.Raw,
    keyValue: { keyMaterial: randomBytes(bytes) },
    cryptographicAlgorithm,
  });
  return [
    ['AES-256', raw(32, CryptographicAlgorithm.AES)],
    ['3DES', raw(24, CryptographicAlgorithm.DES3)],
    ['HMAC-SHA512', raw(64, CryptographicAlgorithm.HMAC_SHA512)],
    [
      'transparent AES-192',
      {
        keyFormatType: KeyFormatType.TransparentSymmetricKey,
        keyValue: { keyMaterial: { key: randomBytes(24) } },
        cryptographicAlgorithm: CryptographicAlgorithm.AES,
      },
    ],
    [
      'AES-256 wrapped by the client',
      {
        keyFormatType: KeyFormatType.Raw,
        keyValue: randomBytes(40),
        cryptographicAlgorithm: CryptographicAlgorithm.AES,
        cryptographicLength: 256,
        keyWrappingData: wrappedBy(wrappingKey),
      },
    ],
  ];
}

function bytesIn({ keyValue }: KeyBlock): Buffer {
  const material = keyValue instanceof Uint8Array ? keyValue : keyValue?.keyMaterial;
  if (material instanceof Uint8Array) return Buffer.from(material);
  if (material === undefined || !('key' in material)) throw new Error('the Key Block has no key');
  return Buffer.from(material.key);
}
