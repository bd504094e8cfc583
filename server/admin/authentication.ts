import type { Store, UnitOfWork } from '../store/index.ts';
import type { Actor } from './actor.ts';
import { AdminError } from './admin-error.ts';
import type { ManagerOptions } from './options.ts';
import type { RequestRow } from './requests/index.ts';
import { isDigestOf, isSigned, isSignedBy, readSignature, type SignatureClaim, SignatureFormError } from './signing.ts';

export interface ReceivedRequest {
  /** `/admin/client/add`. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
  /** Whether only the owner of the data folder could send it: over the socket, or in this process. */
  readonly isLocal: boolean;
}

/** Who asks, and the right by which. */
export interface Authenticated {
  readonly actor: Actor;
  /**
   * Holds the right against what is committed now, and uses it up in the unit. Throws AdminError when it has ended: the nonce is
   * used, the administrator is gone, or is there now that signatures are needed. With the unit a ConflictError may follow: then
   * somebody was faster with the same request.
   */
  exercise(unit: UnitOfWork): Promise<void>;
}

type Options = Pick<ManagerOptions, 'store' | 'service' | 'settings' | 'now' | 'owner' | 'recover'>;

/**
 * Finds out who asks: an administrator by signature; or, unsigned, the owner of the data folder: as long as there is no
 * administrator, and where `withoutSignature` says so. Cheap refusals come first; what costs a signature comes late, and nothing is
 * written. Throws AdminError `not authenticated`.
 */
export async function authenticate(
  request: ReceivedRequest,
  options: Options,
  withoutSignature: RequestRow['withoutSignature'],
): Promise<Authenticated> {
  if (isSigned(request.headers)) return bySignature(request, options);
  const { store, owner, recover = false } = options;
  const isExempt = withoutSignature === 'over the socket' || (withoutSignature === 'to recover' && recover);
  const mayAct = async () => isExempt || (await store.directory.administrators()).length === 0;
  const exercise = async () => {
    if (!request.isLocal || !(await mayAct())) throw refused(UNSIGNED, 'not signed');
  };
  await exercise();
  return { actor: { kind: 'owner', id: owner.id }, exercise };
}

const UNSIGNED = 'an administrator must sign this; give --admin FILE with the key file of one';
const NOT_VALID = 'the signature is not valid for this server; use the key file of an administrator of it';

async function bySignature(request: ReceivedRequest, options: Options): Promise<Authenticated> {
  const { store, service, settings, now } = options;
  const claim = read(request);
  if (claim.instanceId !== service.instanceId) {
    throw refused('the signature is for another server; use the key file of an administrator of this one', 'other tag');
  }
  const { timeWindowSeconds } = settings.admin;
  if (Math.abs(now().getTime() - claim.created.getTime()) > timeWindowSeconds * 1000) {
    const remedy = 'set the clocks, then try again';
    throw refused(
      `the clock of who signed differs from the server's by more than ${timeWindowSeconds} s; ${remedy}`,
      'time outside the window',
    );
  }
  if (!isDigestOf(claim, request.body)) throw refused('the body is not the one that was signed; try again', 'digest');
  const administrator = await store.directory.administratorByKey(claim.keyId);
  if (!administrator) throw refused(NOT_VALID, 'no administrator has this key');
  if (!isSignedBy(claim, request.path, administrator.publicKey)) throw refused(NOT_VALID, 'not signed by this key');
  const exercise = async (unit: UnitOfWork) => {
    await checkStillGood(claim, store);
    unit.administer({ kind: 'use nonce', ...noncePart(claim), now: now() });
  };
  await checkStillGood(claim, store); // so that a replay does not even get in line
  return { actor: { kind: 'administrator', administrator }, exercise };
}

function read({ headers }: ReceivedRequest): SignatureClaim {
  try {
    return readSignature(headers);
  } catch (error) {
    if (!(error instanceof SignatureFormError)) throw error;
    throw refused(`${error.message}; ask with a kmipd of this version`, 'form');
  }
}

async function checkStillGood({ keyId, nonce }: SignatureClaim, { directory }: Store): Promise<void> {
  if (await directory.isNonceUsed(keyId, nonce)) throw refused('this request was used before; try again', 'replay');
  if (!(await directory.administratorByKey(keyId))) throw refused(NOT_VALID, 'no administrator has this key any more');
}

/** The widest time window that there can be: a nonce is kept as if it were set, so that none comes back when it is widened. */
const NONCE_KEPT_MS = 2 * 3600 * 1000;

const noncePart = ({ keyId, nonce, created }: SignatureClaim) => ({
  ...{ keyId, nonce },
  until: new Date(created.getTime() + NONCE_KEPT_MS),
});

/** `rule`: which one it breaks, for the event. */
const refused = (message: string, rule: string): AdminError =>
  new AdminError('not authenticated', message, { recorded: `${message} (${rule})` });
