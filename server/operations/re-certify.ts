import { X509Certificate, type KeyObject } from 'node:crypto';
import type { Certificate as X509, CertificateRequest } from '../../certs/index.ts';
import {
  ActivationDate,
  AttributeSet,
  CertificateType,
  CryptographicUsageMask,
  DeactivationDate,
  LastChangeDate,
  Link,
  LinkType,
  Name,
  ObjectType,
  Operation,
  type Certificate,
  type RequestOf,
} from '../../kmip-codec/index.ts';
import { certificateAttributes, type ManagedObject } from '../objects/index.ts';
import { requestIn, requestOf } from './certificate-request.ts';
import { checkX509, linkedPublicKey } from './certify.ts';
import { isAuthority } from './certify-authority.ts';
import { findX509, issueCertificate } from './issued-certificate.ts';
import { addLink } from './links.ts';
import { attributesGiven } from './new-object.ts';
import { onObject, type Context, type ObjectContext } from './operation.ts';
import { replacementAttributes, withoutNames } from './re-key.ts';
import { OperationFailure } from './results.ts';

/**
 * Re-certify: 2.1 §6.1.45, 1.4 §4.8. Another certificate for the same key takes the place and the Names of the existing one, whoever has
 * issued that.
 */
export const reCertify = onObject(Operation.ReCertify, {
  changes: true,
  needs: {},
  async run(context, request) {
    const { object: old } = context;
    const existing = existingOf(context, old);
    const given = await attributesGiven(
      context,
      'Re-certify',
      request.attributes ?? new AttributeSet(),
      old.objectType,
    );
    checkX509(given.get(CertificateType));
    const key = new X509Certificate(existing.der).publicKey;
    const certificateRequest = await requestFor(context, request, key);
    const publicKey = await linkedPublicKey(context, old, key);
    const set = attributesOf(context, given, request.offset);
    if (publicKey !== undefined)
      set.add(Link, { linkType: LinkType.PublicKeyLink, linkedObjectIdentifier: publicKey.uniqueIdentifier });
    set.add(Link, { linkType: LinkType.ReplacedObjectLink, linkedObjectIdentifier: old.uniqueIdentifier });

    context.objects.update(old, withoutNames(old, context.now));
    const uniqueIdentifier = await issueCertificate(context, Operation.ReCertify, {
      key,
      subject: certificateRequest ?? existing,
      given: set,
    });
    await addLink(context, old.uniqueIdentifier, LinkType.ReplacementObjectLink, uniqueIdentifier);
    if (publicKey !== undefined) moveLink(context, publicKey, old.uniqueIdentifier, uniqueIdentifier);
    return { uniqueIdentifier };
  },
});

type Request = RequestOf<typeof Operation.ReCertify>;

/** The certificate that is replaced. Throws OperationFailure for an object that is none, or has no replacement to come. */
function existingOf({ objects }: Context, object: ManagedObject): X509 {
  if (object.objectType !== ObjectType.Certificate)
    throw new OperationFailure(
      'Invalid Object Type',
      `a ${ObjectType.names.show(object.objectType)} cannot be certified again, only a Certificate can`,
      { before2: 'Permission Denied' },
    );
  const denied = (message: string) => new OperationFailure('Permission Denied', message);
  const value = objects.open(object);
  if (value === undefined || !('certificateValue' in value)) throw denied(`the certificate is ${object.state}`);
  if (isAuthority(object)) throw denied('the certificate is that of an authority of the server');
  if (object.attributes.all(Link).some(one => one.value.linkType === LinkType.ReplacementObjectLink))
    throw denied('the certificate has been replaced already');
  const certificate = findX509(value);
  if (certificate === undefined) throw denied('the certificate is no X.509 certificate');
  return certificate;
}

/** The request by value or, since 2.0, by its own Unique Identifier; it must be about the same key. */
async function requestFor(context: Context, request: Request, key: KeyObject): Promise<CertificateRequest | undefined> {
  const given = await requestIn(request, context.version, key);
  const { certificateRequestUniqueIdentifier } = request;
  if (certificateRequestUniqueIdentifier === undefined) return given;
  if (given !== undefined) throw invalid('a Certificate Request and the Unique Identifier of one');
  const object = await context.objects.find(certificateRequestUniqueIdentifier);
  if (object === undefined)
    throw new OperationFailure('Object Not Found', 'no certificate request has this Unique Identifier');
  if (object.isArchived)
    throw new OperationFailure('Object Archived', 'the certificate request is archived, recover it first');
  return requestOf(context, object, key);
}

/** As of Re-key, without what the existing certificate says of itself; Names are added to those that the client gives. */
function attributesOf(context: ObjectContext, given: AttributeSet, offset: number | undefined): AttributeSet {
  const { object: old, now } = context;
  if (offset !== undefined && dates.some(date => given.has(date)))
    throw new OperationFailure('Invalid Message', 'an Offset together with dates, must be one or the other');
  const hasDate = old.attributes.has(ActivationDate);
  const set = replacementAttributes(context, old, given, hasDate ? offset : undefined);
  if (!hasDate && offset !== undefined) set.set(ActivationDate, new Date(now.getTime() + offset * 1000));
  const value = context.objects.open(old) as Certificate;
  for (const { attribute } of certificateAttributes(value, context.version)) set.remove(attribute);
  if (given.has(Name)) for (const name of old.attributes.all(Name)) set.add(Name, name.value);
  if (!set.has(CryptographicUsageMask)) set.set(CryptographicUsageMask, CryptographicUsageMask.Verify);
  return set;
}
const dates = [ActivationDate, DeactivationDate];

/** The Certificate Link of the public key goes to the new certificate (1.4 §4.8). */
function moveLink({ objects, now }: Context, { attributes, ...key }: ManagedObject, from: string, to: string): void {
  const set = attributes.clone().set(LastChangeDate, now);
  const linkType = LinkType.CertificateLink;
  const before = attributes
    .all(Link)
    .find(({ value }) => value.linkType === linkType && value.linkedObjectIdentifier === from);
  if (before !== undefined) set.remove(Link, before.index);
  set.add(Link, { linkType, linkedObjectIdentifier: to }, before?.index);
  objects.update({ attributes, ...key }, set);
}

const invalid = (message: string) => new OperationFailure('Invalid Field', message);
