import { createECDH, createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { createAuthority, toPem, type Authority } from '../../certs/index.ts';
import {
  ActivationDate,
  AttributeSet,
  CryptographicUsageMask,
  customAttribute,
  customText,
  Name,
  NameType,
  type CustomValue,
  type KnownOperation,
} from '../../kmip-codec/index.ts';
import type { ManagedObject } from '../objects/index.ts';
import { uuid } from '../randomness.ts';
import { findX509, keepCertificate } from './issued-certificate.ts';
import type { Context } from './operation.ts';

/** Ten years; followed by another one while what it signs for a year still ends before it does. */
const VALIDITY_DAYS = 3650;
const DAYS_LEFT_MIN = 400;
const DAY_MS = 86_400_000;
/** Authorities of one vault that are looked at, newest first. */
const LOOKED_AT_MAX = 10;

/** Says of a certificate that it is an authority of its vault, and which; a name that clients cannot give (1.4 §3.39). */
const MARK = 'y-kmipd-certify-authority';

/** Whether the server has made this certificate to sign others with. */
export const isAuthority = ({ attributes }: ManagedObject): boolean => attributes.has(customAttribute(MARK));

/**
 * The authority of this vault, made at its first use: its certificate is a managed object, by which clients check what it has signed;
 * its key follows from the key of the vault and is nowhere kept, so that no operation reaches it. No client of KMIP is let in by what it
 * signs. An authority that is revoked, archived, destroyed or about to end is followed by another one with another key.
 */
export async function authorityOf(context: Context, operation: KnownOperation): Promise<Authority> {
  return (await existing(context)) ?? made(context, operation);
}

async function existing({ objects, now }: Context): Promise<Authority | undefined> {
  const { uniqueIdentifiers } = await objects.search({
    conditions: [{ name: MARK, exists: true }],
    online: true,
    archived: false,
    offset: 0,
    limit: LOOKED_AT_MAX,
  });
  for (const uniqueIdentifier of uniqueIdentifiers) {
    const object = (await objects.find(uniqueIdentifier))!;
    const authority = object.state === 'Active' ? asAuthority(objects, object, now) : undefined;
    if (authority !== undefined) return authority;
  }
  return undefined;
}

/** Undefined where it ends too soon, and where it is not the server's: an import can bring anything, but not the key that it takes. */
function asAuthority(objects: Context['objects'], object: ManagedObject, now: Date): Authority | undefined {
  const { value: id } = object.attributes.get(customAttribute(MARK)) as CustomValue;
  const value = objects.open(object);
  if (typeof id !== 'string' || value === undefined || !('certificateValue' in value)) return undefined;
  const certificate = findX509(value);
  if (certificate === undefined || !certificate.isCa || !certificate.isSelfSigned) return undefined;
  if (certificate.notAfter.getTime() - now.getTime() < DAYS_LEFT_MIN * DAY_MS) return undefined;
  const key = keyOf(objects, id);
  if (!new X509Certificate(certificate.der).checkPrivateKey(key)) return undefined;
  return { certificatePem: toPem('CERTIFICATE', certificate.der), privateKeyPem: pemOf(key) };
}

async function made(context: Context, operation: KnownOperation): Promise<Authority> {
  const { objects, now, randomBytes } = context;
  const id = uuid(randomBytes);
  const privateKeyPem = pemOf(keyOf(objects, id));
  const commonName = `kmipd certify authority ${id}`;
  const authority = await createAuthority({
    ...{ commonName, now, privateKeyPem, randomBytes },
    validityDays: VALIDITY_DAYS,
  });
  const given = new AttributeSet()
    .set(Name, { nameValue: commonName, nameType: NameType.UninterpretedTextString })
    .set(CryptographicUsageMask, CryptographicUsageMask.CertificateSign | CryptographicUsageMask.CRLSign)
    .set(ActivationDate, now)
    .set(customAttribute(MARK), customText(id));
  const uniqueIdentifier = await keepCertificate(context, { given, der: authority.der });
  context.alsoDone.push({ operation, uniqueIdentifier });
  return authority;
}

/** ECDSA P-256, by trying until a number is one of the curve's (FIPS 186-5 §A.2.2): the first always is, but for one time in 2^32. */
function keyOf(objects: Context['objects'], id: string): KeyObject {
  const ecdh = createECDH('prime256v1');
  for (let tried = 0; ; tried++) {
    const d = objects.derive(`${MARK} ${id} ${tried}`, 32);
    try {
      ecdh.setPrivateKey(d);
    } catch {
      continue;
    }
    const point = ecdh.getPublicKey();
    const part = (from: number) => point.subarray(from, from + 32).toString('base64url');
    const jwk = { kty: 'EC', crv: 'P-256', d: Buffer.from(d).toString('base64url'), x: part(1), y: part(33) };
    d.fill(0);
    return createPrivateKey({ key: jwk, format: 'jwk' });
  }
}

const pemOf = (key: KeyObject): string => key.export({ format: 'pem', type: 'pkcs8' }) as string;
