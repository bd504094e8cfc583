import {
  CertificateError,
  parseCertificates,
  validatePath,
  validityAt,
  type Certificate,
  type PathRule,
} from '../../certs/index.ts';
import {
  CertificateType,
  ObjectType,
  Operation,
  ValidityIndicator,
  X509CertificateSubject,
  type Certificate as CertificateValue,
  type RequestOf,
} from '../../kmip-codec/index.ts';
import { searchCriteria, type ManagedObject } from '../objects/index.ts';
import { operation, type Context } from './operation.ts';
import { OperationFailure } from './results.ts';

/** Certificates of one request, and those of the vault that are looked at for each name. */
const CERTIFICATES_MAX = 20;

/**
 * Validate: 2.1 §6.1.57, 1.4 §4.24. Valid is a chain that leads, by RFC 5280 §6, to a certificate of this vault that has signed
 * itself: what nobody has put there is no trust anchor, though a client may show it. Without such an anchor a chain that breaks no
 * rule is Unknown. Missing issuers are looked for in the vault.
 */
export const validate = operation(Operation.Validate, {
  changes: false,
  async run(context, request) {
    const given = await givenIn(request, context);
    if (given.length === 0) throw noChain('no certificate is given');
    if (given.length > CERTIFICATES_MAX)
      throw noChain(`${given.length} certificates are given, at most ${CERTIFICATES_MAX} are taken`);
    return { validityIndicator: await indicatorOf(given, request.validityDate ?? context.now, context) };
  },
});

const { Valid, Invalid, Unknown } = ValidityIndicator;
type Indicator = typeof Valid | typeof Invalid | typeof Unknown;

/** Before 2.0 a list that is no chain is a wrong message (1.4 §11.25). */
const noChain = (message: string) => new OperationFailure('Invalid Field', message, { before2: 'Invalid Message' });

interface Given {
  readonly value: CertificateValue;
  readonly isRevoked: boolean;
}

async function givenIn(
  { certificates = [], uniqueIdentifiers = [] }: RequestOf<typeof Operation.Validate>,
  context: Context,
): Promise<Given[]> {
  const given: Given[] = certificates.map(value => ({ value, isRevoked: false }));
  for (const uniqueIdentifier of uniqueIdentifiers) given.push(await kept(uniqueIdentifier, context));
  return given;
}

async function kept(uniqueIdentifier: string, { objects }: Context): Promise<Given> {
  const object = await objects.find(uniqueIdentifier);
  if (object === undefined)
    throw new OperationFailure('Object Not Found', 'no object has one of the Unique Identifiers');
  if (object.isArchived) throw new OperationFailure('Object Archived', 'a certificate is archived, recover it first');
  if (object.objectType !== ObjectType.Certificate)
    throw new OperationFailure(
      'Invalid Object Type',
      `a ${ObjectType.names.show(object.objectType)} is given, it must be a Certificate`,
    );
  const value = objects.open(object);
  if (value === undefined || !('certificateValue' in value))
    throw new OperationFailure('Object Destroyed', 'a certificate is destroyed', { before2: 'Item Not Found' });
  return { value, isRevoked: isRevoked(object) };
}

const isRevoked = ({ state }: ManagedObject): boolean => state !== 'Pre-Active' && state !== 'Active';

async function indicatorOf(given: readonly Given[], at: Date, context: Context): Promise<Indicator> {
  // Of other kinds we know no rules.
  if (given.some(({ value }) => value.certificateType !== CertificateType.X_509)) return Unknown;
  const certificates: Certificate[] = [];
  for (const { value } of given) {
    const certificate = read(value.certificateValue);
    if (certificate === undefined) return Invalid;
    if (!certificates.some(({ sha256 }) => sha256 === certificate.sha256)) certificates.push(certificate);
  }
  if (given.some(one => one.isRevoked)) return Invalid;
  const chain = chainOf(certificates);
  const anchors = await climb(chain, context);
  const [end, ...above] = chain as [Certificate, ...Certificate[]];
  const verdicts = anchors.map(anchor => verdictOn(end, above, anchor, at));
  if (verdicts.includes(Valid)) return Valid;
  if (anchors.length > 0) return verdicts.includes(Unknown) ? Unknown : Invalid;
  // Nobody vouches for it; yet what is wrong in itself is.
  return verdictOn(end, above, chain.at(-1)!, at) === Invalid ? Invalid : Unknown;
}

