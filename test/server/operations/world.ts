import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Test } from 'tap';
import {
  CancellationResult,
  CryptographicAlgorithm,
  CryptographicLength,
  CryptographicUsageMask,
  decodeItemAs,
  encodeItemAs,
  ObjectType,
  Operation,
  payloads,
  TemplateAttributes,
  V1_4,
  type Attribute,
  type Item,
  type KnownOperation,
  type RequestOf,
  type ResponseOf,
  type Version,
} from '../../../kmip-codec/index.ts';
import { VaultObjects } from '../../../server/objects/index.ts';
import {
  checkStorage,
  Correlations,
  OperationFailure,
  operations,
  reasonFor,
  type Context,
  type ObjectContext,
  type ResultReasonName,
  type ServerFacts,
  type Stream,
  type TicketGrant,
} from '../../../server/operations/index.ts';
import { VaultKey } from '../../../server/root-key/index.ts';
import { openSqliteStore, type Store, type UnitOfWork } from '../../../server/store/index.ts';

const VAULT = 'c4a2bd8c-1c5f-4f0c-9d4b-6d4d2a7f0001';

/** A server without a network, on a database of its own that goes with the test. */
export async function openWorld(t: Test): Promise<World> {
  const store = openSqliteStore({ path: join(t.testdir(), 'kmipd.db') });
  t.teardown(() => store.close());
  const unit = store.begin();
  unit.administer({
    kind: 'add vault',
    vault: { id: VAULT, name: 'vault', createdAt: new Date(0), wrappedKey: Buffer.alloc(61) },
  });
  await unit.commit();
  return new World(store);
}

/** Operations run one after the other, as the pipeline runs them, at a time and with randomness that the test knows. */
export class World {
  readonly store: Store;
  version: Version = V1_4;
  now = new Date('2030-01-01T00:00:00Z');
  idPlaceholder: string | undefined;
  server: ServerFacts = {
    vendorIdentification: 'kmipd',
    leaseTimeSeconds: 3600,
    locateMax: 1000,
    attributeInstancesMax: 10,
    isHttps: true,
    operations: [...operations.keys()],
  };
  readonly streams = new Correlations<Stream>({ perClientMax: 3, keptMs: 60_000 });
  readonly pkcs11Sessions = new Correlations<true>({ perClientMax: 3, keptMs: 60_000 });
  readonly tickets = new Correlations<TicketGrant>({ perClientMax: 3, keptMs: 86_400_000 });
  /** What operations have written to the log, and what they did to objects that no request named. */
  readonly said: unknown[] = [];
  readonly alsoDone: Context['alsoDone'] = [];
  #drawn = 0;

  constructor(store: Store) {
    this.store = store;
  }

  /** Random bytes that are the same in every run. */
  readonly randomBytes = (length: number): Buffer => {
    const blocks: Buffer[] = [];
    for (let have = 0; have < length; have += 32)
      blocks.push(createHash('sha256').update(`draw ${this.#drawn++}`).digest());
    return Buffer.concat(blocks).subarray(0, length);
  };
  readonly #key = new VaultKey(VAULT, Buffer.alloc(32, 7), length => this.randomBytes(length));

  /** The objects as they are stored now. */
  get objects(): VaultObjects {
    return this.#objectsIn(this.store.begin());
  }
  #objectsIn(unit: UnitOfWork): VaultObjects {
    return new VaultObjects(VAULT, unit, this.#key, this.now);
  }

  later(seconds: number): this {
    this.now = new Date(this.now.getTime() + seconds * 1000);
    return this;
  }

  /** Runs one batch item. Request and response take the way over the wire; what the operation changed is kept when it succeeds. */
  async run<O extends KnownOperation>(operation: O, request: RequestOf<O>): Promise<ResponseOf<O>> {
    const { version } = this;
    const layouts = payloads[operation] as { request: Item<unknown>; response: Item<unknown> };
    const given = decodeItemAs(layouts.request, encodeItemAs(layouts.request, request, version), version);
    const definition = operations.get(operation);
    if (definition === undefined) throw new Error(`${Operation.names.show(operation)} is not in the table`);

    const unit = this.store.begin();
    const context = this.contextIn(unit);
    checkStorage(given as object);
    const { needs } = definition;
    if (needs !== undefined && needs.unless?.(given as object, version) !== true)
      await this.#withObject(context, needs, given as object);
    const response = await definition.run(context, given as never);
    await unit.commit();
    for (const run of context.whenDone) run();
    this.idPlaceholder = context.idPlaceholder;
    return decodeItemAs(layouts.response, encodeItemAs(layouts.response, response, version), version) as ResponseOf<O>;
  }

