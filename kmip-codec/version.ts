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
export const V3_0 = version(3, 0);

/**
 * No version of messages but the one of stored bytes: in it everything exists that any version has, spelt as in 1.x, whose
 * attributes keep their name and index. What 1.4 wrote reads the same.
 */
export const STORED = version(1, 255);

/** The versions whose messages this codec encodes and decodes, newest first, as Discover Versions lists them (1.4 §4.26). */
export const supportedVersions: readonly Version[] = [V2_1, V2_0, V1_4, V1_3, V1_2, V1_1, V1_0];

/** '1.4'. */
export const showVersion = (v: Version): string => `${v >> 8}.${v & 255}`;

/** When something exists: from `since` to `until`, both included; `until` undefined means still. */
export interface Lifespan {
  readonly since: Version;
  readonly until: Version | undefined;
}

export const existsIn = ({ since, until }: Lifespan, v: Version): boolean =>
  v === STORED || (since <= v && (until === undefined || v <= until));
