import { administratorInitiatorId } from '../../admin/index.ts';
import { allActions } from '../../audit/index.ts';
import { suggestion } from '../../settings/index.ts';
import type { EventFilter, Store } from '../../store/index.ts';
import { CommandError } from '../exit-codes.ts';
import { parseSince } from '../since.ts';

/** What a person gives to say which events are meant. */
export interface FilterOptions {
  readonly initiator?: string;
  readonly key?: string;
  readonly vault?: string;
  readonly action?: readonly string[];
  readonly outcome?: string;
  readonly severity?: readonly string[];
  readonly since?: string;
  readonly until?: string;
  readonly correlation?: string;
  readonly text?: string;
}

/** The filter that the options mean. Throws CommandError for what cannot be one. */
export async function filterFrom(
  options: FilterOptions,
  store: Pick<Store, 'directory'>,
  now: Date,
): Promise<EventFilter> {
  const { initiator, key, vault, action, outcome, severity, since, until, correlation, text } = options;
  return {
    ...(since !== undefined && { since: parseSince(since, now) }),
    ...(until !== undefined && { until: parseSince(until, now, '--until') }),
    ...(action !== undefined && { actions: [...new Set(action.flatMap(actionMatches))] }),
    ...(initiator !== undefined && { initiators: await initiatorsCalled(store, initiator) }),
    ...(outcome !== undefined && { outcomes: [outcome] }),
    ...(severity !== undefined && { severities: severity }),
    ...(key !== undefined && { target: await targetCalled(store, key) }),
    ...(vault !== undefined && { vault }),
    ...(correlation !== undefined && { correlationId: correlation }),
    ...(text !== undefined && { text }),
  };
}

/** Actions that a person means by a shortened name: its end, from any dot on. Throws CommandError when there is none. */
export function actionMatches(shortened: string): string[] {
  const names = allActions.map(({ name }) => name);
  const wanted = shortened.toLowerCase();
  const matches = names.filter(name => name === wanted || name.endsWith(`.${wanted}`));
  if (matches.length > 0) return matches;
  const endings = new Set(
    names.flatMap(name => [name, name.split('.').slice(1).join('.'), name.split('.').at(-1) ?? '']),
  );
  const remedy =
    suggestion(shortened, endings) ||
    `; actions end in ${[...new Set(names.map(name => name.split('.').at(-1)))].sort().join(', ')}`;
  throw new CommandError('usage', `--action ${shortened}: no action ends so${remedy}`);
}

/** As much of a Unique Identifier as a person may leave it at. */
const BEGINNING = /^[0-9a-f-]{8,35}$/;

/** Target for a key's Unique Identifier or the beginning of one, or an id as it stands in events. CommandError when several begin so. */
async function targetCalled({ directory }: Pick<Store, 'directory'>, name: string): Promise<string> {
  const beginning = name.toLowerCase();
  if (!BEGINNING.test(beginning) || (await directory.object(name))) return name;
  const [only, another] = await directory.identifiersFrom(beginning, 2);
  if (another === undefined) return only ?? name;
  throw new CommandError('usage', `--key ${name}: several keys begin so, ${only} and ${another}; give more of it`);
}

/** Initiator ids for a client's or administrator's label, a certificate's fingerprint, an operating system user, or an id as it stands in events. */
async function initiatorsCalled({ directory }: Pick<Store, 'directory'>, name: string): Promise<string[]> {
  const client = await directory.clientNamed(name);
  if (client) {
    const certificates = await directory.certificates(client.id);
    if (certificates.length === 0) {
      throw new CommandError(
        'notFound',
        `client ${name} has no certificate; give the initiator's id as events name it`,
      );
    }
    return certificates.map(({ fingerprint }) => `CertificateID-${fingerprint}`);
  }
  const administrator = await directory.administratorNamed(name);
  if (administrator) return [administratorInitiatorId(administrator.keyId), name];
  const fingerprint = name.replaceAll(':', '').toLowerCase();
  return [/^[0-9a-f]{64}$/.test(fingerprint) ? `CertificateID-${fingerprint}` : name];
}