/** From the end certificate up, each followed by its issuer. Throws OperationFailure for what is no single chain. */
function chainOf(certificates: readonly Certificate[]): Certificate[] {
  const isIssuerOf = (a: Certificate, b: Certificate) => a !== b && isSame(a.subjectDer, b.issuerDer);
  const ends = certificates.filter(one => !certificates.some(other => isIssuerOf(one, other)));
  const chain = ends.slice(0, 1);
  for (let last = chain[0]; last !== undefined;) {
    const below = last;
    last = certificates.find(one => isIssuerOf(one, below) && !chain.includes(one));
    if (last !== undefined) chain.push(last);
  }
  if (chain.length !== certificates.length)
    throw noChain(`the ${certificates.length} certificates do not form a single chain`);
  return chain;
}

/** Adds the issuers that the vault has to the end of the chain, and returns the anchors above it or at its end. */
async function climb(chain: Certificate[], context: Context): Promise<Certificate[]> {
  while (chain.length < CERTIFICATES_MAX) {
    const last = chain.at(-1)!;
    const found = await namedInVault(last.issuerDer, context);
    const anchors = found.filter(one => one.isSelfSigned && (!last.isSelfSigned || one.sha256 === last.sha256));
    const next = found.find(one => !chain.some(({ sha256 }) => sha256 === one.sha256));
    if (anchors.length > 0 || last.isSelfSigned || next === undefined) return anchors;
    chain.push(next);
  }
  return [];
}

/** Certificates of the vault that may still be used, by their subject. */
async function namedInVault(subjectDistinguishedName: Uint8Array, { objects }: Context): Promise<Certificate[]> {
  const criteria = searchCriteria([{ attribute: X509CertificateSubject, value: { subjectDistinguishedName } }]);
  const page = { online: true, archived: false, offset: 0, limit: CERTIFICATES_MAX };
  const { uniqueIdentifiers } = await objects.search({ ...criteria, ...page });
  const found: Certificate[] = [];
  for (const uniqueIdentifier of uniqueIdentifiers) {
    const object = await objects.find(uniqueIdentifier);
    const value = object && !isRevoked(object) ? objects.open(object) : undefined;
    const certificate = value && 'certificateValue' in value ? read(value.certificateValue) : undefined;
    if (certificate !== undefined) found.push(certificate);
  }
  return found;
}

function verdictOn(end: Certificate, above: readonly Certificate[], anchor: Certificate, now: Date): Indicator {
  // One that is its own anchor has no path; its dates are what can be asked.
  if (end.sha256 === anchor.sha256) return validityAt(end, now) === 'valid' ? Valid : Invalid;
  const found = validatePath({
    certificate: end.der,
    issuers: above.map(({ der }) => der),
    root: anchor.der,
    crls: [],
    staleCrl: 'refuse',
    now,
    purpose: 'any',
  });
  if (found.ok) return Valid;
  return UNDECIDED.has(found.problem.rule) ? Unknown : Invalid;
}

/** What does not speak against a chain: only that nothing can be said. */
const UNDECIDED: ReadonlySet<PathRule> = new Set(['no path to a trusted root', 'unknown signature algorithm']);

/** Undefined for what is no certificate. */
function read(der: Uint8Array): Certificate | undefined {
  try {
    return parseCertificates(der)[0];
  } catch (error) {
    if (error instanceof CertificateError) return undefined;
    throw error;
  }
}

const isSame = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
