import { DerTag, type DerElement, dottedOid, type DerReader } from './der.ts';
import { ipAddressText } from './ip-address.ts';

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

/** Reads the distinguished name that stands next; gives it as text, last part first (RFC 4514). Empty for an empty name. */
export function readName(reader: DerReader, what: string): string {
  const name = reader.into(reader.next(DerTag.sequence, what));
  const parts: string[] = [];
  while (!name.isAtEnd) {
    const set = name.into(name.next(DerTag.set, `a part of ${what}`));
    const pairs: string[] = [];
    while (!set.isAtEnd) pairs.push(readPair(set, what));
    parts.unshift(pairs.join('+'));
  }
  return parts.join(',');
}

/** Reads the GeneralNames that stand next: `DNS:…`, `IP:…`, `email:…`, `URI:…`, `DirName:…`, others as `other:` and hex. */
export function readGeneralNames(reader: DerReader): string[] {
  const list = reader.into(reader.next(DerTag.sequence, 'the subject alternative names'));
  const names: string[] = [];
  while (!list.isAtEnd) {
    const element = list.any('a subject alternative name');
    names.push(generalName(list, element));
  }
  return names;
}

function readPair(set: DerReader, what: string): string {
  const pair = set.into(set.next(DerTag.sequence, `an attribute of ${what}`));
  const oid = dottedOid(pair.content(pair.next(DerTag.objectIdentifier, `an attribute type of ${what}`)));
  const value = pair.any(`the value of ${shortNames.get(oid) ?? oid} in ${what}`);
  pair.finish(`an attribute of ${what}`);
  const text = stringValue(value.tag, pair.content(value));
  const shown = text === undefined ? `#${Buffer.from(pair.whole(value)).toString('hex')}` : escapeValue(text);
  return `${shortNames.get(oid) ?? oid}=${shown}`;
}

function generalName(list: DerReader, element: DerElement): string {
  const content = list.content(element);
  const text = () => escapeControls(Buffer.from(content).toString('latin1'));
  switch (element.tag) {
    case DerTag.contextPrimitive(1):
      return `email:${text()}`;
    case DerTag.contextPrimitive(2):
      return `DNS:${text()}`;
    case DerTag.contextPrimitive(6):
      return `URI:${text()}`;
    case DerTag.contextPrimitive(7):
      return `IP:${ipAddressText(content) ?? Buffer.from(content).toString('hex')}`;
    case DerTag.context(4):
      return `DirName:${readName(list.into(element), 'a subject alternative name')}`;
    default:
      return `other:${Buffer.from(list.whole(element)).toString('hex')}`;
  }
}

/** The text of a DirectoryString or IA5String; undefined for other types. */
function stringValue(tag: number, content: Uint8Array): string | undefined {
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

// A name comes from a stranger and is shown in terminals: nothing in it may move the cursor or turn the reading direction.
const escapeControls = (text: string) =>
  text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/gu, found =>
    Array.from(Buffer.from(found, 'utf8'), octet => `\\${octet.toString(16).padStart(2, '0')}`).join(''),
  );
