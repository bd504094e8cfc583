import { registry, showVersion, V2_0, type ResponseOf, type Operation, type Version } from '../../kmip-codec/index.ts';
import { profilesMet } from './profiles-met.ts';

/** Those that are about HTTPS, which a setting may turn off. */
const OVER_HTTPS: ReadonlySet<string> = new Set(['HTTPS Server', 'XML Server', 'JSON Server']);

type ProfileInformation = NonNullable<ResponseOf<typeof Operation.Query>['profileInformation']>[number];

/**
 * The profiles of this version that the server meets (2.1 §7.31, 1.4 §2.1.19). Before 2.0 the names say the version, and of
 * Baseline Server also the suite by which clients are authenticated.
 */
export function profilesIn(version: Version, { isHttps }: { isHttps: boolean }): ProfileInformation[] {
  const shown = showVersion(version);
  const names = (profilesMet.get(shown) ?? []).filter(name => isHttps || !OVER_HTTPS.has(name));
  const [major, minor] = [version >> 8, version & 255];
  const profileVersion = { profileVersionMajor: major, profileVersionMinor: minor };
  return names.flatMap(name =>
    codesOf(version < V2_0 ? `${name}( Basic| TLS v1\\.2)? KMIP v${major}\\.${minor}` : name).map(profileName => ({
      profileName,
      ...(version >= V2_0 && { profileVersion }),
    })),
  );
}

const codesOf = (pattern: string): ProfileInformation['profileName'][] =>
  Object.values(registry.ProfileName.values)
    .filter(([, name]) => new RegExp(`^${pattern}$`).test(name))
    .map(([code]) => code);
