import { type DerElement, type DerReader, DerTag, dottedOid } from './der.ts';
import { escapeControls } from './escape-controls.ts';

// The short names of RFC 4514 §3, and those that tools show beside them.
const shortNames = new Map([
  ['2.5.4.3', 'CN'],
  ['2.5.4.4', 'SN'],
  ['2.5.4.5', 'serialNumber'],
  ['2.5.4.6', 'C'],
  ['2.5.4.7', 'L'],
  ['2.5.4.8', 'ST'],
  ['2.5.4.9', 'STREET'],
  ['2.5.4.10', 'O'],
  ['2.5.4.11', 'OU'],
  ['2.5.4.12', 'title'],
  ['2.5.4.42', 'GN'],
  ['0.9.2342.19200300.100.1.1', 'UID'],
  ['0.9.2342.19200300.100.1.25', 'DC'],
  ['1.2.840.113549.1.9.1', 'emailAddress'],
]);

/** The attribute types that we know by a short name: `CN`, `O`, `emailAddress` and so on. */
export const attributeTypes: readonly string[] = [...shortNames.values()];

/** One attribute of a distinguished name. */
export interface NameAttribute {
  /** `CN`, `O`, `DC` and so on as RFC 4514 writes them; dotted where there is no short name. */
  type: string;
  /** As it is meant, nothing escaped; undefined when it is no text. */
  text: string | undefined;
  /** The value's element, DER. */
  der: Uint8Array;
}

/** A relative distinguished name: nearly always of one attribute. */
export type NamePart = readonly NameAttribute[];

/** Reads the distinguished name that stands next, first part first. Empty for an empty name. */
export function readNameParts(reader: DerReader, what: string): NamePart[] {
  const name = reader.into(reader.next(DerTag.sequence, what));
  const parts: NamePart[] = [];
  while (!name.isAtEnd) parts.push(readNamePart(name, what));
  return parts;
}

/** The one part of a name that stands next. */
function readNamePart(name: DerReader, what: string): NamePart {
  const set = name.into(name.next(DerTag.set, `a part of ${what}`));
  const attributes: NameAttribute[] = [];
  while (!set.isAtEnd) attributes.push(readAttribute(set, what));
  return attributes;
}

/** Reads the distinguished name that stands next; gives it as text, last part first (RFC 4514). Empty for an empty name. */
export const readName = (reader: DerReader, what: string): string => nameText(readNameParts(reader, what));

/** The name as RFC 4514 writes it, last part first. */
export const nameText = (parts: readonly NamePart[]): string =>
  parts
    .map(part => part.map(attributeText).join('+'))
    .reverse()
    .join(',');

function readAttribute(set: DerReader, what: string): NameAttribute {
  const pair = set.into(set.next(DerTag.sequence, `an attribute of ${what}`));
  const oid = dottedOid(pair.content(pair.next(DerTag.objectIdentifier, `an attribute type of ${what}`)));
  const type = shortNames.get(oid) ?? oid;
  const value = pair.any(`the value of ${type} in ${what}`);
  pair.finish(`an attribute of ${what}`);
  return { type, text: stringValue(value, pair.content(value)), der: pair.whole(value) };
}

const attributeText = ({ type, text, der }: NameAttribute) =>
  `${type}=${text === undefined ? `#${Buffer.from(der).toString('hex')}` : escapeValue(text)}`;

/** The text of a DirectoryString or IA5String; undefined for other types. */
function stringValue({ tag }: DerElement, content: Uint8Array): string | undefined {
  const octets = Buffer.from(content);
  switch (tag) {
    case DerTag.utf8String:
      return octets.toString('utf8');
    case DerTag.printableString:
    case DerTag.ia5String:
    case DerTag.teletexString:
      return octets.toString('latin1');
    case DerTag.bmpString:
      return octets.length % 2 === 0 ? octets.swap16().toString('utf16le') : undefined;
    default:
      return undefined;
  }
}

/** RFC 4514 §2.4. */
const escapeValue = (text: string) =>
  escapeControls(
    text
      .replace(/[\\",+<>;]/g, '\\$&')
      .replace(/^[ #]/, '\\$&')
      .replace(/ $/, '\\ '),
  );
