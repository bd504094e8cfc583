import { keyTypes } from '../../../certs/index.ts';
import { LABEL_CHARACTERS_MAX } from '../labels.ts';

/** Characters of a file in base64; the listeners take no longer body anyway. */
const FILE_CHARACTERS_MAX = 2 * 1024 * 1024;
const LISTS_MAX = 64;
const NAMES_MAX = 100;
const DAYS_MAX = 3650;

/** Texts that are not bounded by their meaning. */
export const text = (charactersMax: number) => ({ type: 'string', minLength: 1, maxLength: charactersMax });
export const label = { ...text(LABEL_CHARACTERS_MAX) };
export const file = text(FILE_CHARACTERS_MAX);
export const files = { type: 'array', minItems: 1, maxItems: LISTS_MAX, items: file };
/** SHA-256 with colons, and some blanks. */
export const fingerprint = text(200);
export const secret = text(1024);
export const keyType = { enum: [...keyTypes] };
export const hostNames = { type: 'array', minItems: 1, maxItems: NAMES_MAX, items: text(253) };
export const days = { type: 'integer', minimum: 1, maximum: DAYS_MAX };
export const yesOrNo = { type: 'boolean' };

/** A JSON object of these members and no others. Those whose name ends in `?` may be left out. */
export function object(members: Readonly<Record<string, object>>): object {
  const rows = Object.entries(members).map(([name, schema]) => [name.replace(/\?$/, ''), schema] as const);
  return {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(rows),
    required: Object.keys(members).filter(name => !name.endsWith('?')),
  };
}

export const nothing = object({});
export const named = object({ name: label });
