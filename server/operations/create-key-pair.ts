import { generateKeyPair as generate, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import {
  AttributeSet,
  CryptographicAlgorithm,
  CryptographicDomainParameters,
  CryptographicLength,
  CryptographicUsageMask,
  KeyFormatType,
  Link,
  LinkType,
  Name,
  ObjectType,
  Operation,
  OriginalCreationDate,
  RandomNumberGenerator,
  RecommendedCurve,
  RNGAlgorithm,
  TemplateAttributes,
  type KeyBlock,
} from '../../kmip-codec/index.ts';
import { attributesGiven, givenIn, keepObject, required } from './new-object.ts';
import { operation, type Context } from './operation.ts';
import { OperationFailure } from './results.ts';
import { withTemplates } from './templates.ts';

/** Create Key Pair: 2.1 §6.1.9, 1.4 §4.2. Two keys of one pair, each linked to the other; the ID Placeholder is the private key's. */
export const createKeyPair = operation(Operation.CreateKeyPair, {
  changes: true,
  async run(context, { commonAttributes, privateKeyAttributes, publicKeyAttributes }) {
    const privateGiven = await givenFor(context, ObjectType.PrivateKey, commonAttributes, privateKeyAttributes);
    const publicGiven = await givenFor(context, ObjectType.PublicKey, commonAttributes, publicKeyAttributes);
    const algorithm = agreed(CryptographicAlgorithm, privateGiven, publicGiven);
    if (algorithm === undefined) throw new OperationFailure('Invalid Field', 'Cryptographic Algorithm is required');
    for (const given of [privateGiven, publicGiven]) required(given, CryptographicUsageMask);
    const length = agreed(CryptographicLength, privateGiven, publicGiven);
    const curve = agreed(CryptographicDomainParameters, privateGiven, publicGiven)?.recommendedCurve;

    const pair = await newPair(algorithm, length, curve);
    const facts = { cryptographicAlgorithm: algorithm, cryptographicLength: pair.length };
    const set = (given: AttributeSet) =>
      given
        .clone()
        .set(CryptographicAlgorithm, algorithm)
        .set(CryptographicLength, pair.length)
        .set(OriginalCreationDate, context.now)
        .set(RandomNumberGenerator, { rngAlgorithm: RNGAlgorithm.Unspecified });
    try {
      const publicKeyUniqueIdentifier = await keepObject(context, {
        objectType: ObjectType.PublicKey,
        given: set(publicGiven),
        value: { keyBlock: { ...pair.publicKey, ...facts } },
      });
      const privateKeyUniqueIdentifier = await keepObject(context, {
        objectType: ObjectType.PrivateKey,
        given: set(privateGiven).add(Link, {
          linkType: LinkType.PublicKeyLink,
          linkedObjectIdentifier: publicKeyUniqueIdentifier,
        }),
        value: { keyBlock: { ...pair.privateKey, ...facts } },
      });
      const kept = (await context.objects.find(publicKeyUniqueIdentifier))!;
      context.objects.update(
        kept,
        kept.attributes.clone().add(Link, {
          linkType: LinkType.PrivateKeyLink,
          linkedObjectIdentifier: privateKeyUniqueIdentifier,
        }),
      );
      return { privateKeyUniqueIdentifier, publicKeyUniqueIdentifier };
    } finally {
      pair.material.fill(0);
    }
  },
});

/** The attributes of one key: its own, and those common to both that it does not give itself (1.4 §4.2). */
async function givenFor(
  context: Context,
  objectType: number,
  common: AttributeSet | TemplateAttributes | undefined,
  own: AttributeSet | TemplateAttributes | undefined,
): Promise<AttributeSet> {
  const all = givenIn(await withTemplates(context, common ?? new AttributeSet()));
  const mine = givenIn(await withTemplates(context, own ?? new AttributeSet()));
  const replaced = new Set(mine.map(one => one.attribute.attributeName));
  if (all.some(one => one.attribute.attributeName === Name.attributeName))
    throw new OperationFailure(
      'Non Unique Name Attribute',
      'Name is among the common attributes, but two objects cannot share one',
    );
  const kept = all.filter(one => !replaced.has(one.attribute.attributeName));
  return attributesGiven(context, 'Create Key Pair', new TemplateAttributes([...kept, ...mine]), objectType);
}

/** A value that both keys must have in common. */
function agreed<T>(
  attribute: Parameters<typeof required<T>>[1],
  privateGiven: AttributeSet,
  publicGiven: AttributeSet,
): T | undefined {
  const [ofPrivate, ofPublic] = [privateGiven.get(attribute), publicGiven.get(attribute)];
  if (ofPrivate !== undefined && ofPublic !== undefined && show(ofPrivate) !== show(ofPublic))
    throw new OperationFailure('Invalid Field', `${attribute.attributeName} differs between the two keys`);
  return ofPrivate ?? ofPublic;
}
const show = (value: unknown): string => JSON.stringify(value);

interface Pair {
  /** Bits. */
  readonly length: number;
  readonly privateKey: KeyBlock;
  readonly publicKey: KeyBlock;
  /** The private key's bytes, to be wiped. */
  readonly material: Buffer;
}

/** A new pair in the formats that are the usual ones: PKCS#1 of RSA, ECPrivateKey and SubjectPublicKeyInfo of curves, PKCS#8 of the others (2.1 §4.26). */
async function newPair(algorithm: number, length: number | undefined, curve: number | undefined): Promise<Pair> {
  if (algorithm === CryptographicAlgorithm.RSA) return newRsaPair(length ?? RSA_BITS_DEFAULT);
  if (curveAlgorithms.has(algorithm)) return newCurvePair(length, curve);
  const edwards = edwardsCurves.get(algorithm);
  if (edwards !== undefined) {
    if (length !== undefined && length !== edwards.bits) throw badLength(length);
    const keys = edwards.name === 'ed25519' ? await generateKeyPair('ed25519') : await generateKeyPair('ed448');
    return pairOf(keys, edwards.bits, { type: 'pkcs8', format: 'der' }, KeyFormatType.PKCS_8);
  }
  throw new OperationFailure(
    'Invalid Attribute Value',
    `Cryptographic Algorithm ${CryptographicAlgorithm.names.show(algorithm)}: no key pairs are made for it`,
  );
}

const generateKeyPair = promisify(generate);
const RSA_BITS_DEFAULT = 2048;
/** Longer ones take minutes to make. */
const RSA_BITS_MAX = 8192;
/** Shorter ones protect nothing, but older clients and their tests ask for them. */
const RSA_BITS_MIN = 1024;
const curveAlgorithms: ReadonlySet<number> = new Set([
  CryptographicAlgorithm.EC,
  CryptographicAlgorithm.ECDSA,
  CryptographicAlgorithm.ECDH,
]);
const edwardsCurves: ReadonlyMap<number, { name: string; bits: number }> = new Map<
  number,
  { name: string; bits: number }
>([
  [CryptographicAlgorithm.Ed25519, { name: 'ed25519', bits: 256 }],
  [CryptographicAlgorithm.Ed448, { name: 'ed448', bits: 448 }],
]);
const curves: ReadonlyMap<number, { name: string; bits: number }> = new Map<number, { name: string; bits: number }>([
  [RecommendedCurve.P_192, { name: 'prime192v1', bits: 192 }],
  [RecommendedCurve.P_224, { name: 'secp224r1', bits: 224 }],
  [RecommendedCurve.P_256, { name: 'prime256v1', bits: 256 }],
  [RecommendedCurve.P_384, { name: 'secp384r1', bits: 384 }],
  [RecommendedCurve.P_521, { name: 'secp521r1', bits: 521 }],
]);

const badLength = (length: number) =>
  new OperationFailure(
    'Invalid Attribute Value',
    `Cryptographic Length ${length}: no key pairs of that length are made`,
  );

async function newRsaPair(length: number): Promise<Pair> {
  if (length < RSA_BITS_MIN || length > RSA_BITS_MAX || length % 8 !== 0) throw badLength(length);
  const keys = await generateKeyPair('rsa', { modulusLength: length });
  const publicKey = {
    keyFormatType: KeyFormatType.PKCS_1,
    keyValue: { keyMaterial: keys.publicKey.export({ type: 'pkcs1', format: 'der' }) },
  };
  return { ...pairOf(keys, length, { type: 'pkcs1', format: 'der' }, KeyFormatType.PKCS_1), publicKey };
}

async function newCurvePair(length: number | undefined, recommendedCurve: number | undefined): Promise<Pair> {
  const curve =
    recommendedCurve === undefined
      ? [...curves.values()].find(one => one.bits === (length ?? 256))
      : curves.get(recommendedCurve);
  if (curve === undefined)
    throw recommendedCurve === undefined
      ? badLength(length!)
      : new OperationFailure(
          'Invalid Attribute Value',
          `Recommended Curve ${RecommendedCurve.names.show(recommendedCurve)}: no key pairs are made for it`,
        );
  if (length !== undefined && length !== curve.bits) throw badLength(length);
  const keys = await generateKeyPair('ec', { namedCurve: curve.name });
  return pairOf(keys, curve.bits, { type: 'sec1', format: 'der' }, KeyFormatType.ECPrivateKey);
}

function pairOf(
  { privateKey, publicKey }: { privateKey: KeyObject; publicKey: KeyObject },
  length: number,
  encoding: { type: 'pkcs1' | 'pkcs8' | 'sec1'; format: 'der' },
  keyFormatType: KeyBlock['keyFormatType'],
): Pair {
  const material = privateKey.export(encoding);
  return {
    length,
    material,
    privateKey: { keyFormatType, keyValue: { keyMaterial: material } },
    publicKey: {
      keyFormatType: KeyFormatType.X_509,
      keyValue: { keyMaterial: publicKey.export({ type: 'spki', format: 'der' }) },
    },
  };
}
