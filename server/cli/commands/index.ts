import type { Command } from 'commander';
import { registerConformance } from '../../conformance/index.ts';
import { registerDemo } from '../../demo/index.ts';
import { painter } from '../output.ts';
import type { World } from '../world.ts';
import { adminCommands } from './admin.ts';
import { auditCommands } from './audit.ts';
import { certsCommands } from './certs.ts';
import { clientCommands } from './client.ts';
import { configCommand } from './config.ts';
import { decodeCommand } from './decode.ts';
import { eventsCommand } from './events.ts';
import { keysCommands } from './keys.ts';
import { serveCommand } from './serve.ts';
import { statusCommand } from './status.ts';
import { vaultCommands } from './vault.ts';
import { versionCommand } from './version.ts';

/** Every command, in the order of `kmipd --help`. */
export const commands: readonly ((program: Command, world: World) => void)[] = [
  serveCommand,
  statusCommand,
  clientCommands,
  certsCommands,
  adminCommands,
  vaultCommands,
  keysCommands,
  eventsCommand,
  auditCommands,
  configCommand,
  decodeCommand,
  (program, world) => registerConformance(program, world.now),
  (program, world) => registerDemo(program, { ...world, paint: painter(world) }),
  versionCommand,
];
