import type { KeyObject } from 'node:crypto';
import { type CertificateFields, readCertificateFields } from './certificate-fields.ts';
import { type NameConstraints, readNameConstraints } from './name-constraints.ts';
import { normalName } from './name-matching.ts';
import { nameText } from './name.ts';
import type { PathProblem, PathRule } from './path-problem.ts';
import { extensionIds } from './read-extensions.ts';
import { readPublicKey } from './signature.ts';

/** A certificate that may be part of a path. What costs time is found out when it is asked for. */
export class PathCertificate {
  readonly fields: CertificateFields;
  /** Names as they are compared. */
  readonly subject: string;
  readonly issuer: string;
  #key: { readonly found: KeyObject | undefined } | undefined;

  /** Throws CertificateError when it cannot be read. */
  constructor(der: Uint8Array) {
    this.fields = readCertificateFields(der);
    this.subject = normalName(this.fields.subject.parts);
    this.issuer = normalName(this.fields.issuer.parts);
  }

  get isSelfIssued(): boolean {
    return this.subject === this.issuer;
  }

  /** Undefined when the key cannot be read. */
  get key(): KeyObject | undefined {
    this.#key ??= { found: readPublicKey(this.fields.publicKeyDer) };
    return this.#key.found;
  }

  /** Undefined without the extension. Throws CertificateError when it cannot be read. */
  get nameConstraints(): NameConstraints | undefined {
    const extension = this.fields.extensions.all.find(({ id }) => id === extensionIds.nameConstraints);
    return extension && readNameConstraints(extension.value);
  }

  /** Names the same authority: whoever asks one has asked the other. */
  isSameAuthorityAs(other: PathCertificate): boolean {
    return this.subject === other.subject && Buffer.compare(this.fields.publicKeyDer, other.fields.publicKeyDer) === 0;
  }
}

/** From the end certificate to the root, or as far as it has come. */
export type Path = readonly PathCertificate[];

/** `position`: 0 is the end certificate. `isComplete`: the last of the path is the trusted root. */
export function problemAt(
  path: Path,
  position: number,
  rule: PathRule,
  detail: string,
  isComplete = true,
): PathProblem {
  const isRoot = isComplete && position === path.length - 1;
  const where = isRoot ? 'the trusted root' : position === 0 ? 'the certificate' : `issuer ${position}`;
  return { rule, subject: nameText(path[position]!.fields.subject.parts), detail: `${where}: ${detail}` };
}
