import { parseCrls, type RevocationList, sha1Fingerprint } from '../../../certs/index.ts';
import type { Client, Store, TrustedRoot } from '../../store/index.ts';
import { AdminError } from '../admin-error.ts';
import { fingerprintDigits, withFingerprint } from '../fingerprints.ts';
import { shownTime } from '../shown-certificate.ts';
import { files, fingerprint, label, object } from './body-schema.ts';
import { shownRoot } from './client-list.ts';
import { loadClient } from './clients.ts';
import { bytesOf } from './file-content.ts';
import { followTrust } from './follow-trust.ts';
import type { RowOf } from './request.ts';
import { authoritiesOf, checkLists } from './trusted-root.ts';

const DIGITS_MIN = 4;

export const clientCrl: RowOf<'client crl'> = {
  action: 'hs-crypto.mtlscert-cert.set',
  deed: 'update',
  body: object({ name: label, 'root?': fingerprint, crls: files }),
  async run({ body, now, unit, tell }, manager) {
    const { store } = manager;
    const client = await loadClient(store, body.name);
    tell({ target: { id: client.id, name: client.name }, requestData: { client: client.name } });
    const { all, root } = await rootOf(client, body.root, store);
    tell({ requestData: { certificateId: root.fingerprint } });
    const lists = body.crls.map(bytesOf).flatMap(crl => parseCrls(crl));
    checkLists(lists, authoritiesOf(root));
    checkNotOlder(lists, root.crls.flatMap(parseCrls));
    const crls = lists.map(({ der }) => der);
    unit.administer({ kind: 'set revocation lists', client: client.id, fingerprint: root.fingerprint, crls });
    tell({ responseData: { revocationLists: crls.length } });
    const roots = all.map(each => shownRoot(each === root ? { ...each, crls } : each, now));
    return {
      answer: { roots },
      afterwards: async () => void (await followTrust(manager)),
    };
  },
};

/** Throws AdminError when a list would bring back what a later one of the same issuer has revoked since. */
function checkNotOlder(lists: readonly RevocationList[], kept: readonly RevocationList[]): void {
  for (const { issuerDer, scope, thisUpdate } of lists) {
    const isLater = (other: RevocationList) =>
      other.scope === scope && Buffer.compare(other.issuerDer, issuerDer) === 0 && other.thisUpdate > thisUpdate;
    const later = kept.find(isLater);
    if (!later) continue;
    const [given, known] = [shownTime(thisUpdate), shownTime(later.thisUpdate)];
    throw new AdminError(
      'conflict',
      `a revocation list is of ${given}, and the one of ${known} is known; give a later one`,
    );
  }
}

/** The root that is meant, among all of the client. */
async function rootOf(
  client: Client,
  given: string | undefined,
  { directory }: Store,
): Promise<{ all: TrustedRoot[]; root: TrustedRoot }> {
  const all = (await directory.roots()).filter(each => each.client.id === client.id).map(({ root }) => root);
  const [first, second] = all;
  if (!first) {
    throw new AdminError(
      'not found',
      `client ${client.name} has no trusted root; add one with \`kmipd client add --ca\``,
    );
  }
  if (given === undefined) {
    if (!second) return { all, root: first };
    throw new AdminError('bad request', `client ${client.name} has ${all.length} roots; say which with --root`);
  }
  const missing = `client ${client.name} has no such root; \`kmipd client show ${client.name}\` shows its roots`;
  const known = all.map(root => ({ sha256: root.fingerprint, sha1: sha1Fingerprint(root.der), root }));
  return { all, root: withFingerprint(known, fingerprintDigits(given, DIGITS_MIN), missing).root };
}
