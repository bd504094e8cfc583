import type { KeyObject } from 'node:crypto';
import {
  CertificateError,
  certifyKey,
  parseCertificates,
  type Certificate as X509,
  type CertifyKey,
  type GivenKeyUsage,
} from '../../certs/index.ts';
import {
  ActivationDate,
  CertificateType,
  CryptographicUsageMask,
  DeactivationDate,
  ObjectType,
  OriginalCreationDate,
  type AttributeSet,
  type Certificate,
  type KnownOperation,
} from '../../kmip-codec/index.ts';
import { certificateAttributes } from '../objects/index.ts';
import { authorityOf } from './certify-authority.ts';
import { keepObject, required } from './new-object.ts';
import type { Context } from './operation.ts';
import { OperationFailure } from './results.ts';

/** Of a certificate whose end nobody has said. */
const VALIDITY_DAYS = 365;

/** What is to be certified. */
export interface ToCertify {
  readonly key: KeyObject;
  readonly subject: CertifyKey['subject'];
  /** The attributes of the certificate; its Activation and Deactivation Date are also the dates within it. */
  readonly given: AttributeSet;
}

/**
 * Certifies a public key by the vault's own authority and keeps the certificate; sets the ID Placeholder. Returns its Unique Identifier.
 * Throws OperationFailure 'Permission Denied' for a key that is not certified, 'Invalid Field' for dates that do not fit, and as keepObject
 * does.
 */
export async function issueCertificate(
  context: Context,
  operation: KnownOperation,
  { key, subject, given }: ToCertify,
): Promise<string> {
  const { now, randomBytes } = context;
  const publicKeyDer = key.export({ format: 'der', type: 'spki' });
  const authority = await authorityOf(context, operation);
  const notBefore = given.get(ActivationDate);
  const notAfter = given.get(DeactivationDate);
  if (notAfter !== undefined && notAfter < (notBefore ?? now))
    throw new OperationFailure('Invalid Field', 'the Deactivation Date is before the certificate begins');
  try {
    const { der } = await certifyKey({
      ...{ authority, now, publicKeyDer, subject, randomBytes },
      validityDays: VALIDITY_DAYS,
      keyUsages: keyUsagesOf(given),
      ...(notBefore !== undefined && { notBefore }),
      ...(notAfter !== undefined && { notAfter }),
    });
    return await keepCertificate(context, { given, der });
  } catch (error) {
    if (error instanceof CertificateError) throw new OperationFailure('Permission Denied', error.message);
    throw error;
  }
}

/** Keeps a certificate that the server has made, with what it says of itself among its attributes. As keepObject. */
export async function keepCertificate(
  context: Context,
  { given, der }: { given: AttributeSet; der: Uint8Array },
): Promise<string> {
  const value: Certificate = { certificateType: CertificateType.X_509, certificateValue: der };
  const found = certificateAttributes(value, context.version);
  const set = given.clone().set(OriginalCreationDate, context.now);
  for (const { attribute } of found) set.remove(attribute);
  for (const { attribute, value: fact } of found) set.add(attribute, fact);
  return keepObject(context, { objectType: ObjectType.Certificate, given: set, value });
}

/** The X.509 certificate; undefined where it is none that can be read. */
export function findX509({ certificateType, certificateValue }: Certificate): X509 | undefined {
  if (certificateType !== CertificateType.X_509) return undefined;
  try {
    return parseCertificates(certificateValue)[0];
  } catch (error) {
    if (error instanceof CertificateError) return undefined;
    throw error;
  }
}

/** By the table of 1.4 §3.19. Certificates of authorities are none that a client may ask for. */
function keyUsagesOf(given: AttributeSet): readonly GivenKeyUsage[] {
  const mask = required(given, CryptographicUsageMask);
  if ((mask & (CryptographicUsageMask.CertificateSign | CryptographicUsageMask.CRLSign)) !== 0)
    throw new OperationFailure('Permission Denied', 'the Cryptographic Usage Mask is that of an authority');
  const usages = keyUsages.filter(([bits]) => (mask & bits) !== 0).map(([, usage]) => usage);
  // An empty Key Usage is none (RFC 5280 §4.2.1.3).
  return usages.length === 0 ? ['digitalSignature'] : usages;
}

const { Sign, Verify, ContentCommitmentNonRepudiation, WrapKey, UnwrapKey, Encrypt, Decrypt, KeyAgreement } =
  CryptographicUsageMask;
const keyUsages: readonly (readonly [number, GivenKeyUsage])[] = [
  [Sign | Verify, 'digitalSignature'],
  [ContentCommitmentNonRepudiation, 'nonRepudiation'],
  [WrapKey | UnwrapKey, 'keyEncipherment'],
  [Encrypt | Decrypt, 'dataEncipherment'],
  [KeyAgreement, 'keyAgreement'],
];
