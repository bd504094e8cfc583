import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

/** What is wrong with the event by `event.schema.json`: path and rule, never a value. `undefined` when it is valid. */
export function validateEvent(event: unknown): string | undefined {
  // At first use: to compile it takes a fifth of a second, which most commands have no use for.
  validate ??= compiled();
  if (validate(event)) return undefined;
  const [first] = validate.errors ?? [];
  return `${first?.instancePath || '/'} ${first?.message ?? 'is not valid'}`;
}

let validate: ValidateFunction | undefined;

// Strict mode would refuse `required` in one branch of a condition and `properties` in another, which the schema uses a lot.
// That the schema is one is tested; to see to it at each start took as long as to compile it.
const compiled = (): ValidateFunction =>
  new Ajv2020({ strict: false, validateSchema: false }).compile(
    // Also where it stands when this file is part of the one file of the command, in the folder beside.
    JSON.parse(readFileSync(new URL('../audit/event.schema.json', import.meta.url), 'utf8')) as object,
  );
