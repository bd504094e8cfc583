import { type DerReader, DerTag, dottedOid, readBoolean } from './der.ts';
import {
  type KeyUsageName,
  readAuthorityKeyIdentifier,
  readBasicConstraints,
  readExtendedKeyUsage,
  readKeyUsage,
} from './extension-values.ts';
import { type GeneralName, readGeneralNames } from './general-name.ts';

/** The extensions that we know (RFC 5280 §4.2.1). */
export const extensionIds = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  certificatePolicies: '2.5.29.32',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
};

/** One extension as it stands. */
export interface RawExtension {
  /** Dotted. */
  id: string;
  isCritical: boolean;
  /** What the OCTET STRING holds. */
  value: Uint8Array;
}

/** What we read of a certificate's or request's extensions. */
export interface ReadExtensions {
  /** All of them in their order, those that we do not know too. */
  all: readonly RawExtension[];
  isCa: boolean;
  /** Of basic constraints: how many authorities may follow below. */
  pathLength: number | undefined;
  keyUsage: ReadonlySet<KeyUsageName> | undefined;
  /** Dotted. */
  extendedKeyUsage: readonly string[] | undefined;
  alternativeNames: readonly GeneralName[];
  subjectAltNames: string[];
  /** GeneralNames in DER, to be carried over from a request unchanged. */
  subjectAltNamesDer: Uint8Array | undefined;
  subjectKeyIdentifier: Uint8Array | undefined;
  authorityKeyIdentifier: Uint8Array | undefined;
}

export const noExtensions: ReadExtensions = {
  all: [],
  isCa: false,
  pathLength: undefined,
  keyUsage: undefined,
  extendedKeyUsage: undefined,
  alternativeNames: [],
  subjectAltNames: [],
  subjectAltNamesDer: undefined,
  subjectKeyIdentifier: undefined,
  authorityKeyIdentifier: undefined,
};

/** Reads the Extensions that stand next. Those that we do not use are only stepped over. */
export function readExtensions(reader: DerReader): ReadExtensions {
  const all: RawExtension[] = [];
  const found = { ...noExtensions, all };
  const list = reader.into(reader.next(DerTag.sequence, 'the extensions'));
  while (!list.isAtEnd) {
    const extension = list.into(list.next(DerTag.sequence, 'an extension'));
    const name = dottedOid(extension.content(extension.next(DerTag.objectIdentifier, 'the name of an extension')));
    const isCritical = extension.nextTag === DerTag.boolean && readBoolean(extension, 'whether it is critical');
    const value = extension.into(extension.next(DerTag.octetString, `the value of extension ${name}`));
    all.push({ id: name, isCritical, value: value.der.subarray(value.offset, value.end) });
    readKnown(name, value, found);
  }
  return found;
}

function readKnown(name: string, value: DerReader, found: ReadExtensions): void {
  switch (name) {
    case extensionIds.basicConstraints:
      Object.assign(found, readBasicConstraints(value));
      return;
    case extensionIds.keyUsage:
      found.keyUsage = readKeyUsage(value);
      return;
    case extensionIds.extendedKeyUsage:
      found.extendedKeyUsage = readExtendedKeyUsage(value);
      return;
    case extensionIds.subjectKeyIdentifier:
      found.subjectKeyIdentifier = value.content(value.next(DerTag.octetString, 'the subject key identifier'));
      return;
    case extensionIds.authorityKeyIdentifier:
      found.authorityKeyIdentifier = readAuthorityKeyIdentifier(value);
      return;
    case extensionIds.subjectAltName:
      found.subjectAltNamesDer = value.der.subarray(value.offset, value.end);
      found.alternativeNames = readGeneralNames(value);
      found.subjectAltNames = found.alternativeNames.map(({ kind, text }) => `${kind}:${text}`);
  }
}
