import { supportedVersions, V2_0 } from '../../../kmip-codec/index.ts';

/** The versions with Attribute Indices, templates and the few Result Reasons of 1.x. */
export const versionsBefore2 = supportedVersions.filter(version => version < V2_0);
/** The versions with Attributes structures and the Result Reasons that replaced many an Invalid Field. */
export const versionsSince2 = supportedVersions.filter(version => version >= V2_0);
