import { ObjectType, State, ValueNames } from '../../kmip-codec/registry/index.ts';
import type { StoredObject } from '../store/index.ts';
import { administer } from './administer.ts';
import { CommandError } from './exit-codes.ts';
import { shownAttributes } from './attributes.ts';
import type { SettingsOptions } from './options.ts';
import { printFacts, printJson, printTable, shownTime } from './output.ts';
import { type CommandContext, withStore } from './with-store.ts';
import type { World } from './world.ts';

export type KeyListOptions = SettingsOptions & {
  readonly vault?: string;
  readonly limit: number;
  readonly before?: string;
  readonly json?: true;
};

const states = new ValueNames(State);
const objectTypes = new ValueNames(ObjectType);

export async function keyList(
  world: World,
  { vault: vaultName, limit, before, ...options }: KeyListOptions,
): Promise<void> {
  await withStore(world, options, async context => {
    const { directory } = context.store;
    const deed = {
      action: 'hs-crypto.managed-keys.list',
      command: 'keys list',
      requestData: { limit, ...(vaultName !== undefined && { vault: vaultName }) },
    } as const;
    const keys = await administer(context, deed, async () => {
      const vault = vaultName === undefined ? undefined : await directory.vaultNamed(vaultName);
      if (vaultName !== undefined && !vault) {
        throw new CommandError('notFound', `there is no vault ${vaultName}; \`kmipd vault list\` shows all`);
      }
      const page = { limit, ...(vault && { vault: vault.id }), ...(before !== undefined && { before }) };
      const objects = await directory.objects(page);
      const names = await vaultNames(context);
      return { result: objects.map(object => shown(object, names)), responseData: { count: objects.length } };
    });
    if (options['json']) return printJson(world.stdout, keys);
    printTable(
      world.stdout,
      ['UNIQUE IDENTIFIER', 'VAULT', 'OBJECT TYPE', 'STATE', 'CREATED'],
      keys.map(key => [key.uniqueIdentifier, key.vault, key.objectType, key.state ?? '-', shownTime(key.createdAt)]),
      'no keys',
    );
    const last = keys.at(-1);
    if (last && keys.length === limit) world.stderr.write(`there may be more: --before ${last.uniqueIdentifier}\n`);
  });
}

export async function keyShow(
  world: World,
  uniqueIdentifier: string,
  options: SettingsOptions & { readonly json?: true },
): Promise<void> {
  await withStore(world, options, async context => {
    const deed = {
      action: 'hs-crypto.managed-keys.read',
      command: 'keys show',
      target: { id: uniqueIdentifier, name: uniqueIdentifier },
      requestData: { uniqueIdentifier },
    } as const;
    const key = await administer(context, deed, async () => {
      const object = await context.store.directory.object(uniqueIdentifier);
      if (!object) {
        throw new CommandError('notFound', `there is no object ${uniqueIdentifier}; \`kmipd keys list\` shows all`);
      }
      const result = { ...shown(object, await vaultNames(context)), attributes: shownAttributes(object) };
      return { result, requestData: { vault: result.vault }, responseData: { state: result.state } };
    });
    if (options.json) return printJson(world.stdout, key);
    world.stdout.write(`${key.uniqueIdentifier}\n`);
    printFacts(world.stdout, [
      ['vault', key.vault],
      ['material', key.hasMaterial ? 'kept, wrapped' : 'none'],
      ['created', shownTime(key.createdAt)],
      ...Object.entries(key.attributes).map(([name, value]) => [name, factText(value)] as const),
    ]);
  });
}

const factText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

function shown(object: StoredObject, vaultNames: ReadonlyMap<string, string>) {
  const { uniqueIdentifier, vault, objectType, state, createdAt, isArchived, revision, material } = object;
  return {
    uniqueIdentifier,
    vault: vaultNames.get(vault) ?? vault,
    objectType: objectTypes.name(objectType) ?? String(objectType),
    state: state === undefined ? null : (states.name(state) ?? String(state)),
    isArchived,
    hasMaterial: material !== undefined,
    revision,
    createdAt,
  };
}

async function vaultNames({ store }: CommandContext): Promise<Map<string, string>> {
  return new Map((await store.directory.vaults()).map(({ id, name }) => [id, name]));
}
