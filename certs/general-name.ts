import { type DerReader, DerTag } from './der.ts';
import { escapeControls } from './escape-controls.ts';
import { ipAddressText } from './ip-address.ts';
import { type NamePart, nameText, readNameParts } from './name.ts';

export type GeneralNameKind = 'DNS' | 'IP' | 'email' | 'URI' | 'DirName' | 'other';

/** One GeneralName (RFC 5280 §4.2.1.6). */
export interface GeneralName {
  kind: GeneralNameKind;
  /** Its tag octet, which tells the kinds that we call `other` from each other. */
  tag: number;
  /** Octets of the value, as they stand. */
  content: Uint8Array;
  /** `vcenter.example`, `192.0.2.1`: fit to be shown. Of kind `other` the whole element in hex. */
  text: string;
  /** Of kind `DirName`. */
  directoryName?: readonly NamePart[];
}

/** Reads the GeneralNames that stand next. */
export function readGeneralNames(reader: DerReader, what = 'the subject alternative names'): GeneralName[] {
  const list = reader.into(reader.next(DerTag.sequence, what));
  const names: GeneralName[] = [];
  while (!list.isAtEnd) names.push(readGeneralName(list, 'a subject alternative name'));
  return names;
}

/** Reads the GeneralName that stands next. */
export function readGeneralName(reader: DerReader, what: string): GeneralName {
  const element = reader.any(what);
  const content = reader.content(element);
  const { tag } = element;
  switch (tag) {
    case DerTag.contextPrimitive(1):
      return { kind: 'email', tag, content, text: asciiText(content) };
    case DerTag.contextPrimitive(2):
      return { kind: 'DNS', tag, content, text: asciiText(content) };
    case DerTag.contextPrimitive(6):
      return { kind: 'URI', tag, content, text: asciiText(content) };
    case DerTag.contextPrimitive(7):
      return { kind: 'IP', tag, content, text: ipAddressText(content) ?? Buffer.from(content).toString('hex') };
    case DerTag.context(4): {
      const directoryName = readNameParts(reader.into(element), what);
      return { kind: 'DirName', tag, content, text: nameText(directoryName), directoryName };
    }
    default:
      return { kind: 'other', tag, content, text: Buffer.from(reader.whole(element)).toString('hex') };
  }
}

const asciiText = (content: Uint8Array) => escapeControls(Buffer.from(content).toString('latin1'));
