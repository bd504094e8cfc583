import t from 'tap';
import {
  Operation,
  supportedVersions,
  toProtocolVersion,
  V1_0,
  V1_1,
  V1_3,
  V1_4,
  version,
} from '../../../kmip-codec/index.ts';
import { openWorld } from './world.ts';

t.test('lists every version that is spoken, newest first, when the client names none (1.4 §4.26)', async t => {
  const world = await openWorld(t);
  world.version = V1_1;
  const { protocolVersions } = await world.run(Operation.DiscoverVersions, {});
  t.same(protocolVersions, supportedVersions.map(toProtocolVersion));
});

t.test('lists what client and server have in common in the order of the server (1.4 §4.26)', async t => {
  const world = await openWorld(t);
  const named = [V1_0, version(9, 31), V1_3, V1_0, V1_4, version(3, 1)].map(toProtocolVersion);
  const { protocolVersions } = await world.run(Operation.DiscoverVersions, { protocolVersions: named });
  t.same(protocolVersions, [V1_4, V1_3, V1_0].map(toProtocolVersion));
});

t.test('answers an empty list when nothing is in common (1.4 §4.26)', async t => {
  const world = await openWorld(t);
  for (const [protocolVersionMajor, protocolVersionMinor] of [
    [9, 31],
    [0, 0],
    [-1, 4],
    [1, 260],
    [4, -1],
  ] as const) {
    const named = [{ protocolVersionMajor, protocolVersionMinor }];
    t.same((await world.run(Operation.DiscoverVersions, { protocolVersions: named })).protocolVersions, []);
  }
});
