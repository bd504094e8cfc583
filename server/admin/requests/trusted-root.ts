import {
  type Certificate,
  parseCertificates,
  parseCrls,
  parseSubjectPattern,
  type RevocationList,
  rootProblem,
} from '../../../certs/index.ts';
import type { Client, TrustedRoot } from '../../store/index.ts';
import { AdminError } from '../admin-error.ts';
import type { ManagerOptions } from '../options.ts';
import { shownTime } from '../shown-certificate.ts';
import type { Asked } from './request.ts';

/** What is given of an authority outside. */
export interface GivenRoot {
  readonly client: Client;
  /** The root, and intermediates if there are any. */
  readonly file: Uint8Array;
  readonly subject: string;
  readonly crls: readonly Uint8Array[];
}

/**
 * Lets a client in by whatever a root has signed for such subjects: recorded in the unit. Throws AdminError and CertificateError
 * when what was given would let in nobody, or is not what it is taken for.
 */
export async function trustRoot(
  { client, file, subject, crls }: GivenRoot,
  { unit, now, tell }: Pick<Asked<unknown>, 'unit' | 'now' | 'tell'>,
  { store, settings }: ManagerOptions,
): Promise<{ certificate: Certificate; warnings: string[] }> {
  const { root, intermediates } = sorted(parseCertificates(file));
  const { sha256: fingerprint, der } = root;
  tell({ requestData: { certificateId: fingerprint } });
  const present = (await store.directory.roots()).some(
    ({ root: other }) => other.client === client.id && other.fingerprint === fingerprint,
  );
  if (present) {
    const remedy = 'to change its subjects remove it first; its revocation lists change with `kmipd client crl`';
    throw new AdminError('conflict', `client ${client.name} has this root already; ${remedy}`);
  }
  const problem = rootProblem(der, now);
  if (problem) {
    throw new AdminError(
      'bad request',
      `this root can let in nobody: it breaks the rule "${problem.rule}" (${problem.detail}); give one that is valid`,
    );
  }
  const { text: subjectPattern } = parseSubjectPattern(subject);
  const lists = crls.flatMap(parseCrls);
  checkLists(lists, [root, ...intermediates]);
  const issuers = intermediates.map(intermediate => intermediate.der);
  unit.administer({
    kind: 'add root',
    root: {
      ...{ fingerprint, client: client.id, der, issuers, subjectPattern, addedAt: now },
      crls: lists.map(list => list.der),
    },
  });
  return { certificate: root, warnings: [...warningsOf(root), ...staleness(lists, settings.trust.staleCrl, now)] };
}

/** The root is the one that has signed itself, or the only one. */
function sorted(all: readonly Certificate[]): { root: Certificate; intermediates: Certificate[] } {
  const unique = [...new Map(all.map(each => [each.sha256, each])).values()];
  const roots = unique.length === 1 ? unique : unique.filter(({ isSelfSigned }) => isSelfSigned);
  const [root, second] = roots;
  if (!root || second) {
    const found = root ? `${roots.length} roots` : 'several certificates and no root among them';
    throw new AdminError('bad request', `the file holds ${found}; give one root, and intermediates with it if need be`);
  }
  const intermediates = unique.filter(each => each !== root);
  if (intermediates.some(({ isCa }) => !isCa)) {
    throw new AdminError(
      'bad request',
      'beside the root the file holds a certificate that is no authority; leave it out, or pin it with --cert',
    );
  }
  return { root, intermediates };
}

/** Throws AdminError for a list that could say nothing about the clients of these authorities. */
export function checkLists(lists: readonly RevocationList[], authorities: readonly Pick<Certificate, 'der'>[]): void {
  for (const list of lists) {
    if (list.unusable !== undefined) {
      throw new AdminError('bad request', `a revocation list cannot be used: ${list.unusable}; have another one made`);
    }
    if (!authorities.some(authority => list.isSignedBy(authority))) {
      throw new AdminError(
        'bad request',
        'a revocation list is not signed by the root, nor by an intermediate authority that was given with it; see whose list it is',
      );
    }
  }
}

/** The certificates of a root that is kept. */
export const authoritiesOf = ({ der, issuers }: TrustedRoot): Certificate[] =>
  [der, ...issuers].flatMap(each => parseCertificates(each));

const warningsOf = ({ hasWeakSignature, signatureAlgorithm }: Certificate): string[] =>
  hasWeakSignature
    ? [`this root has signed itself with ${signatureAlgorithm}; that is not looked at, what it signs for clients is`]
    : [];

function staleness(lists: readonly RevocationList[], staleCrl: 'refuse' | 'accept', now: Date): string[] {
  const past = lists.find(({ nextUpdate }) => nextUpdate !== undefined && nextUpdate < now);
  if (!past?.nextUpdate) return [];
  const what = staleCrl === 'refuse' ? 'clients are refused until you give the next one' : 'give the next one';
  return [`a revocation list ended at ${shownTime(past.nextUpdate)}; ${what} with \`kmipd client crl\``];
}
