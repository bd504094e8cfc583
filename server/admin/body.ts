import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { AdminError } from './admin-error.ts';
import type { ReceivedRequest } from './authentication.ts';

/** Made at first use: commands load this too. */
let ajv: Ajv | undefined;
const compiled = new WeakMap<object, ValidateFunction>();

/** The body, as the row's schema says. Throws AdminError that names the member which is wrong, never what stands in it. */
export function parsedBody(row: { readonly body: object }, { headers, body }: ReceivedRequest): never {
  if (!/^application\/json *(;|$)/i.test(headers['content-type'] ?? '')) {
    throw new AdminError('bad request', 'the content type is not application/json; ask with kmipd');
  }
  const value = parsed(body);
  let validate = compiled.get(row.body);
  ajv ??= new Ajv({ discriminator: true });
  if (!validate) compiled.set(row.body, (validate = ajv.compile(row.body)));
  if (validate(value)) return value as never;
  const [error] = validate.errors ?? [];
  throw new AdminError('bad request', `the body of the request is not as expected: ${problem(error)}`);
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    // The error's own text quotes the body, which may hold a private key.
    throw new AdminError('bad request', 'the body of the request is not JSON; ask with kmipd');
  }
}

function problem(error: ErrorObject | undefined): string {
  if (error?.keyword === 'additionalProperties') return `${error.instancePath || '/'} has a member that is not known`;
  return `${error?.instancePath || '/'} ${error?.message ?? 'is not valid'}`;
}
