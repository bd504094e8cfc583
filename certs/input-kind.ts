import { CertificateError } from './certificate-error.ts';
import { definiteBer } from './definite-ber.ts';
import { DerReader, DerTag, dottedOid } from './der.ts';

/**
 * What a thing in DER or BER is, told by its outermost elements, so that an error can name what somebody gave by mistake; undefined
 * when it is none of these. Says nothing about whether it is whole.
 */
export function kindOfDer(der: Uint8Array): InputKind | undefined {
  try {
    const outer = new DerReader(der[1] === INDEFINITE ? definiteBer(der, 'anything') : der);
    const fields = outer.into(outer.next(DerTag.sequence, 'anything'));
    const first = fields.any('anything');
    switch (first.tag) {
      case DerTag.objectIdentifier:
        return kindOfContentInfo(dottedOid(fields.content(first)));
      case DerTag.integer:
        return kindAfterVersion(fields, fields.content(first));
      case DerTag.sequence:
        if (fields.nextTag === DerTag.octetString) return 'an encrypted private key';
        if (fields.nextTag === DerTag.bitString) return 'a public key';
        return kindOfSigned(fields.into(first));
      default:
        return undefined;
    }
  } catch (error) {
    if (error instanceof CertificateError) return undefined;
    throw error;
  }
}

export type InputKind =
  | 'a certificate'
  | 'a certificate request'
  | 'a revocation list'
  | 'a PKCS#7 bundle'
  | 'a PKCS#7 message'
  | 'a PKCS#12 file'
  | 'a private key'
  | 'an encrypted private key'
  | 'a public key';

const INDEFINITE = 0x80;
const SIGNED_DATA = '1.2.840.113549.1.7.2';
const PKCS7 = /^1\.2\.840\.113549\.1\.7\.\d+$/;
const PKCS12_VERSION = 3;
/** PKCS#1: a public key is two numbers, a private key nine. */
const RSA_PUBLIC_NUMBERS = 2;

const kindOfContentInfo = (type: string): InputKind | undefined =>
  type === SIGNED_DATA ? 'a PKCS#7 bundle' : PKCS7.test(type) ? 'a PKCS#7 message' : undefined;

function kindAfterVersion(fields: DerReader, version: Uint8Array): InputKind | undefined {
  if (fields.nextTag === DerTag.octetString) return 'a private key'; // SEC 1
  if (fields.nextTag === DerTag.sequence) {
    if (version[0] === PKCS12_VERSION) return 'a PKCS#12 file';
    fields.any('an algorithm');
    return followedBy(fields, DerTag.octetString) ? 'a private key' : undefined; // PKCS#8
  }
  let numbers = 1;
  for (; fields.nextTag === DerTag.integer; numbers++) fields.any('a number');
  return numbers === 1 ? undefined : numbers === RSA_PUBLIC_NUMBERS ? 'a public key' : 'a private key';
}

// In a function of its own: the compiler takes what it knew of `nextTag` for what it still is.
const followedBy = (fields: DerReader, tag: number) => fields.nextTag === tag;

function kindOfSigned(part: DerReader): InputKind | undefined {
  if (part.nextTag === DerTag.context(0)) return 'a certificate';
  const tags: number[] = [];
  while (!part.isAtEnd && tags.length < 5) tags.push(part.any('a field').tag);
  const [time] = tags.slice(tags[0] === DerTag.integer ? 3 : 2);
  if (time === DerTag.utcTime || time === DerTag.generalizedTime) return 'a revocation list';
  if (tags[0] !== DerTag.integer || tags[1] !== DerTag.sequence || tags[2] !== DerTag.sequence) return undefined;
  if (tags[3] === DerTag.sequence) return 'a certificate'; // of version 1
  return tags[3] === undefined || tags[3] === DerTag.context(0) ? 'a certificate request' : undefined;
}

/** What PEM blocks of this label hold, for an error; the label alone where it is none of ours. */
export function describeLabel(label: string): string {
  const kind = kindsOfLabels.find(([form]) => form.test(label))?.[1];
  return kind === undefined ? label : `${kind} (${label})`;
}

const kindsOfLabels: readonly (readonly [RegExp, InputKind])[] = [
  [/^ENCRYPTED PRIVATE KEY$/, 'an encrypted private key'],
  [/PRIVATE KEY$/, 'a private key'],
  [/PUBLIC KEY$/, 'a public key'],
  [/^(NEW )?CERTIFICATE REQUEST$/, 'a certificate request'],
  [/CERTIFICATE$/, 'a certificate'],
  [/CRL$/, 'a revocation list'],
  [/^(PKCS ?#?7|CMS)/, 'a PKCS#7 bundle'],
  [/^PKCS ?#?12$/, 'a PKCS#12 file'],
];

/** A file of a format that holds certificates but is none, by its first bytes: what it is, and what to do with it. */
export function foreignFile(input: string | Uint8Array): { found: string; remedy: string } | undefined {
  const octetAt = (index: number) => (typeof input === 'string' ? input.charCodeAt(index) : input[index]);
  return foreignFiles.find(({ magic }) => magic.every((octet, index) => octetAt(index) === octet));
}

const foreignFiles = [
  {
    magic: [0x50, 0x4b, 0x03, 0x04],
    found: 'a zip archive',
    remedy: 'from within it: unpack it first (in the download.zip of a vCenter: certs/win/*.crt)',
  },
  {
    magic: [0xfe, 0xed, 0xfe, 0xed],
    found: 'a Java keystore (JKS)',
    remedy: 'from within it: export it with keytool first (-exportcert -rfc; with its key: -importkeystore to PKCS12)',
  },
  { magic: [0x1f, 0x8b], found: 'a gzip archive', remedy: 'from within it: unpack it first' },
];

/** What text without a PEM block is, by how it begins, for an error; undefined when it may be base64. */
export const foreignText = (text: string): string | undefined => foreignTexts.find(([form]) => form.test(text))?.[1];

const foreignTexts: readonly (readonly [RegExp, string])[] = [
  [/^<(!doctype html|html|head|body|title|!--)/i, 'a web page (HTML)'],
  [/^<\?xml/i, 'XML'],
  [/^PuTTY-User-Key-File-/, 'a private key (PuTTY)'],
  [/^(ssh|ecdsa)-[a-z0-9-]+ /, 'a public key (SSH)'],
];
