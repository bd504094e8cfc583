import {
  ClientRegistrationMethod,
  DestroyAction,
  existsIn,
  managedObjects,
  Operation,
  QueryFunction,
  RNGAlgorithm,
  RNGMode,
  ShreddingAlgorithm,
  UnwrapMode,
  type ResponseOf,
} from '../../kmip-codec/index.ts';
import { operation, type Context } from './operation.ts';
import { OperationFailure } from './results.ts';

/**
 * Query: 2.1 §6.1.40, 1.4 §4.25. What this server has of what each function asks; a function given twice is answered once, and
 * where there is nothing to tell the payload stays empty. Functions and fields of later versions are the codec's matter.
 */
export const query = operation(Operation.Query, {
  changes: false,
  async run(context, { queryFunctions = [] }) {
    if (queryFunctions.length === 0) throw new OperationFailure('Invalid Message', 'Query Function is missing');
    return Object.assign({}, ...queryFunctions.map(asked => answers.get(asked)?.(context)));
  },
});

type Answer = Partial<ResponseOf<typeof Operation.Query>>;

/** Functions that are not here have no answer: there are no extensions, no validations, and no attestation. */
const answers: ReadonlyMap<number, (context: Context) => Answer> = new Map<number, (context: Context) => Answer>([
  [
    QueryFunction.QueryOperations,
    ({ server, version }) => ({
      operations: server.operations.filter(code => Operation.names.isKnownIn(code, version)),
    }),
  ],
  [
    QueryFunction.QueryObjects,
    ({ version }) => ({
      objectTypes: [...managedObjects].filter(([, layout]) => existsIn(layout, version)).map(([type]) => type) as never,
    }),
  ],
  [
    QueryFunction.QueryServerInformation,
    // The structure must be there; what is in it is ours to choose, and a program's version helps nobody but an attacker.
    ({ server }) => ({ vendorIdentification: server.vendorIdentification, serverInformation: [] }),
  ],
  // No namespace has Application Data made by this server, and no profile is fulfilled whole: Baseline Server asks for Check.
  [QueryFunction.QueryApplicationNamespaces, () => ({ applicationNamespaces: [] })],
  [QueryFunction.QueryProfiles, () => ({ profileInformation: [] })],
  // Key material comes from OpenSSL's generator, which its configuration may change: no details to vouch for.
  [QueryFunction.QueryRNGs, () => ({ rngParameters: [{ rngAlgorithm: RNGAlgorithm.Unspecified }] })],
  [
    QueryFunction.QueryCapabilities,
    () => ({
      capabilityInformation: [
        {
          streamingCapability: false,
          asynchronousCapability: false,
          attestationCapability: false,
          batchUndoCapability: true,
          batchContinueCapability: true,
          // A key that is registered wrapped stays as it is.
          unwrapMode: UnwrapMode.NotProcessed,
          // The wrapped material is deleted and overwritten; its attributes stay.
          destroyAction: DestroyAction.KeyMaterialDeleted,
          shreddingAlgorithm: ShreddingAlgorithm.Unsupported,
          rngMode: RNGMode.SharedInstantiation,
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
]);
