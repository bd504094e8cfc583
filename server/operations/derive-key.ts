import {
  CryptographicAlgorithm,
  CryptographicLength,
  CryptographicParameters,
  DerivationMethod,
  Extractable,
  KeyFormatType,
  LinkType,
  Link,
  ObjectType,
  Operation,
  OriginalCreationDate,
  RandomNumberGenerator,
  RNGAlgorithm,
  SecretDataType,
  Sensitive,
  TemplateAttributes,
  V2_0,
  type AttributeSet,
  type CryptographicParametersValue,
  type KeyBlock,
  type ManagedObjectValue,
  type RequestOf,
} from '../../kmip-codec/index.ts';
import { agree, CryptographicFailure, derive } from '../cryptography/index.ts';
import { findSymmetricAlgorithm, hasAttribute, materialBytes, setOddParity } from '../objects/index.ts';
import { findBases, type Base, type Bases } from './derivation-bases.ts';
import { checkInstances } from './given-attribute.ts';
import { addLink } from './links.ts';
import { keepMade } from './made-object.ts';
import { attributesGiven, givenIn, required } from './new-object.ts';
import { operation, type Context } from './operation.ts';
import { OperationFailure } from './results.ts';
import { withTemplates } from './templates.ts';
import { useObject } from './use-object.ts';
import { findParameters } from './wrapping-key.ts';

type Request = RequestOf<typeof Operation.DeriveKey>;

/** Derive Key: 2.1 §6.1.14, 1.4 §4.6. A symmetric key or secret data from keys or secret data that may Derive Key, linked both ways. */
export const deriveKey = operation(Operation.DeriveKey, {
  changes: true,
  async run(context, request) {
    const { objectType, attributes } = request;
    if (objectType !== ObjectType.SymmetricKey && objectType !== ObjectType.SecretData)
      throw new OperationFailure('Invalid Object Type', `no ${ObjectType.names.show(objectType)} is derived`);
    const given = await givenFor(context, objectType, attributes);
    const wanted = wantedIn(objectType, given);
    const bases = await findBases(context, request);
    if (request.derivationMethod === DerivationMethod.ENCRYPT) checkSecrecy(bases, given);
    for (const { object } of bases.all) {
      const link = { linkType: LinkType.DerivedKeyLink, linkedObjectIdentifier: '' };
      checkInstances(object.attributes.clone().add(Link, link), Link, context);
      useObject(context, object, { bytes: wanted.bytes });
    }
    const material = await asFailure(() => materialFrom(context, request, bases, wanted.bytes));
    try {
      if (wanted.hasParity) setOddParity(material);
      const set = given
        .clone()
        .set(OriginalCreationDate, context.now)
        .set(RandomNumberGenerator, { rngAlgorithm: RNGAlgorithm.Unspecified });
      for (const { object } of bases.all) {
        const { uniqueIdentifier } = object;
        set.add(Link, { linkType: LinkType.DerivationBaseObjectLink, linkedObjectIdentifier: uniqueIdentifier });
      }
      const value = valueOf(objectType, given, material);
      const uniqueIdentifier = await keepMade(context, { objectType, given: set, value });
      for (const { object } of bases.all)
        await addLink(context, object.uniqueIdentifier, LinkType.DerivedKeyLink, uniqueIdentifier);
      return { uniqueIdentifier };
    } finally {
      material.fill(0);
    }
  },
});

/** As of any new object, but that the length must be told of Secret Data too, which has no such attribute in 1.x. */
async function givenFor(context: Context, objectType: number, attributes: Request['attributes']) {
  const all = givenIn(await withTemplates(context, attributes));
  const isAside = (one: (typeof all)[number]) =>
    one.attribute.attributeName === CryptographicLength.attributeName &&
    !hasAttribute(CryptographicLength.attributeName, objectType, context.version);
  const of = (some: typeof all, type: number) =>
    attributesGiven(context, 'Derive Key', new TemplateAttributes([...some]), type);
  const given = await of(
    all.filter(one => !isAside(one)),
    objectType,
  );
  for (const { attribute, value } of await of(all.filter(isAside), ObjectType.SymmetricKey))
    given.set(attribute, value);
  return given;
}

/** Most bytes that are derived at once; more than any method of a fixed output gives. */
const DERIVED_BYTES_MAX = 65_536;

