import { loadSettings, type SettingsOptions } from '../options.ts';
import type { World } from '../world.ts';
import { verifierKeyIn } from './read-only.ts';

/** `audit key`: the verifier key, one line. */
export async function auditKey(world: World, options: SettingsOptions): Promise<void> {
  const { settings } = await loadSettings(world, options);
  world.stdout.write(`${await verifierKeyIn(settings.data)}\n`);
}
