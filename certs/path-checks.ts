import type { CertificateFields } from './certificate-fields.ts';
import { CertificateError } from './certificate-error.ts';
import { brokenConstraint, constrainedNames, type NameConstraints } from './name-constraints.ts';
import { type Path, type PathCertificate, problemAt } from './path-certificate.ts';
import type { PathProblem, PathRule } from './path-problem.ts';
import { extensionIds } from './read-extensions.ts';
import { keyWeakness } from './signature.ts';
import { validityAt } from './validity.ts';

/**
 * The first rule that a path breaks whose names and signatures hold: RFC 5280 §6.1, from the root down. The root is asked for
 * everything but its signature, for it may limit what is below it (RFC 5937).
 */
export function brokenRule(path: Path, now: Date, purpose: Purpose = 'client'): PathProblem | undefined {
  const root = path.length - 1;
  const constraints: NameConstraints[] = [];
  /** Authorities that may still follow, those that issued themselves not counted. */
  let authoritiesLeft = Infinity;
  for (let position = root; position >= 0; position--) {
    const certificate = path[position]!;
    const { extensions, subject } = certificate.fields;
    const isLeaf = position === 0;
    const alone = brokenAlone(certificate, isLeaf ? 'end' : position === root ? 'root' : 'authority', now, purpose);
    if (alone) return problemAt(path, position, ...alone);
    if (isLeaf || !certificate.isSelfIssued) {
      const broken = brokenConstraint(constraints, constrainedNames(subject.parts, extensions.alternativeNames));
      if (broken !== undefined) return problemAt(path, position, 'name constraints', broken);
    }
    if (isLeaf) break;
    if (position !== root && !certificate.isSelfIssued && authoritiesLeft-- <= 0) {
      return problemAt(path, position, 'path length', 'one authority more than one above it permits, expected fewer');
    }
    authoritiesLeft = Math.min(authoritiesLeft, extensions.pathLength ?? Infinity);
    if (certificate.nameConstraints) constraints.push(certificate.nameConstraints);
  }
  return undefined;
}

/** What the end of a path is to be good for. */
export type Purpose = 'client' | 'any';

/** What a certificate breaks; `detail` is that of a PathProblem without where it stands. */
type Finding = readonly [rule: PathRule, detail: string] | undefined;

/** What a certificate breaks by itself, whatever stands above and below. */
export function brokenAlone(
  certificate: PathCertificate,
  as: 'end' | 'authority' | 'root',
  now: Date,
  purpose: Purpose = 'client',
): Finding {
  const { fields } = certificate;
  return (
    brokenForm(fields) ??
    brokenDates(fields, now) ??
    brokenCriticality(fields) ??
    (as === 'end' ? brokenEnd(fields, purpose) : brokenAuthority(certificate, as, purpose)) ??
    brokenKey(certificate)
  );
}

/** RFC 5280 §4.1.2.2 limits serial numbers to this, and asks to bear with those that are zero or negative. */
const SERIAL_NUMBER_OCTETS_MAX = 20;

function brokenForm(fields: CertificateFields): Finding {
  const { version, hasExtensions, extensions, issuer, serialNumber } = fields;
  const wrong = (detail: string) => ['malformed certificate', detail] as const;
  if (version > 3) return wrong('a version above 3, expected 1 to 3');
  if (hasExtensions && version !== 3) return wrong(`extensions in version ${version}, expected them in version 3 only`);
  if (hasExtensions && extensions.all.length === 0) return wrong('an empty list of extensions, expected one at least');
  const ids = new Set<string>();
  const twice = extensions.all.find(({ id }) => ids.size === ids.add(id).size)?.id;
  if (twice !== undefined) return wrong(`extension ${twice} more than once, expected each once`);
  if (!fields.isAlgorithmTwiceTheSame) {
    return wrong('one signature algorithm inside of the signed part and another outside, expected the same');
  }
  if (issuer.parts.length === 0) return wrong('no issuer, expected its name');
  if (serialNumber.length > 2 * SERIAL_NUMBER_OCTETS_MAX) {
    return wrong(`a serial number of ${serialNumber.length / 2} octets, expected at most ${SERIAL_NUMBER_OCTETS_MAX}`);
  }
  return undefined;
}

function brokenDates(fields: CertificateFields, now: Date): Finding {
  const state = validityAt(fields, now);
  if (state === 'expired') return [state, `ended at ${fields.notAfter.toISOString()}, expected an end after now`];
  return state === 'valid'
    ? undefined
    : [state, `begins at ${fields.notBefore.toISOString()}, expected a beginning before now`];
}

/**
 * Extensions that are judged here. Certificate policies among them: without a policy that we ask for, and without policy
 * constraints, which are refused when critical, they limit nothing (RFC 5280 §6.1.5).
 */
const JUDGED: ReadonlySet<string> = new Set(Object.values(extensionIds));

function brokenCriticality({ extensions }: CertificateFields): Finding {
  const unknown = extensions.all.find(({ id, isCritical }) => isCritical && !JUDGED.has(id));
  return (
    unknown && ['unknown critical extension', `extension ${unknown.id}, expected none that is unknown and critical`]
  );
}

const PURPOSES = { clientAuth: '1.3.6.1.5.5.7.3.2', any: '2.5.29.37.0' };

/** RFC 5280 §4.2.1.3, §4.2.1.12; RFC 8446 §4.4.2.4. Absent, as often, both mean no limit. */
function brokenEnd({ extensions }: CertificateFields, purpose: Purpose): Finding {
  if (purpose === 'any') return undefined;
  const { keyUsage, extendedKeyUsage } = extensions;
  if (keyUsage?.has('digitalSignature') === false) {
    return ['key usage', 'its key usage is not for digital signatures, expected digitalSignature'];
  }
  return brokenPurpose(extendedKeyUsage);
}

/** A root of version 1 or 2 cannot say that it is an authority; that it is given as root, and names itself as its issuer, says it. */
function brokenAuthority(certificate: PathCertificate, as: 'authority' | 'root', purpose: Purpose): Finding {
  const { version, extensions } = certificate.fields;
  const isOldRoot = as === 'root' && version < 3 && certificate.isSelfIssued;
  if (!extensions.isCa && !isOldRoot) {
    return ['no authority', 'its basic constraints do not say CA, expected CA:TRUE'];
  }
  if (extensions.keyUsage?.has('keyCertSign') === false) {
    return ['key usage', 'its key usage is not for signing certificates, expected keyCertSign'];
  }
  const broken = purpose === 'any' ? undefined : brokenPurpose(extensions.extendedKeyUsage);
  return broken ?? brokenConstraints(certificate);
}

function brokenConstraints(certificate: PathCertificate): Finding {
  try {
    void certificate.nameConstraints;
    return undefined;
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    return ['malformed certificate', `in its name constraints ${error.message}`];
  }
}

function brokenKey({ key }: PathCertificate): Finding {
  const weakness = keyWeakness(key);
  return weakness === undefined ? undefined : ['weak key', weakness];
}

const brokenPurpose = (purposes: readonly string[] | undefined): Finding =>
  purposes === undefined || purposes.includes(PURPOSES.clientAuth) || purposes.includes(PURPOSES.any)
    ? undefined
    : ['extended key usage', 'not for TLS clients, expected clientAuth, anyExtendedKeyUsage or no extended key usage'];
