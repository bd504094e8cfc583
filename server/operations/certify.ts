import type { KeyObject } from 'node:crypto';
import type { CertificateRequest } from '../../certs/index.ts';
import {
  AttributeSet,
  CertificateType,
  CryptographicUsageMask,
  findKeyBlock,
  Link,
  LinkType,
  Name,
  ObjectType,
  Operation,
  V2_0,
  type RequestOf,
  type Version,
} from '../../kmip-codec/index.ts';
import { CryptographicFailure, keyObjectOf } from '../cryptography/index.ts';
import type { ManagedObject } from '../objects/index.ts';
import { publicKeyOf, requestIn, requestOf } from './certificate-request.ts';
import { issueCertificate } from './issued-certificate.ts';
import { addLink } from './links.ts';
import { attributesGiven, required } from './new-object.ts';
import { onObject, type Context, type ObjectContext } from './operation.ts';
import { OperationFailure } from './results.ts';

type Request = RequestOf<typeof Operation.Certify>;

/**
 * Certify: 2.1 §6.1.6, 1.4 §4.7. A certificate by the vault's own authority for a public key that the server has or, since 2.0, for
 * that of a certificate request.
 */
export const certify = onObject(Operation.Certify, {
  changes: true,
  needs: { missing: 'Item Not Found', unless: isAboutRequest },
  async run(context, request) {
    const { attributes = new AttributeSet() } = request;
    const set = (await attributesGiven(context, 'Certify', attributes, ObjectType.Certificate)).clone();
    const { key, publicKey, certificateRequest } = await certifiedBy(context, request);
    checkType(set, certificateRequest);
    if (!set.has(CryptographicUsageMask)) set.set(CryptographicUsageMask, maskOf(publicKey));
    if (publicKey !== undefined)
      set.add(Link, { linkType: LinkType.PublicKeyLink, linkedObjectIdentifier: publicKey.uniqueIdentifier });
    const subject = certificateRequest ?? nameOf(set, publicKey!);
    const uniqueIdentifier = await issueCertificate(context, Operation.Certify, { key, subject, given: set });
    if (publicKey !== undefined)
      await addLink(context, publicKey.uniqueIdentifier, LinkType.CertificateLink, uniqueIdentifier);
    return { uniqueIdentifier };
  },
});

/** Since 2.0 a certificate request can stand for itself: the ID Placeholder is meant only without one (2.1 §6.1.6). */
function isAboutRequest(request: object, version: Version): boolean {
  const { uniqueIdentifier, certificateRequestValue } = request as Request;
  return version >= V2_0 && uniqueIdentifier === undefined && certificateRequestValue !== undefined;
}

interface Certified {
  readonly key: KeyObject;
  /** The object that the key is in, where the server has one. */
  readonly publicKey?: ManagedObject | undefined;
  /** Always there where there is no object. */
  readonly certificateRequest?: CertificateRequest | undefined;
}

async function certifiedBy(context: ObjectContext, request: Request): Promise<Certified> {
  const object = context.object as ManagedObject | undefined;
  if (object?.objectType === ObjectType.PublicKey) {
    const key = certifiableKey(context, object);
    return { key, publicKey: object, certificateRequest: await requestIn(request, context.version, key) };
  }
  const kept = object && (await requestOf(context, object));
  const certificateRequest = (await requestIn(request, context.version, kept && publicKeyOf(kept))) ?? kept!;
  const key = publicKeyOf(certificateRequest);
  return { key, certificateRequest, publicKey: object && (await linkedPublicKey(context, object, key)) };
}

/** The Public Key that a certificate or a certificate request has a Link to, if it is here and the same. Throws OperationFailure for one that may not be certified. */
export async function linkedPublicKey(
  context: Context,
  { attributes }: ManagedObject,
  key: KeyObject,
): Promise<ManagedObject | undefined> {
  const link = attributes.all(Link).find(({ value }) => value.linkType === LinkType.PublicKeyLink);
  const linked = link && (await context.objects.find(link.value.linkedObjectIdentifier));
  if (linked?.objectType !== ObjectType.PublicKey || !linked.hasMaterial) return undefined;
  if (linked.isArchived) throw new OperationFailure('Object Archived', 'the Public Key is archived, recover it first');
  return certifiableKey(context, linked).equals(key) ? linked : undefined;
}

function certifiableKey({ objects }: Context, publicKey: ManagedObject): KeyObject {
  if (publicKey.state !== 'Pre-Active' && publicKey.state !== 'Active')
    throw new OperationFailure('Permission Denied', `the Public Key is ${publicKey.state}`);
  const keyBlock = findKeyBlock(objects.open(publicKey));
  if (keyBlock?.keyValue === undefined)
    throw new OperationFailure('Permission Denied', 'the Public Key is kept elsewhere');
  try {
    return keyObjectOf(ObjectType.PublicKey, keyBlock);
  } catch (error) {
    if (error instanceof CryptographicFailure)
      throw new OperationFailure('Permission Denied', `the Public Key cannot be certified: ${error.message}`);
    throw error;
  }
}

/** Without a request the client says which type of certificate it wants (1.4 §4.7). */
function checkType(set: AttributeSet, certificateRequest: CertificateRequest | undefined): void {
  const type = certificateRequest === undefined ? required(set, CertificateType) : set.get(CertificateType);
  checkX509(type);
}

export function checkX509(type: number | undefined): void {
  if (type !== undefined && type !== CertificateType.X_509)
    throw new OperationFailure(
      'Feature Not Supported',
      `Certificate Type ${CertificateType.names.show(type)} is not made, only X.509`,
    );
}

const maskOf = (publicKey: ManagedObject | undefined): number =>
  publicKey?.attributes.get(CryptographicUsageMask) ?? CryptographicUsageMask.Verify;

/** The subject where no request has one: the first Name of the certificate, or else of the Public Key, or else its Unique Identifier. */
function nameOf(set: AttributeSet, { attributes, uniqueIdentifier }: ManagedObject): string {
  const names = [set.get(Name), attributes.get(Name)].flatMap(name => (name === undefined ? [] : [name.nameValue]));
  return names.find(name => name !== '' && Array.from(name).length <= COMMON_NAME_CHARACTERS_MAX) ?? uniqueIdentifier;
}
/** RFC 5280, ub-common-name. */
const COMMON_NAME_CHARACTERS_MAX = 64;
