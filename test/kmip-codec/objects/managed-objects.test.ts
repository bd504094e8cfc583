import t from 'tap';
import {
  CertificateRequestType,
  CertificateType,
  CryptographicAlgorithm,
  decodeItemAs,
  encodeItemAs,
  existsIn,
  ItemType,
  KeyBlock,
  KeyFormatType,
  managedObjects,
  ObjectType,
  RecommendedCurve,
  registry,
  SecretDataType,
  showVersion,
  SplitKeyMethod,
  Tag,
  V1_0,
  V1_1,
  V1_2,
  V1_3,
  V1_4,
  V2_0,
  V2_1,
  type KeyMaterial,
  type ManagedObjectValue,
} from '../../../kmip-codec/index.ts';
import { codecErrorOf, hex, raw, rawEnumeration, rawStructure } from '../raw.ts';

const versions = [V1_0, V1_1, V1_2, V1_3, V1_4, V2_0, V2_1];
const secret = 'c0ffee11c0ffee22';
const number = BigInt(`0x${secret}`);
const bytes = hex(secret);
const curve = { recommendedCurve: RecommendedCurve.P_256 };

/** Key Material of every Key Format Type. */
const materials: Record<keyof typeof registry.KeyFormatType.values, KeyMaterial> = {
  Raw: bytes,
  Opaque: bytes,
  PKCS_1: bytes,
  PKCS_8: bytes,
  X_509: bytes,
  ECPrivateKey: bytes,
  PKCS_12: bytes,
  PKCS_10: bytes,
  TransparentSymmetricKey: { key: bytes },
  TransparentDSAPrivateKey: { p: 23n, q: 11n, g: 4n, x: number },
  TransparentDSAPublicKey: { p: 23n, q: 11n, g: 4n, y: number },
  TransparentRSAPrivateKey: {
    modulus: 3233n,
    privateExponent: number,
    publicExponent: 17n,
    p: 61n,
    q: 53n,
    primeExponentP: 53n,
    primeExponentQ: 49n,
    crtCoefficient: 38n,
  },
  TransparentRSAPublicKey: { modulus: number, publicExponent: 17n },
  TransparentDHPrivateKey: { p: 23n, q: 11n, g: 4n, j: 2n, x: number },
  TransparentDHPublicKey: { p: 23n, g: 4n, y: number },
  TransparentECDSAPrivateKey: { ...curve, d: number },
  TransparentECDSAPublicKey: { ...curve, qString: bytes },
  TransparentECDHPrivateKey: { ...curve, d: number },
  TransparentECDHPublicKey: { ...curve, qString: bytes },
  TransparentECMQVPrivateKey: { ...curve, d: number },
  TransparentECMQVPublicKey: { ...curve, qString: bytes },
  TransparentECPrivateKey: { ...curve, d: number },
  TransparentECPublicKey: { ...curve, qString: bytes },
};

t.test('every Key Format Type has its Key Material, in the versions that have it (2.1 §3, 1.4 §2.1.7)', async t => {
  // What a later version dropped is still read and written.
  for (const [name, [keyFormatType, , since]] of Object.entries(
    registry.KeyFormatType.values as unknown as Record<string, readonly [number, string, number]>,
  )) {
    const block = {
      keyFormatType: keyFormatType as KeyBlock['keyFormatType'],
      keyValue: { keyMaterial: materials[name as keyof typeof materials] },
      cryptographicAlgorithm: CryptographicAlgorithm.AES,
      cryptographicLength: 128,
    };
    for (const version of versions) {
      const title = `${name} in KMIP ${showVersion(version)}`;
      const encoded = () => encodeItemAs(KeyBlock, block, version);
      if (version >= since) {
        const back = decodeItemAs(KeyBlock, encoded(), version);
        t.match(back, block, title);
        t.notMatch(JSON.stringify(KeyBlock.describe(back)), /keyMaterial|keyValue/i, 'no material in words');
      } else t.throws(() => decodeItemAs(KeyBlock, encoded(), version), { name: 'CodecError' }, title);
    }
  }
});

