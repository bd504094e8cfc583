import { Tag } from '../registry/index.ts';
import { ItemType, type TtlvItem } from './ttlv-item.ts';
import { bigIntegerBytes } from './ttlv-writer.ts';

/** What stands in the place of values that are not to be shown, by item: '<32 bytes hidden>'. */
export type HiddenValues = ReadonlyMap<TtlvItem, string>;
export const nothingHidden: HiddenValues = new Map();

/**
 * The leaves of the items whose values must not be seen by whoever looks at a message: key material, secrets of
 * credentials, data that is worked on. Byte Strings and Big Integers are hidden unless their tag is known to be harmless, so that
 * an item that nobody thought of, or a vendor's, shows nothing.
 */
export function hiddenValues(...items: readonly TtlvItem[]): HiddenValues {
  const hidden = new Map<TtlvItem, string>();
  for (const item of items) hideIn(item, false, hidden);
  return hidden;
}

/** Whether a value under this tag and type is hidden wherever it stands. */
export function isHidden(tag: number, type: ItemType): boolean {
  if (SECRETS.has(tag)) return type !== ItemType.Structure;
  const isBytes = type === ItemType.ByteString || type === ItemType.BigInteger;
  return isBytes && !HARMLESS.has(tag);
}

/** Items that are secret whatever their type. */
const SECRETS: ReadonlySet<number> = new Set([
  Tag.KeyMaterial,
  Tag.KeyValue,
  Tag.Key,
  Tag.D,
  Tag.P,
  Tag.Q,
  Tag.X,
  Tag.PrivateExponent,
  Tag.PrimeExponentP,
  Tag.PrimeExponentQ,
  Tag.CRTCoefficient,
  Tag.CredentialValue,
  Tag.Password,
  Tag.OneTimePassword,
  Tag.HashedPassword,
  Tag.HashedUsernamePassword,
  Tag.HashedPasswordUsername,
  Tag.SaltedPassword,
  Tag.ServerHashedPassword,
  Tag.OTPSeed,
  Tag.TicketValue,
  Tag.Data,
  Tag.DerivationData,
  Tag.MACData,
  Tag.MACSignature,
  Tag.OpaqueDataValue,
]);

/** Byte Strings and Big Integers that name, number or prove something and can be shown. */
const HARMLESS: ReadonlySet<number> = new Set([
  Tag.UniqueBatchItemID,
  Tag.AsynchronousCorrelationValue,
  Tag.CorrelationValue,
  Tag.ShortUniqueIdentifier,
  Tag.NonceID,
  Tag.NonceValue,
  Tag.IVCounterNonce,
  Tag.InitializationVector,
  Tag.Salt,
  Tag.PSource,
  Tag.AuthenticatedEncryptionTag,
  Tag.SignatureData,
  Tag.PrimeFieldSize,
  Tag.CertificateValue,
  Tag.CertificateRequestValue,
  Tag.CertificateSerialNumber,
  Tag.IssuerDistinguishedName,
  Tag.IssuerAlternativeName,
  Tag.SubjectDistinguishedName,
  Tag.SubjectAlternativeName,
]);

function hideIn(item: TtlvItem, isInKeyMaterial: boolean, hidden: Map<TtlvItem, string>): void {
  if (item.type === ItemType.Structure) {
    for (const child of item.value) hideIn(child, isInKeyMaterial || item.tag === Tag.KeyMaterial, hidden);
    return;
  }
  // Of a transparent key only the curve is shown.
  const isSecret = isInKeyMaterial ? item.type !== ItemType.Enumeration : isHidden(item.tag, item.type);
  if (isSecret) hidden.set(item, substitute(item));
}

/** How long a password is says something of it; the length of anything else follows from what stands beside it. */
function substitute(item: Exclude<TtlvItem, { value: readonly TtlvItem[] }>): string {
  if (item.type === ItemType.ByteString) return `<${item.value.length} bytes hidden>`;
  if (item.type === ItemType.BigInteger) return `<${bigIntegerBytes(item.value)} bytes hidden>`;
  return '<hidden>';
}
