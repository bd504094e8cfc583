import { createHash } from 'node:crypto';
import {
  decodeItemAs,
  encodeItemAs,
  payloads,
  TemplateAttributes,
  V1_4,
  type GivenAttribute,
  type KnownOperation,
  type RequestOf,
  type ResponseOf,
  type Version,
} from '../../../kmip-codec/index.ts';
import { VaultObjects, type MaterialKey } from '../../../server/objects/index.ts';
import {
  OperationFailure,
  operations,
  reasonFor,
  type Context,
  type ServerFacts,
} from '../../../server/operations/index.ts';
import { FakeUnit } from '../fake-unit.ts';

/** A server without a network: operations run one after the other, as the pipeline runs them, at a time that the test sets. */
export class World {
  readonly unit = new FakeUnit();
  version: Version = V1_4;
  now = new Date('2030-01-01T00:00:00Z');
  idPlaceholder: string | undefined;
  vault = 'vault';
  server: ServerFacts = {
    vendorIdentification: 'kmipd',
    leaseTimeSeconds: 3600,
    locateMax: 1000,
    attributeInstancesMax: 10,
    operations: [...operations.keys()],
  };
  #drawn = 0;

  /** Random bytes that are the same in every run. */
  readonly randomBytes = (length: number): Buffer => {
    const blocks: Buffer[] = [];
    for (let have = 0; have < length; have += 32)
      blocks.push(createHash('sha256').update(`draw ${this.#drawn++}`).digest());
    return Buffer.concat(blocks).subarray(0, length);
  };

  get objects(): VaultObjects {
    return new VaultObjects(this.vault, this.unit, plainKey, this.now);
  }

  later(seconds: number): void {
    this.now = new Date(this.now.getTime() + seconds * 1000);
  }

  /** Runs one batch item. Request and response take the way over the wire; what the operation changed is dropped when it fails. */
  async run<O extends KnownOperation>(operation: O, request: RequestOf<O>): Promise<ResponseOf<O>> {
    const { version, now, randomBytes, objects, server } = this;
    const definition = operations.get(operation);
    if (definition === undefined) throw new OperationFailure('Operation Not Supported', 'not in the table');
    const layouts = payloads[operation];
    const given = decodeItemAs<any>(layouts.request, encodeItemAs<any>(layouts.request, request, version), version);
    const context: Context = {
      version,
      now,
      randomBytes,
      objects,
      server,
      initiator: { id: 'CertificateID-test', name: 'test', vault: this.vault, client: 'client' },
      idPlaceholder: this.idPlaceholder,
    };
    const mark = this.unit.mark();
    try {
      const { needs } = definition;
      let run: any = context;
      if (needs !== undefined) {
        const uniqueIdentifier = given.uniqueIdentifier ?? this.idPlaceholder;
        const object = uniqueIdentifier && (await objects.find(uniqueIdentifier));
        if (!object) throw new OperationFailure('Object Not Found', `no object ${uniqueIdentifier}`);
        if (object.isArchived && !needs.archived) throw new OperationFailure('Object Archived', 'archived');
        if (needs.states !== undefined && object.state !== undefined && !needs.states.includes(object.state)) {
          throw new OperationFailure(
            object.state.startsWith('Destroyed') ? 'Object Destroyed' : 'Wrong Key Lifecycle State',
            object.state,
          );
        }
        run = Object.assign(context, { object });
      }
      const response = await definition.run(run, given);
      this.idPlaceholder = context.idPlaceholder;
      return decodeItemAs<any>(layouts.response, encodeItemAs<any>(layouts.response, response, version), version);
    } catch (error) {
      this.unit.rollback(mark);
      throw error;
    }
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
}

/** Wraps nothing, so that the tests of operations need no root key. */
const plainKey: MaterialKey = { wrap: (_, bytes) => Uint8Array.from(bytes), unwrap: (_, bytes) => bytes };

/** A Template-Attribute of these attributes and values; an index where one is given. */
export const template = (...rows: [GivenAttribute['attribute'], unknown, number?][]): TemplateAttributes =>
  new TemplateAttributes(rows.map(([attribute, value, attributeIndex]) => ({ attribute, value, attributeIndex })));
