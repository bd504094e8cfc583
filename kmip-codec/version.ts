/** A protocol version as one ordered number, major * 256 + minor, so that versions compare with `<`. */
export type Version = number & { readonly __version: unique symbol };

/** The version `major.minor`. Any pair of bytes is a version; `supportedVersions` says which are spoken. */
export const version = (major: number, minor: number): Version => (major * 256 + minor) as Version;

export const V1_0 = version(1, 0);
export const V1_1 = version(1, 1);
export const V1_2 = version(1, 2);
export const V1_3 = version(1, 3);
export const V1_4 = version(1, 4);
export const V2_0 = version(2, 0);
export const V2_1 = version(2, 1);

/** The versions whose messages this codec encodes and decodes, newest first, as Discover Versions lists them (1.4 §4.26). */
export const supportedVersions: readonly Version[] = [V1_4, V1_3, V1_2, V1_1, V1_0];

/** '1.4'. */
export const showVersion = (v: Version): string => `${v >> 8}.${v & 255}`;

/** When something exists: from `since` to `until`, both included; `until` undefined means still. */
export interface Lifespan {
  readonly since: Version;
  readonly until: Version | undefined;
}

export const existsIn = ({ since, until }: Lifespan, v: Version): boolean =>
  since <= v && (until === undefined || v <= until);
