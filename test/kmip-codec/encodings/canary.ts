import { ItemType, type TtlvItem } from '../../../kmip-codec/encodings/ttlv-item.ts';
import { Tag } from '../../../kmip-codec/registry/index.ts';

/** Bytes that stand nowhere by chance. */
export const CANARY = Buffer.from('kanarienvogel-16');
const NUMBER = BigInt(`0x${CANARY.toString('hex')}`);

/** The canary in every form in which bytes are written, in lower case. */
export const spellings: readonly string[] = [
  CANARY.toString('latin1'),
  CANARY.toString('hex'),
  CANARY.toString('base64').slice(0, 20),
  String(NUMBER),
  [...CANARY].join(','),
  [...CANARY].map(byte => byte.toString(16)).join(' '),
].map(spelling => spelling.toLowerCase());

/** What may be seen of a message; every other Byte String and Big Integer holds, or may hold, a secret. */
const SEEN: ReadonlySet<number> = new Set([
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
const SECRET_TEXTS: ReadonlySet<number> = new Set([Tag.Password, Tag.OneTimePassword]);

/** The item with the canary in place of each secret, and how many there are. */
export function withCanary(item: TtlvItem): { item: TtlvItem; count: number } {
  let count = 0;
  const replaced = (item: TtlvItem): TtlvItem => {
    if (item.type === ItemType.Structure) return { ...item, value: item.value.map(replaced) };
    if (item.type === ItemType.TextString && SECRET_TEXTS.has(item.tag)) {
      count++;
      return { ...item, value: CANARY.toString() };
    }
    if (SEEN.has(item.tag)) return item;
    if (item.type !== ItemType.ByteString && item.type !== ItemType.BigInteger) return item;
    count++;
    return item.type === ItemType.ByteString ? { ...item, value: CANARY } : { ...item, value: NUMBER };
  };
  return { item: replaced(item), count };
}
