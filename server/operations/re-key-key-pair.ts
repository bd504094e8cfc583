import {
  CryptographicDomainParameters,
  CryptographicLength,
  findKeyBlock,
  Link,
  LinkType,
  ObjectType,
  Operation,
  type AttributeSet,
} from '../../kmip-codec/index.ts';
import { CryptographicFailure, keyObjectOf } from '../cryptography/index.ts';
import type { ManagedObject } from '../objects/index.ts';
import { generateKeyPair, isKindMade, recommendedCurveOf, type KeyPairKind } from './key-pair-generation.ts';
import { keepPair, kindOf, pairGiven, type OfPair } from './key-pair.ts';
import { addLink } from './links.ts';
import { onObject, type Context, type ObjectContext } from './operation.ts';
import { checkReplaceable, replacementAttributes, withoutNames } from './re-key.ts';
import { OperationFailure } from './results.ts';

/** Re-key Key Pair: 2.1 §6.1.47, 1.4 §4.5. A new pair with the attributes of the old one takes its place and its Names. */
export const reKeyKeyPair = onObject(Operation.ReKeyKeyPair, {
  changes: true,
  needs: {},
  async run(context, request) {
    const old = await pairOf(context);
    const given = await pairGiven(context, 'Re-key Key Pair', request);
    const existing = kindOfExisting(context, old);
    const set: OfPair = {
      privateKey: replacement(context, old.privateKey, given.privateKey, request.offset),
      publicKey: replacement(context, old.publicKey, given.publicKey, request.offset),
    };
    const asked = kindOf(set);
    if (asked.algorithm !== existing.algorithm)
      throw new OperationFailure('Invalid Field', 'Cryptographic Algorithm is that of the existing pair');

    const kind = {
      ...asked,
      curve: asked.curve ?? (asked.length === existing.length ? existing.curve : undefined),
    };
    for (const key of [old.privateKey, old.publicKey]) context.objects.update(key, withoutNames(key, context.now));
    const made = await keepPair(context, await generateKeyPair(context, kind), set);
    await replace(context, old.privateKey, made.privateKeyUniqueIdentifier);
    await replace(context, old.publicKey, made.publicKeyUniqueIdentifier);
    return made;
  },
});

interface Pair {
  readonly privateKey: ManagedObject;
  readonly publicKey: ManagedObject;
}

/** The existing pair: the private key that the request names, and the public key that it has a Link to. Throws OperationFailure. */
async function pairOf({ object: privateKey, objects }: ObjectContext): Promise<Pair> {
  if (privateKey.objectType !== ObjectType.PrivateKey)
    throw new OperationFailure(
      'Invalid Object Type',
      `a ${ObjectType.names.show(privateKey.objectType)} is no Private Key, by which a pair is named`,
      { before2: 'Permission Denied' },
    );
  checkReplaceable(objects, privateKey);
  const link = privateKey.attributes.all(Link).find(one => one.value.linkType === LinkType.PublicKeyLink);
  const publicKey = link && (await objects.find(link.value.linkedObjectIdentifier));
  if (publicKey?.objectType !== ObjectType.PublicKey)
    throw new OperationFailure('Permission Denied', 'the Private Key has no Link to a Public Key that is here');
  if (publicKey.isArchived)
    throw new OperationFailure('Object Archived', 'the Public Key of the pair is archived, recover it first');
  checkReplaceable(objects, publicKey);
  return { privateKey, publicKey };
}

/** What the existing pair is; of a curve that no attribute names the key itself tells. Throws OperationFailure 'Permission Denied' for what is not made. */
function kindOfExisting({ objects }: Context, { privateKey, publicKey }: Pair): KeyPairKind {
  const stated = kindOf({ privateKey: privateKey.attributes, publicKey: publicKey.attributes });
  const kind = { ...stated, curve: stated.curve ?? curveOf(objects, publicKey) };
  if (isKindMade(kind)) return kind;
  throw new OperationFailure('Permission Denied', 'no key pairs are made of the kind of the existing one');
}

function curveOf(objects: Context['objects'], publicKey: ManagedObject): number | undefined {
  try {
    return recommendedCurveOf(keyObjectOf(publicKey.objectType, findKeyBlock(objects.open(publicKey))!));
  } catch (error) {
    if (error instanceof CryptographicFailure) return undefined;
    throw error;
  }
}

/** As of Re-key; another length or curve takes the place of both. */
function replacement(
  context: Context,
  old: ManagedObject,
  given: AttributeSet,
  offset: number | undefined,
): AttributeSet {
  const set = replacementAttributes(context, old, given, offset);
  const hasOtherLength = set.get(CryptographicLength) !== old.attributes.get(CryptographicLength);
  if (hasOtherLength && !given.has(CryptographicDomainParameters)) set.remove(CryptographicDomainParameters);
  if (given.has(CryptographicDomainParameters) && !given.has(CryptographicLength)) set.remove(CryptographicLength);
  return set;
}

async function replace(context: Context, { uniqueIdentifier: old }: ManagedObject, replacement: string) {
  await addLink(context, old, LinkType.ReplacementObjectLink, replacement);
  await addLink(context, replacement, LinkType.ReplacedObjectLink, old);
}
