import { CertificateError } from './certificate-error.ts';
import { DerReader, DerTag } from './der.ts';
import { type GeneralName, readGeneralName } from './general-name.ts';
import { isWithin } from './name-within.ts';
import type { NamePart } from './name.ts';

/** Names that an authority may give, and such that it may not (RFC 5280 §4.2.1.10). */
export interface NameConstraints {
  permitted: readonly GeneralName[];
  excluded: readonly GeneralName[];
}

/** Reads the extension's value. Throws CertificateError, also for `minimum` and `maximum`, which RFC 5280 does not use. */
export function readNameConstraints(value: Uint8Array): NameConstraints {
  const reader = new DerReader(value);
  const constraints = reader.into(reader.next(DerTag.sequence, 'the name constraints'));
  reader.finish('the name constraints');
  const permitted = constraints.nextTag === DerTag.context(0) ? readSubtrees(constraints) : [];
  const excluded = constraints.nextTag === DerTag.context(1) ? readSubtrees(constraints) : [];
  constraints.finish('the name constraints');
  if (permitted.length + excluded.length === 0) {
    throw new CertificateError({ byte: 0, found: 'no name', expected: 'name constraints with one at least' });
  }
  return { permitted, excluded };
}

function readSubtrees(constraints: DerReader): GeneralName[] {
  const subtrees = constraints.into(constraints.any('the names of a constraint'));
  const names: GeneralName[] = [];
  while (!subtrees.isAtEnd) {
    const subtree = subtrees.into(subtrees.next(DerTag.sequence, 'a name of a constraint'));
    names.push(readGeneralName(subtree, 'a name of a constraint'));
    subtree.finish('a name of a constraint');
  }
  return names;
}

/** Comparisons until judging is given up: an authority below the root may write thousands of constraints, and thousands of names. */
const COMPARISONS_MAX = 100_000;

/** What keeps the constraints from holding for these names, as text without names; undefined when they hold. */
export function brokenConstraint(
  constraints: readonly NameConstraints[],
  names: readonly GeneralName[],
): string | undefined {
  let comparisons = 0;
  for (const { permitted, excluded } of constraints) {
    comparisons += (permitted.length + excluded.length) * names.length;
    if (comparisons > COMPARISONS_MAX) return `more than ${COMPARISONS_MAX} names to compare, expected fewer`;
    for (const name of names) {
      const broken = brokenBy(name, permitted, excluded);
      if (broken !== undefined) return broken;
    }
  }
  return undefined;
}

function brokenBy(
  name: GeneralName,
  permitted: readonly GeneralName[],
  excluded: readonly GeneralName[],
): string | undefined {
  const mayBe = permitted.filter(({ tag }) => tag === name.tag).map(base => isWithin(name, base, 'permitted'));
  const mayNotBe = excluded.filter(({ tag }) => tag === name.tag).map(base => isWithin(name, base, 'excluded'));
  // RFC 5280 §4.2.1.10: what cannot be judged must be refused, but only where there is a name that it is about.
  if ([...mayBe, ...mayNotBe].includes(undefined)) {
    return `a name of kind ${name.kind} or its constraint cannot be judged, expected one of kind DNS, IP, email, URI or DirName in its right form`;
  }
  if (mayNotBe.includes(true)) return `a name of kind ${name.kind} that an authority above excludes, expected another`;
  if (mayBe.length > 0 && !mayBe.includes(true)) {
    return `a name of kind ${name.kind} outside of those that an authority above permits, expected one of them`;
  }
  return undefined;
}

const hostName = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)+$/i;

/** All names that constraints are about: subject alternative names, the subject, and what of the subject stands for one of those. */
export function constrainedNames(
  subject: readonly NamePart[],
  alternativeNames: readonly GeneralName[],
): GeneralName[] {
  const names = [...alternativeNames];
  if (subject.length > 0) {
    names.push({ ...plain('DirName', DerTag.context(4), ''), directoryName: subject });
  }
  const hasHostNames = alternativeNames.some(({ kind }) => kind === 'DNS');
  for (const { type, text } of subject.flat()) {
    if (type === 'emailAddress') names.push(plain('email', DerTag.contextPrimitive(1), text ?? ''));
    // Not asked for by RFC 5280, but our patterns look at common names, and without this they would escape every constraint.
    if (type === 'CN' && text !== undefined && !hasHostNames && hostName.test(text)) {
      names.push(plain('DNS', DerTag.contextPrimitive(2), text));
    }
  }
  return names;
}

const plain = (kind: GeneralName['kind'], tag: number, text: string): GeneralName => ({
  kind,
  tag,
  content: Buffer.from(text, 'utf8'),
  text,
});