/** What the attributes ask for. Throws OperationFailure. */
function wantedIn(objectType: number, given: AttributeSet): { bytes: number; hasParity: boolean } {
  const length = required(given, CryptographicLength);
  const algorithm = objectType === ObjectType.SymmetricKey ? required(given, CryptographicAlgorithm) : undefined;
  const symmetric = algorithm === undefined ? undefined : findSymmetricAlgorithm(algorithm);
  const isPossible =
    algorithm === undefined
      ? length > 0 && length % 8 === 0
      : symmetric?.canCreate === true && symmetric.allows(length);
  if (!isPossible)
    throw new OperationFailure(
      'Invalid Field',
      algorithm === undefined
        ? `Cryptographic Length ${length}, must be whole bytes`
        : `no keys of ${CryptographicAlgorithm.names.show(algorithm)} with ${length} bits are made`,
    );
  const bytes = symmetric === undefined ? length / 8 : materialBytes(symmetric, length);
  if (bytes > DERIVED_BYTES_MAX)
    throw new OperationFailure('Cryptographic Failure', `${bytes} bytes, at most ${DERIVED_BYTES_MAX} are derived`);
  return { bytes, hasParity: symmetric?.hasParity ?? false };
}

/** What is encrypted can be decrypted by who has the key: of data that must not leave nothing comes out that may. Throws OperationFailure. */
function checkSecrecy(bases: Bases, given: AttributeSet): void {
  const attributes = bases.kind === 'key' ? bases.dataFrom?.object.attributes : undefined;
  const isSecret = attributes?.get(Sensitive) ?? false;
  const isHeld = !(attributes?.get(Extractable) ?? true);
  if ((isSecret && given.get(Sensitive) !== true) || (isHeld && given.get(Extractable) !== false))
    throw new OperationFailure(
      'Permission Denied',
      'what is made of Sensitive or not Extractable data by encryption must be that itself',
    );
}

function materialFrom(
  context: Context,
  { derivationMethod, derivationParameters }: Request,
  bases: Bases,
  bytes: number,
): Buffer | Promise<Buffer> {
  if (bases.kind === 'agreement') return agree(bases.privateKey.key, bases.publicKey.key, bytes);
  const { cryptographicParameters, salt, iterationCount, initializationVector } = derivationParameters;
  const parameters = parametersFor(context, bases.key, derivationMethod, cryptographicParameters);
  const key = bases.key.key.export();
  const input = { parameters, key, data: bases.data, salt, iterationCount, initializationVector };
  return derive(derivationMethod, input, bytes);
}

/** Those that take their function from the algorithm of the key. */
const keyed: ReadonlySet<number> = new Set([
  DerivationMethod.HMAC,
  DerivationMethod.ENCRYPT,
  DerivationMethod.NIST800_108_C,
  DerivationMethod.NIST800_108_F,
  DerivationMethod.NIST800_108_DPI,
]);
/** Those whose parameters need not be any of the key: HMAC is told by its algorithm, PBKDF2 has a usual function, and 1.x has no others (1.4 §4.6). */
const ofAnyParameters: ReadonlySet<number> = new Set([DerivationMethod.HMAC, DerivationMethod.PBKDF2]);

/** The parameters given, or the key's own of the lowest index. Before 2.0 those given must be an instance of the key's own (1.4 §4.6), if it can have any. */
function parametersFor(
  { version }: Context,
  { object: { attributes, objectType } }: Base,
  method: number,
  asked: CryptographicParametersValue | undefined,
): CryptographicParametersValue {
  const algorithm = keyed.has(method) ? attributes.get(CryptographicAlgorithm) : undefined;
  const hasOwn = hasAttribute(CryptographicParameters.attributeName, objectType, version);
  if (version < V2_0 && hasOwn && !ofAnyParameters.has(method) && findParameters(attributes, asked) === undefined)
    throw new OperationFailure('Invalid Field', 'the derivation key has no such Cryptographic Parameters');
  return {
    ...(algorithm !== undefined && { cryptographicAlgorithm: algorithm }),
    ...(asked ?? findParameters(attributes)),
  };
}

function valueOf(objectType: number, given: AttributeSet, material: Buffer): ManagedObjectValue {
  const algorithm = given.get(CryptographicAlgorithm);
  const keyBlock: KeyBlock = {
    keyFormatType: KeyFormatType.Raw,
    keyValue: { keyMaterial: material },
    ...(algorithm !== undefined && { cryptographicAlgorithm: algorithm }),
    cryptographicLength: required(given, CryptographicLength),
  };
  return objectType === ObjectType.SecretData ? { secretDataType: SecretDataType.Seed, keyBlock } : { keyBlock };
}

async function asFailure<T>(compute: () => T | Promise<T>): Promise<T> {
  try {
    return await compute();
  } catch (error) {
    if (error instanceof CryptographicFailure) throw new OperationFailure(error.reason, error.message);
    throw error;
  }
}
