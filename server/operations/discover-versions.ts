import { fromProtocolVersion, Operation, supportedVersions, toProtocolVersion } from '../../kmip-codec/index.ts';
import { operation } from './operation.ts';

/**
 * Discover Versions: 2.1 §6.1.16, 1.4 §4.26. All that the server speaks, or those of them that the client names; in the server's
 * order of preference, newest first, whatever the client's order is. None in common is an empty list, not a failure.
 */
export const discoverVersions = operation(Operation.DiscoverVersions, {
  changes: false,
  async run(_, { protocolVersions = [] }) {
    const named = new Set(protocolVersions.map(fromProtocolVersion));
    const common = supportedVersions.filter(version => named.size === 0 || named.has(version));
    return { protocolVersions: common.map(toProtocolVersion) };
  },
});
