import {
  AttributeSet,
  CodecError,
  IdentifierReference,
  Operation,
  TemplateAttributes,
  uniqueIdentifierNames,
} from '../../kmip-codec/index.ts';
import { OperationFailure, type Context } from '../operations/index.ts';

/**
 * The request with text wherever a client of 2.x referred to an earlier item of the batch (2.1 §4.58, §11.58).
 * Throws OperationFailure 'Object Not Found' where that item has no Unique Identifier.
 */
export function resolved<T>(value: T, context: Context): T {
  if (value instanceof IdentifierReference) return identifierOf(value, context) as T;
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
      ? identifierIn(answered.at(reference.value < 0 ? answered.length + reference.value : reference.value))
      : fromOrigin(reference.value, context, answered);
  if (found === undefined) throw new OperationFailure('Object Not Found', `no ${shown(reference)} in this batch`);
  return found;
}

const shown = ({ kind, value }: IdentifierReference): string =>
  kind === 'index' ? `Unique Identifier of item ${value}` : `Unique Identifier of ${uniqueIdentifierNames.show(value)}`;

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
