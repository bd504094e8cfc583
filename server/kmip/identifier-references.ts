import {
  AttributeSet,
  CodecError,
  dataNames,
  DataReference,
  IdentifierReference,
  Operation,
  TemplateAttributes,
  uniqueIdentifierNames,
} from '../../kmip-codec/index.ts';
import { OperationFailure, type Context } from '../operations/index.ts';

/**
 * The request with text and bytes wherever a client of 2.x referred to what earlier items of the batch have answered
 * (2.1 §4.58, §7.9, §11.13, §11.58). Throws OperationFailure 'Object Not Found' where there is no such Unique Identifier, 'Invalid
 * Field' where there are no such data.
 */
export function resolved<T>(value: T, context: Context): T {
  if (value instanceof IdentifierReference) return identifierOf(value, context) as T;
  if (value instanceof DataReference) return dataOf(value, context) as T;
  if (Array.isArray(value)) return value.map(one => resolved<unknown>(one, context)) as T;
  if (value instanceof TemplateAttributes)
    return new TemplateAttributes(resolved(value.given, context), value.templateNames) as T;
  if (value === null || typeof value !== 'object' || isOpaque(value)) return value;
  const entries = Object.entries(value as Record<string, unknown>);
  // A known attribute beside its value is a declaration, not a part of the request.
  return Object.fromEntries(
    entries.map(([key, one]) => [key, key === 'attribute' && isDeclaration(one) ? one : resolved(one, context)]),
  ) as T;
}

const isOpaque = (value: object): boolean =>
  value instanceof Uint8Array || value instanceof Date || value instanceof AttributeSet || value instanceof CodecError;
const isDeclaration = (value: unknown): boolean => typeof value === 'object' && value !== null && 'codec' in value;

type Answered = NonNullable<Context['answered']>[number];

function identifierOf(reference: IdentifierReference, context: Context): string {
  const answered = context.answered ?? [];
  const found =
    reference.kind === 'index'
      ? nth(answered.flatMap(identifiersIn), reference.value)
      : fromOrigin(reference.value, context, answered);
  if (found === undefined) throw new OperationFailure('Object Not Found', `no ${shown(reference)} in this batch`);
  return found;
}

/** Of all that this response holds so far; a negative number counts back from its end. */
const nth = <T>(all: readonly T[], value: number): T | undefined => all[value < 0 ? all.length + value : value];

/** Every Unique Identifier that an answer has as a row of its payload, in their order. */
const identifiersIn = ({ payload }: Answered): string[] =>
  Object.entries(payload ?? {})
    .filter(([row]) => /uniqueIdentifiers?$/i.test(row))
    .flatMap(([, one]) => one as string | string[] | undefined)
    .filter(one => one !== undefined);

const shown = ({ kind, value }: IdentifierReference): string =>
  kind === 'index' ? `Unique Identifier number ${value}` : `Unique Identifier of ${uniqueIdentifierNames.show(value)}`;

function fromOrigin(value: number, context: Context, answered: readonly Answered[]): string | undefined {
  const name = uniqueIdentifierNames.show(value);
  if (name === 'ID Placeholder') return context.idPlaceholder;
  const [, operation = name, half] = /^(.*Key Pair) (Private|Public) Key$/.exec(name) ?? [];
  const latest = answered.findLast(one => one.payload && Operation.names.show(one.operation) === operation);
  return identifierIn(latest, half === 'Public' ? 'publicKeyUniqueIdentifier' : undefined);
}

/** The one that an answer is about: of a key pair the private key, of a list its first. */
function identifierIn(answer: Answered | undefined, member?: string): string | undefined {
  const payload = (answer?.payload ?? {}) as Record<string, unknown>;
  const { uniqueIdentifier, privateKeyUniqueIdentifier, uniqueIdentifiers } = payload;
  const found =
    member === undefined
      ? (uniqueIdentifier ?? privateKeyUniqueIdentifier ?? (uniqueIdentifiers as string[] | undefined)?.[0])
      : payload[member];
  // An operation may answer with a list under the same name.
  const first: unknown = Array.isArray(found) ? found[0] : found;
  return typeof first === 'string' ? first : undefined;
}

function dataOf({ kind, value }: DataReference, { answered = [] }: Context): Uint8Array {
  const name = dataNames.show(value);
  const [, operation = name] = /^(MAC|Sign) /.exec(name) ?? [];
  const found =
    kind === 'index'
      ? nth(answered.flatMap(dataIn), value)
      : answered
          .filter(one => Operation.names.show(one.operation) === operation)
          .flatMap(dataIn)
          .at(-1);
  if (found !== undefined) return found;
  throw new OperationFailure(
    'Invalid Field',
    `no ${kind === 'index' ? `Data number ${value}` : `Data of ${name}`} in this batch`,
  );
}

/** The rows of answers that hold data; what MAC and Sign have made counts as theirs (2.1 §11.13). */
export const DATA_ROWS: readonly string[] = ['data', 'macData', 'signatureData'];
function dataIn({ payload }: Answered): Uint8Array[] {
  const rows = (payload ?? {}) as Partial<Record<string, Uint8Array>>;
  return DATA_ROWS.map(row => rows[row]).filter(one => one !== undefined);
}
