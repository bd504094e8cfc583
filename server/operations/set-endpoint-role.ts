import { EndpointRole, Operation } from '../../kmip-codec/index.ts';
import { operation } from './operation.ts';
import { OperationFailure } from './results.ts';

/** Set Endpoint Role: 2.1 §6.1.54. The server is and stays the server: it has no requests of its own to send. */
export const setEndpointRole = operation(Operation.SetEndpointRole, {
  changes: false,
  run(_, { endpointRole }) {
    if (endpointRole === EndpointRole.Server) return Promise.resolve({ endpointRole });
    const role = EndpointRole.names.show(endpointRole);
    return Promise.reject(
      new OperationFailure(
        'Feature Not Supported',
        `Endpoint Role ${role} is asked for, this server takes Server only`,
      ),
    );
  },
});