const keyBlock = { keyFormatType: KeyFormatType.Raw, keyValue: { keyMaterial: bytes } };
/** One of every Object Type. */
const values = new Map<number, ManagedObjectValue>([
  [ObjectType.Certificate, { certificateType: CertificateType.X_509, certificateValue: bytes }],
  [ObjectType.SymmetricKey, { keyBlock }],
  [ObjectType.PublicKey, { keyBlock }],
  [ObjectType.PrivateKey, { keyBlock }],
  [
    ObjectType.SplitKey,
    {
      splitKeyParts: 4,
      keyPartIdentifier: 1,
      splitKeyThreshold: 2,
      splitKeyMethod: SplitKeyMethod.PolynomialSharingPrimeField,
      primeFieldSize: 104729n,
      keyBlock,
    },
  ],
  [ObjectType.Template, { attributes: [] }],
  [ObjectType.SecretData, { secretDataType: SecretDataType.Password, keyBlock }],
  [ObjectType.OpaqueObject, { opaqueDataType: 0x80000001 as never, opaqueDataValue: bytes }],
  [ObjectType.PGPKey, { pgpKeyVersion: 4, keyBlock }],
  [
    ObjectType.CertificateRequest,
    { certificateRequestType: CertificateRequestType.PKCS_10, certificateRequestValue: bytes },
  ],
]);

t.test('every Object Type has its layout, and says nothing of its value (2.1 §2, 1.4 §2.2)', async t => {
  t.same([...values.keys()].sort(), [...managedObjects.keys()].sort());
  for (const [objectType, value] of values) {
    const layout = managedObjects.get(objectType)!;
    for (const version of versions.filter(one => existsIn(layout, one))) {
      const back = decodeItemAs(layout, encodeItemAs(layout, value, version), version);
      t.match(back, value, `${ObjectType.names.show(objectType)} in KMIP ${showVersion(version)}`);
      const words = JSON.stringify(layout.describe(back), (_, one: unknown) =>
        typeof one === 'bigint' ? one.toString() : one,
      );
      t.notMatch(words, /"type":"Buffer"|keyValue|Value"/, words);
    }
  }
});

t.test('Key Material that its Key Format Type does not have is refused (2.1 §3.2, 1.4 §2.1.4)', async t => {
  const block = (format: number, ...material: Buffer[]) =>
    rawStructure(Tag.KeyBlock, rawEnumeration(Tag.KeyFormatType, format), rawStructure(Tag.KeyValue, ...material));
  const key = raw(Tag.Key, ItemType.ByteString, bytes);
  const inBytes = raw(Tag.KeyMaterial, ItemType.ByteString, bytes);
  const cases: Record<string, Buffer> = {
    'a transparent key in bytes': block(KeyFormatType.TransparentSymmetricKey, inBytes),
    'a raw key in a structure': block(KeyFormatType.Raw, rawStructure(Tag.KeyMaterial, key)),
    'a transparent key without Key': block(KeyFormatType.TransparentSymmetricKey, rawStructure(Tag.KeyMaterial)),
    'a transparent key with more': block(
      KeyFormatType.TransparentSymmetricKey,
      rawStructure(Tag.KeyMaterial, key, key),
    ),
    'no material': block(KeyFormatType.Raw),
  };
  for (const [says, message] of Object.entries(cases)) {
    const error = codecErrorOf(() => decodeItemAs(KeyBlock, message, V1_4));
    t.match(error.path, /^keyValue/, `${says}: ${error.message}`);
  }
  const own = block(0x80000001, rawStructure(Tag.KeyMaterial, key));
  t.match(decodeItemAs(KeyBlock, own, V1_4).keyValue, { keyMaterial: [{ tag: Tag.Key }] }, "a vendor's own is a tree");
  t.same(encodeItemAs(KeyBlock, decodeItemAs(KeyBlock, own, V1_4), V1_4), own);
});
