import {
  AttributeSet,
  ClientRegistrationMethod,
  DestroyAction,
  existsIn,
  managedObjects,
  ObjectGroup,
  Operation,
  ProtectionStorageMask,
  QueryFunction,
  RNGAlgorithm,
  RNGMode,
  ShreddingAlgorithm,
  UnwrapMode,
  V2_0,
  type ResponseOf,
} from '../../kmip-codec/index.ts';
import { findAttributeRule, isGivenAtOrigin, searchCriteria } from '../objects/index.ts';
import { factsOf } from './new-object.ts';
import { operation, type Context } from './operation.ts';
import { profilesIn } from './profiles.ts';
import { storageOffered } from './protection-storage.ts';
import { OperationFailure } from './results.ts';

/**
 * Query: 2.1 §6.1.40, 1.4 §4.25. What this server has of what each function asks; a function given twice is answered once, and
 * where there is nothing to tell the payload stays empty. Functions and fields of later versions are the codec's matter.
 */
export const query = operation(Operation.Query, {
  changes: false,
  async run(context, { queryFunctions = [], objectGroups }) {
    if (queryFunctions.length === 0) throw new OperationFailure('Invalid Message', 'Query Function is missing');
    for (const objectGroup of objectGroups?.objectGroups ?? []) await mustExist(objectGroup, context);
    return Object.assign({}, ...queryFunctions.map(asked => answers.get(asked)?.(context)));
  },
});

/** No answer differs between Object Groups; one that no object of the vault is in is refused all the same. */
async function mustExist(objectGroup: string, { objects }: Context): Promise<void> {
  const { conditions } = searchCriteria([{ attribute: ObjectGroup, value: objectGroup }]);
  const page = { online: true, archived: true, offset: 0, limit: 0 };
  const { located } = await objects.search({ conditions, ...page });
  if (located === 0) throw new OperationFailure('Unknown Object Group', 'no object is in this Object Group');
}

type Answer = Partial<ResponseOf<typeof Operation.Query>>;

/**
 * Functions that are not here have no answer: there are no extensions, no validations and no attestation. No namespace has
 * Application Data made by this server.
 */
const answers: ReadonlyMap<number, (context: Context) => Answer> = new Map<number, (context: Context) => Answer>([
  [
    QueryFunction.QueryOperations,
    ({ server, version }) => ({
      operations: server.operations.filter(code => Operation.names.isKnownIn(code, version)),
    }),
  ],
  [QueryFunction.QueryObjects, context => ({ objectTypes: objectTypes(context) })],
  [
    QueryFunction.QueryServerInformation,
    // The structure must be there; what is in it is ours to choose, and a program's version helps nobody but an attacker.
    ({ server }) => ({ vendorIdentification: server.vendorIdentification, serverInformation: [] }),
  ],
  [QueryFunction.QueryProfiles, ({ server, version }) => ({ profileInformation: profilesIn(version, server) })],
  // Key material comes from OpenSSL's generator, which its configuration may change: no details to vouch for.
  [QueryFunction.QueryRNGs, () => ({ rngParameters: [{ rngAlgorithm: RNGAlgorithm.Unspecified }] })],
  [
    QueryFunction.QueryCapabilities,
    ({ server }) => ({
      capabilityInformation: [
        {
          // Data in several parts, where there is data.
          streamingCapability: server.operations.includes(Operation.Encrypt),
          asynchronousCapability: server.operations.includes(Operation.Poll),
          attestationCapability: false,
          batchUndoCapability: true,
          batchContinueCapability: true,
          // A key that is registered wrapped stays as it is.
          unwrapMode: UnwrapMode.NotProcessed,
          // The wrapped material is deleted and overwritten; its attributes stay.
          destroyAction: DestroyAction.KeyMaterialDeleted,
          shreddingAlgorithm: ShreddingAlgorithm.Unsupported,
          rngMode: RNGMode.SharedInstantiation,
          // What is to be Quantum Safe is, or is refused.
          quantumSafeCapability: true,
        },
      ],
    }),
  ],
  [
    QueryFunction.QueryClientRegistrationMethods,
    // As 2.1 §11.10 explains them: the administrator issues key and certificate, signs a request, or enters the client's certificate.
    () => ({
      clientRegistrationMethods: [
        ClientRegistrationMethod.ServerOnDemand,
        ClientRegistrationMethod.ClientGenerated,
        ClientRegistrationMethod.ClientRegistered,
      ],
    }),
  ],
  [
    QueryFunction.QueryDefaultsInformation,
    context => ({
      defaultsInformation: {
        objectDefaults: objectTypes(context).map(objectType => ({
          objectType,
          attributes: defaultsOf(objectType, context),
        })),
      },
    }),
  ],
  [
    QueryFunction.QueryStorageProtectionMasks,
    () => ({ protectionStorageMasks: { protectionStorageMasks: storageOffered } }),
  ],
]);

function objectTypes({ version }: Context): NonNullable<Answer['objectTypes']>[number][] {
  return [...managedObjects].filter(([, layout]) => existsIn(layout, version)).map(([type]) => type) as never;
}

/** What an object of this type gets where a client may say something else (2.1 §7.22), and the storage, which it may demand. */
function defaultsOf(objectType: number, context: Context): AttributeSet {
  const defaults = new AttributeSet();
  if (context.version < V2_0) return defaults;
  for (const [attribute, value] of factsOf(context, { objectType, given: defaults, value: undefined })) {
    const { attributeName } = attribute;
    const rule = findAttributeRule(attributeName, context.version);
    const isGiven = rule !== undefined && isGivenAtOrigin(rule, attributeName, 'Register');
    if (isGiven || attribute === ProtectionStorageMask) defaults.set(attribute, value);
  }
  return defaults;
}
