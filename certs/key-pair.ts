import { type KeyObject, X509Certificate } from 'node:crypto';
import type { Certificate } from './certificate.ts';
import { CertificateError } from './certificate-error.ts';
import { parseCertificates } from './parse.ts';
import { toPem } from './pem.ts';
import { readPrivateKey } from './private-key-file.ts';

export interface OrderedChain {
  /** The certificate that the key belongs to. */
  certificatePem: string;
  /** Its issuers, each followed by its own, with the root where it was given; empty when none was. */
  chainPem: string;
  /** PKCS#8, not encrypted. */
  privateKeyPem: string;
}

/**
 * Finds, among certificates in any order, the one that a private key (as parsePrivateKey takes it) belongs to, the newest where there
 * are several, and puts its issuers in order. The root may be missing. Authorities that stand above none of them are left out when the
 * chain is whole without. Throws CertificateError when no certificate belongs to the key, or when there is a gap: it names what is missing.
 */
export function orderChain(
  certificates: string | Uint8Array,
  privateKey: string | Uint8Array,
  chain?: string | Uint8Array,
): OrderedChain {
  const key = readPrivateKey(privateKey);
  const given = [...parseCertificates(certificates), ...(chain === undefined ? [] : parseCertificates(chain))];
  const own = ofKey(key, given);
  return {
    certificatePem: pem(own),
    chainPem: issuersOf(own, given).map(pem).join(''),
    privateKeyPem: toPem('PRIVATE KEY', key.export({ format: 'der', type: 'pkcs8' })),
  };
}

const pem = ({ der }: Certificate) => toPem('CERTIFICATE', der);

function ofKey(key: KeyObject, given: readonly Certificate[]): Certificate {
  const [newest] = given
    .filter(({ der }) => new X509Certificate(der).checkPrivateKey(key))
    .sort((a, b) => b.notBefore.getTime() - a.notBefore.getTime());
  if (newest) return newest;
  const more = given.length > 1 ? ` and ${given.length - 1} more` : '';
  throw new CertificateError({
    found: `a private key that belongs to another certificate than ${named(given[0]!.subject)}${more}`,
    expected: 'a private key and its certificate',
  });
}

const named = (name: string) => name || 'the one without a subject';

/** Far more than any set of authorities needs; one made to have no end of ways must not keep us. */
const STEPS_MAX = 1000;

/** The way to a root, or where none was given as far up as there is one. */
function issuersOf(own: Certificate, given: readonly Certificate[]): Certificate[] {
  let steps = 0;
  let longest = [own];
  // Several authorities may have one name, one authority several certificates, and two may have issued each other.
  const toRoot = (path: Certificate[]): Certificate[] | undefined => {
    const last = path.at(-1)!;
    if (last.isSelfSigned) return path;
    if (path.length > longest.length) longest = path;
    for (const issuer of given.filter(each => isIssuedBy(last, each))) {
      if (path.some(({ sha256 }) => sha256 === issuer.sha256) || ++steps > STEPS_MAX) continue;
      const found = toRoot([...path, issuer]);
      if (found) return found;
    }
    return undefined;
  };
  const path = toRoot([own]);
  if (!path) checkNoGap(longest, given);
  return (path ?? longest).slice(1);
}

function isIssuedBy({ der }: Certificate, authority: Certificate): boolean {
  if (!authority.isCa) return false;
  const x509 = new X509Certificate(der);
  const issuer = new X509Certificate(authority.der);
  return x509.checkIssued(issuer) && x509.verify(issuer.publicKey);
}

/** An authority that has no place in a chain without a root stands above one that was forgotten. */
function checkNoGap(path: readonly Certificate[], given: readonly Certificate[]): void {
  const unused = given.find(({ isCa, subject }) => isCa && !path.some(used => used.subject === subject));
  if (!unused) return;
  const last = path.at(-1)!;
  const isNamesake = given.some(({ subject, sha256 }) => subject === last.issuer && sha256 !== last.sha256);
  throw new CertificateError({
    found: `no certificate of ${named(last.issuer)}${isNamesake ? ' with the key that signed' : ''} among the ${given.length} given`,
    expected: `the issuer of ${named(last.subject)}, which comes between it and ${named(unused.subject)}`,
  });
}