  /** The Result Reason that a client of the present version is given, or 'Success'. */
  async outcome<O extends KnownOperation>(operation: O, request: RequestOf<O>): Promise<string> {
    try {
      await this.run(operation, request);
      return 'Success';
    } catch (error) {
      if (error instanceof OperationFailure) return reasonFor(error, this.version).name;
      throw error;
    }
  }

  /** What an operation is given, without an object. */
  contextIn(unit: UnitOfWork): ObjectContext {
    const { version, now, randomBytes, server, idPlaceholder } = this;
    const initiator = { id: 'CertificateID-test', name: 'test', vault: VAULT, client: 'client' };
    const objects = this.#objectsIn(unit);
    const { said, streams, pkcs11Sessions } = this;
    const context: Context = {
      ...{ version, now, randomBytes, server, idPlaceholder, initiator, objects, streams, pkcs11Sessions },
      whenDone: [],
      takenParts: new Map(),
      takesChanges: true,
      alsoDone: this.alsoDone,
      tickets: this.tickets,
      asynchronous: nothingOutstanding,
      writeLog: (message, texts) => said.push([message, texts]),
    };
    return context as ObjectContext;
  }

  async #withObject(
    context: ObjectContext,
    needs: { states?: readonly string[]; archived?: boolean; missing?: ResultReasonName },
    request: { uniqueIdentifier?: string; privateKeyUniqueIdentifier?: string },
  ): Promise<void> {
    const uniqueIdentifier = request.uniqueIdentifier ?? request.privateKeyUniqueIdentifier ?? this.idPlaceholder;
    const object = uniqueIdentifier === undefined ? undefined : await context.objects.find(uniqueIdentifier);
    if (object === undefined)
      throw new OperationFailure(needs.missing ?? 'Object Not Found', `no object ${uniqueIdentifier}`);
    if (object.isArchived && !needs.archived) throw new OperationFailure('Object Archived', 'archived');
    if (needs.states !== undefined && object.state !== undefined && !needs.states.includes(object.state))
      throw new OperationFailure(
        object.state.startsWith('Destroyed') ? 'Object Destroyed' : 'Wrong Key Lifecycle State',
        object.state,
      );
    Object.assign(context, { object });
  }

  /** Creates an AES-256 key for encryption with these attributes more or instead; returns its Unique Identifier. */
  async createKey(...rows: readonly AttributeRow[]): Promise<string> {
    const { uniqueIdentifier } = await this.run(Operation.Create, {
      objectType: ObjectType.SymmetricKey,
      attributes: template(...aes256.filter(([one]) => !rows.some(([other]) => other === one)), ...rows),
    });
    return uniqueIdentifier;
  }

  /** The value of an attribute as the object has it now, whatever the version; undefined when it has none. */
  async valueOf<T>(uniqueIdentifier: string, attribute: Attribute<T>): Promise<T | undefined> {
    return (await this.objects.find(uniqueIdentifier))?.attributes.get(attribute);
  }
}

/** Requests of a world are done at once. */
const nothingOutstanding: Context['asynchronous'] = {
  poll() {
    throw new OperationFailure('Invalid Asynchronous Correlation Value', 'nothing is outstanding');
  },
  cancel: () => CancellationResult.Unavailable,
  process: () =>
    Promise.reject(new OperationFailure('Invalid Asynchronous Correlation Value', 'nothing is outstanding')),
  outstanding: () => [],
};

/** Attribute, value, and an Attribute Index where one is given. */
export type AttributeRow = readonly [Attribute<unknown>, unknown, number?];

export const template = (...rows: readonly AttributeRow[]): TemplateAttributes =>
  new TemplateAttributes(rows.map(([attribute, value, attributeIndex]) => ({ attribute, value, attributeIndex })));

/** What a request for an AES-256 key says at least. */
export const aes256: readonly AttributeRow[] = [
  [CryptographicAlgorithm, CryptographicAlgorithm.AES],
  [CryptographicLength, 256],
  [CryptographicUsageMask, CryptographicUsageMask.Encrypt | CryptographicUsageMask.Decrypt],
];
