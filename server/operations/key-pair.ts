import {
  AttributeSet,
  CryptographicAlgorithm,
  CryptographicDomainParameters,
  CryptographicLength,
  CryptographicUsageMask,
  LinkType,
  Name,
  ObjectType,
  OriginalCreationDate,
  RandomNumberGenerator,
  RNGAlgorithm,
  TemplateAttributes,
  type Attribute,
  type RequestOf,
  type Operation,
} from '../../kmip-codec/index.ts';
import type { Origin } from '../objects/index.ts';
import type { KeyPair, KeyPairKind } from './key-pair-generation.ts';
import { addLink } from './links.ts';
import { keepMade } from './made-object.ts';
import { attributesGiven, givenIn, required } from './new-object.ts';
import type { Context } from './operation.ts';
import { OperationFailure } from './results.ts';
import { withTemplates } from './templates.ts';

/** The attributes of both keys of a pair. */
export interface OfPair {
  readonly privateKey: AttributeSet;
  readonly publicKey: AttributeSet;
}
type Given = Pick<
  RequestOf<typeof Operation.CreateKeyPair>,
  'commonAttributes' | 'privateKeyAttributes' | 'publicKeyAttributes'
>;

/** The attributes that a client wants for each key: its own, and those common to both that it does not give itself (1.4 §4.2). Throws OperationFailure. */
export async function pairGiven(context: Context, origin: Origin, given: Given): Promise<OfPair> {
  const { commonAttributes, privateKeyAttributes, publicKeyAttributes } = given;
  const common = givenIn(await withTemplates(context, commonAttributes ?? new AttributeSet()));
  if (common.some(one => one.attribute.attributeName === Name.attributeName))
    throw new OperationFailure(
      'Non Unique Name Attribute',
      'Name is among the common attributes, but two objects cannot share one',
    );
  const ofOne = async (objectType: number, own: Given['commonAttributes']): Promise<AttributeSet> => {
    const mine = givenIn(await withTemplates(context, own ?? new AttributeSet()));
    const replaced = new Set(mine.map(one => one.attribute.attributeName));
    const kept = common.filter(one => !replaced.has(one.attribute.attributeName));
    return attributesGiven(context, origin, new TemplateAttributes([...kept, ...mine]), objectType);
  };
  return {
    privateKey: await ofOne(ObjectType.PrivateKey, privateKeyAttributes),
    publicKey: await ofOne(ObjectType.PublicKey, publicKeyAttributes),
  };
}

/** What a pair with these attributes is to be. Throws OperationFailure 'Invalid Field' where the two keys differ or something is missing. */
export function kindOf({ privateKey, publicKey }: OfPair): KeyPairKind {
  const algorithm = agreed(CryptographicAlgorithm, privateKey, publicKey);
  if (algorithm === undefined) throw new OperationFailure('Invalid Field', 'Cryptographic Algorithm is required');
  for (const one of [privateKey, publicKey]) required(one, CryptographicUsageMask);
  return {
    algorithm,
    length: agreed(CryptographicLength, privateKey, publicKey),
    curve: agreed(CryptographicDomainParameters, privateKey, publicKey)?.recommendedCurve,
  };
}

/** A value that both keys must have in common. */
function agreed<T>(attribute: Attribute<T>, privateKey: AttributeSet, publicKey: AttributeSet): T | undefined {
  const [ofPrivate, ofPublic] = [privateKey.get(attribute), publicKey.get(attribute)];
  if (ofPrivate !== undefined && ofPublic !== undefined && show(ofPrivate) !== show(ofPublic))
    throw new OperationFailure('Invalid Field', `${attribute.attributeName} differs between the two keys`);
  return ofPrivate ?? ofPublic;
}
const show = (value: unknown): string => JSON.stringify(value);

/** Keeps a new pair, each key with a Link to the other, and wipes it; the ID Placeholder is the private key's. Throws as keepMade does. */
export async function keepPair(context: Context, pair: KeyPair, given: OfPair) {
  const set = (attributes: AttributeSet) =>
    attributes
      .clone()
      .set(CryptographicAlgorithm, pair.algorithm)
      .set(CryptographicLength, pair.length)
      .set(OriginalCreationDate, context.now)
      .set(RandomNumberGenerator, { rngAlgorithm: RNGAlgorithm.Unspecified });
  try {
    const publicKeyUniqueIdentifier = await keepMade(context, {
      objectType: ObjectType.PublicKey,
      given: set(given.publicKey),
      value: { keyBlock: pair.publicKey },
    });
    const privateKeyUniqueIdentifier = await keepMade(context, {
      objectType: ObjectType.PrivateKey,
      given: set(given.privateKey),
      value: { keyBlock: pair.privateKey },
    });
    await addLink(context, privateKeyUniqueIdentifier, LinkType.PublicKeyLink, publicKeyUniqueIdentifier);
    await addLink(context, publicKeyUniqueIdentifier, LinkType.PrivateKeyLink, privateKeyUniqueIdentifier);
    return { privateKeyUniqueIdentifier, publicKeyUniqueIdentifier };
  } finally {
    pair.wipe();
  }
}
