import { Operation, PKCS11Function, PKCS11ReturnCode } from '../../kmip-codec/index.ts';
import { operation, type Context } from './operation.ts';
import { OperationFailure } from './results.ts';

/** The one interface, that of PKCS#11 3.0; it is meant where none is named. */
const INTERFACE = 'PKCS 11';
const CORRELATION_BYTES = 16;

/**
 * PKCS#11: 2.1 §6.1.37. As far as a client needs to learn that there is no more: C_Initialize, C_GetInfo and C_Finalize. There
 * are no slots; what keys can do is done by KMIP's own operations.
 */
export const pkcs11 = operation(Operation.PKCS_11, {
  changes: false,
  async run(context, { pkcs11Interface, pkcs11Function, correlationValue, pkcs11InputParameters = NOTHING }) {
    if (pkcs11Interface !== undefined && pkcs11Interface !== INTERFACE)
      throw new OperationFailure('PKCS#11 Invalid Interface', `the interface must be ${JSON.stringify(INTERFACE)}`);
    if (PKCS11Function.names.xmlName(pkcs11Function) === undefined)
      throw new OperationFailure('PKCS#11 Invalid Function', `function ${pkcs11Function} is not in the interface`);
    if (correlationValue !== undefined && !isInitialized(context, correlationValue))
      throw new OperationFailure(
        'Invalid Asynchronous Correlation Value',
        'nothing is initialized under this Correlation Value',
      );
    const run = functions.get(pkcs11Function) ?? notSupported;
    return { pkcs11Interface, pkcs11Function, ...run(context, correlationValue, pkcs11InputParameters) } as never;
  },
});

const NOTHING = new Uint8Array();

interface Returned {
  readonly correlationValue?: Uint8Array;
  readonly pkcs11OutputParameters?: Uint8Array;
  readonly pkcs11ReturnCode: number;
}
/** `initialized`: the Correlation Value of what is initialized; undefined when the client gives none. */
type Run = (context: Context, initialized: Uint8Array | undefined, parameters: Uint8Array) => Returned;

const returned = (pkcs11ReturnCode: number, more: Omit<Returned, 'pkcs11ReturnCode'> = {}): Returned => ({
  ...more,
  pkcs11ReturnCode,
});
const notSupported: Run = () => returned(PKCS11ReturnCode.FUNCTION_NOT_SUPPORTED);

const functions: ReadonlyMap<number, Run> = new Map<number, Run>([
  [
    PKCS11Function.C_Initialize,
    ({ pkcs11Sessions, initiator, now, randomBytes }, initialized) => {
      if (initialized !== undefined) return returned(PKCS11ReturnCode.CRYPTOKI_ALREADY_INITIALIZED);
      const correlationValue = randomBytes(CORRELATION_BYTES);
      const isKept = pkcs11Sessions.keep(initiator.client, correlationValue, true, now);
      return isKept ? returned(PKCS11ReturnCode.OK, { correlationValue }) : returned(PKCS11ReturnCode.HOST_MEMORY);
    },
  ],
  [
    PKCS11Function.C_GetInfo,
    ({ server }, initialized, parameters) => {
      mustBeEmpty(parameters);
      if (initialized === undefined) return returned(PKCS11ReturnCode.CRYPTOKI_NOT_INITIALIZED);
      return returned(PKCS11ReturnCode.OK, { pkcs11OutputParameters: infoOf(server.vendorIdentification) });
    },
  ],
  [
    PKCS11Function.C_Finalize,
    ({ pkcs11Sessions, initiator, whenDone }, initialized, parameters) => {
      mustBeEmpty(parameters);
      if (initialized === undefined) return returned(PKCS11ReturnCode.CRYPTOKI_NOT_INITIALIZED);
      whenDone.push(() => pkcs11Sessions.forget(initiator.client, initialized));
      return returned(PKCS11ReturnCode.OK);
    },
  ],
]);

const isInitialized = ({ pkcs11Sessions, initiator, now }: Context, correlationValue: Uint8Array): boolean =>
  pkcs11Sessions.find(initiator.client, correlationValue, now) === true;

function mustBeEmpty(parameters: Uint8Array): void {
  if (parameters.length > 0)
    throw new OperationFailure(
      'PKCS#11 Codec Error',
      `${parameters.length} bytes of Input Parameters, the function has none`,
    );
}

/** CK_INFO: the version of Cryptoki, manufacturer, flags, description and version of the library; texts padded with spaces. */
function infoOf(vendor: string): Buffer {
  const text = vendor.slice(0, 32).padEnd(32);
  return Buffer.concat([Buffer.from([3, 0]), Buffer.from(text), Buffer.alloc(8), Buffer.from(text), Buffer.alloc(2)]);
}
